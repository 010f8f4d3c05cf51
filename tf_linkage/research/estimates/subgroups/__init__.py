"""Ratios within groups of families, by council and by problem, each leaning on the others."""

from tf_linkage.research.estimates.subgroups.by_group import Recalled, subgroups

__all__ = ["Recalled", "subgroups"]
