"""What a linkage must reach: floors, gaps between groups, the accepted baseline."""
