"""Whether the simulated world is like England: targets, measures, predictions."""
