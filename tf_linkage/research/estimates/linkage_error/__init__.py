"""Errors of linkage in the group figures: what is known of recall and precision, and figures that allow for it."""

from tf_linkage.research.estimates.linkage_error.corrected import corrected_ratios
from tf_linkage.research.estimates.linkage_error.differences_allowed import (
    ByAge,
    corrected_costs,
    corrected_shares,
    linked_people,
)
from tf_linkage.research.estimates.linkage_error.known import known_people, share_found
from tf_linkage.research.estimates.linkage_error.recall import FLAG_ERROR, WRONG_AT_MOST, Recall, recalls

__all__ = [
    "FLAG_ERROR",
    "WRONG_AT_MOST",
    "ByAge",
    "Recall",
    "corrected_costs",
    "corrected_ratios",
    "corrected_shares",
    "known_people",
    "linked_people",
    "recalls",
    "share_found",
]
