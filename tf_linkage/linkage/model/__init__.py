"""The model of a linkage: comparisons, blocking rules, matchkeys, thresholds."""
