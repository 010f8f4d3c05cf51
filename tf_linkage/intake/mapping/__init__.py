"""A foreign file turned into the contract, by a mapping that somebody wrote down."""
