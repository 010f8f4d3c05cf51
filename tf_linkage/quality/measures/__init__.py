"""Figures about links and pairs, with intervals."""
