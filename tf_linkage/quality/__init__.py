"""How good the linkage is, for whom, and how sure we are."""

from tf_linkage.quality.completeness import completeness
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
from tf_linkage.quality.pictures import Picture, pictures
from tf_linkage.quality.report import report

__all__ = [
    "GAP_BOUNDS",
    "QUALITY_FLOORS",
    "Picture",
    "QualityRefused",
    "completeness",
    "effects",
    "evaluate",
    "figure",
    "floor_results",
    "floors_missed",
    "gaps",
    "gaps_missed",
    "headline",
    "match_rates",
    "pictures",
    "report",
]
