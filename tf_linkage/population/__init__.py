"""The simulated world's people: families, names, places and lives over time, drawn by key."""

from tf_linkage.population.make_ups import population_counts
from tf_linkage.population.settings import Settings
from tf_linkage.population.simulation import simulate

__all__ = ["Settings", "population_counts", "simulate"]
