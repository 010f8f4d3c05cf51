"""How good the linkage is, for whom, and how sure we are."""
