"""A first mapping for a file that nobody has mapped: what is plain is filled in, what is not is a doubt."""
