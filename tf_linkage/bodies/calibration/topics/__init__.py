"""Measures of the true lives, topic by topic."""
