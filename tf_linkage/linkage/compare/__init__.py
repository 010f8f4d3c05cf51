"""Candidate pairs and their agreement patterns."""
