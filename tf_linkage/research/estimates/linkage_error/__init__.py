"""Errors of linkage in the group figures: what is known of recall and precision, and figures that allow for it."""

from tf_linkage.research.estimates.linkage_error.corrected import corrected_ratios
from tf_linkage.research.estimates.linkage_error.recall import FLAG_ERROR, Recall, recalls

__all__ = ["FLAG_ERROR", "Recall", "corrected_ratios", "recalls"]
