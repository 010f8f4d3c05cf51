"""Record linkage of two tables: standardise, block, compare, train, score, resolve."""
