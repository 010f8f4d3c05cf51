"""The bodies of the simulated world: what councils and departments hold about its people."""

from tf_linkage.bodies import council, dfe, dwp, moj
from tf_linkage.bodies.registers import body_of, simulated
from tf_linkage.bodies.true_tables import truth

__all__ = ["body_of", "council", "dfe", "dwp", "moj", "simulated", "truth"]
