"""How good the linkage is, for whom, and how sure we are."""

from tf_linkage.pages.picture import Picture
from tf_linkage.quality.assessing import Assessment
from tf_linkage.quality.baseline import baseline_of, below_baseline, read_baseline, write_baseline
from tf_linkage.quality.beside import beside
from tf_linkage.quality.blocking import blocking_losses
from tf_linkage.quality.causes import gap_causes
from tf_linkage.quality.clerical import agreement
from tf_linkage.quality.completeness import completeness
from tf_linkage.quality.disclosing import CHOICES, Choice, what_identifiers_buy
from tf_linkage.quality.effect_recovery import effect_recovery
from tf_linkage.quality.effects import effects
from tf_linkage.quality.evaluating import evaluate, match_rates
from tf_linkage.quality.floors import (
    GAP_BOUNDS,
    QUALITY_FLOORS,
    floor_results,
    floors_missed,
    gaps,
    gaps_missed,
)
from tf_linkage.quality.judging import QualityRefused
from tf_linkage.quality.measures import figure, headline
from tf_linkage.quality.patterns import typical_patterns
from tf_linkage.quality.pictures import pictures
from tf_linkage.quality.report import report
from tf_linkage.quality.showing import of_real_people
from tf_linkage.quality.summing_up import in_short
from tf_linkage.quality.sweeping import Setting, family_curve, ranges, sweep

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
    "beside",
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
    "match_rates",
    "of_real_people",
    "pictures",
    "ranges",
    "read_baseline",
    "report",
    "sweep",
    "typical_patterns",
    "what_identifiers_buy",
    "write_baseline",
]
