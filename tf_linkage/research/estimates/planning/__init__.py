"""What is looked for first, said before outcomes are read."""
