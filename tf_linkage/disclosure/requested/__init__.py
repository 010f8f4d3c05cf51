"""Tables that researchers ask for themselves: what may leave of them, and how it is protected."""
