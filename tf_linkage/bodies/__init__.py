"""The bodies of the simulated world: what a council and three departments hold about its people."""

from tf_linkage.bodies import council, dfe, dwp, moj
from tf_linkage.bodies.true_tables import truth

__all__ = ["council", "dfe", "dwp", "moj", "truth"]
