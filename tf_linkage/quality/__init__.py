"""How good the linkage is, for whom, and how sure we are."""

from tf_linkage.pages.picture import Picture
from tf_linkage.quality.bounds.baseline import baseline_of, below_baseline, read_baseline, write_baseline
from tf_linkage.quality.bounds.floors import (
    GAP_BOUNDS,
    QUALITY_FLOORS,
    floor_results,
    floors_missed,
    gaps,
    gaps_missed,
)
from tf_linkage.quality.bounds.gap_causes import gap_causes
from tf_linkage.quality.evaluation import evaluate, match_rates
from tf_linkage.quality.measures.blocking_losses import blocking_losses
from tf_linkage.quality.measures.completeness import completeness
from tf_linkage.quality.measures.figures import figure, headline
from tf_linkage.quality.measures.judging import QualityRefused
from tf_linkage.quality.measures.minimum_counts import of_real_people
from tf_linkage.quality.measures.patterns import typical_patterns
from tf_linkage.quality.report.longer.assessment import Assessment
from tf_linkage.quality.report.pictures import pictures
from tf_linkage.quality.report.published_linkages import published_linkages
from tf_linkage.quality.report.report import quality_report
from tf_linkage.quality.report.summary import in_short
from tf_linkage.quality.report.verdict import verdict
from tf_linkage.quality.report.words import plain_figures
from tf_linkage.quality.studies.effect_recovery import effect_recovery
from tf_linkage.quality.studies.effects import effects
from tf_linkage.quality.studies.identifiers import CHOICES, Choice, what_identifiers_buy
from tf_linkage.quality.studies.linked_again import told_by_linking_again
from tf_linkage.quality.studies.sweeping import Setting, family_curve, ranges, sweep
from tf_linkage.quality.studies.without_names import linkage_without_names
from tf_linkage.quality.without_truth.clerical import agreement

__all__ = [
    "CHOICES",
    "GAP_BOUNDS",
    "QUALITY_FLOORS",
    "Assessment",
    "Choice",
    "Picture",
    "QualityRefused",
    "Setting",
    "agreement",
    "baseline_of",
    "below_baseline",
    "blocking_losses",
    "completeness",
    "effect_recovery",
    "effects",
    "evaluate",
    "family_curve",
    "figure",
    "floor_results",
    "floors_missed",
    "gap_causes",
    "gaps",
    "gaps_missed",
    "headline",
    "in_short",
    "linkage_without_names",
    "match_rates",
    "of_real_people",
    "pictures",
    "plain_figures",
    "published_linkages",
    "quality_report",
    "ranges",
    "read_baseline",
    "sweep",
    "told_by_linking_again",
    "typical_patterns",
    "verdict",
    "what_identifiers_buy",
    "write_baseline",
]
