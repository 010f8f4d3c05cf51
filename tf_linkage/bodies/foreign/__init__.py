"""The simulated bodies' files as real systems write them, each with the mapping that leads back to the contract."""

from tf_linkage.bodies.foreign.forms import FORMS

__all__ = ["FORMS"]
