"""What researchers compute about groups, from exact days and whole families, before anything is released.

The tables of `contracts.outputs.estimates`. They are figures about groups, unprotected: what may leave is for
`disclosure`.
"""

from tf_linkage.research.estimates.assembly import compared, estimates

__all__ = ["compared", "estimates"]
