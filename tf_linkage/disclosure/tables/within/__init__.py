"""Ratios within groups of families: which may leave, and how finely."""

from tf_linkage.disclosure.tables.within.subgroups import subgroups

__all__ = ["subgroups"]
