"""People's rights: withdraw, correct, erase, access."""
