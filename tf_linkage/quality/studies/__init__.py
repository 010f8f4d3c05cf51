"""Longer studies: what linkage error does to findings, what identifiers buy, ranges."""
