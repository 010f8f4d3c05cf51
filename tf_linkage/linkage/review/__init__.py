"""Clerical review: sheets, answers, and what answers change."""
