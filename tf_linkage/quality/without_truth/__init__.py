"""What can be said of a linkage when the truth is not known."""
