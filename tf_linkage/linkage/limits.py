"""How much a linkage may use before it is refused.

The bounds and what they can be.
"""

from __future__ import annotations

from dataclasses import dataclass

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.cluster import Cluster


@dataclass(frozen=True)
class Limits:
    """What a linkage may use. Limits never change a link: within them the links are the same, beyond them none.

    Attributes:
        memory_gb: gigabytes that DuckDB may take; beyond them, the linkage is refused.
        threads: number of threads of DuckDB; all cores if none is given.
        most_pairs: candidate pairs that a blocking rule may make before it is refused; counted beforehand.
        cluster: where engine `spark` may find and compare pairs; no engine uses any network without one.

    Raises:
        LinkageRefused: a bound that nothing could keep to.
    """

    memory_gb: float = 4.0
    threads: int | None = None
    most_pairs: int = 500_000_000
    cluster: Cluster | None = None

    def __post_init__(self) -> None:
        """Refuse what no linkage could keep to."""
        if not 0.001 <= self.memory_gb <= 1e6:
            raise LinkageRefused("a linkage's memory is a number of gigabytes from 0.001, such as 4 or 0.5")
        if self.threads is not None and self.threads < 1:
            raise LinkageRefused("a linkage needs at least one thread")
        if self.most_pairs < 1:
            raise LinkageRefused("a blocking rule must be allowed at least one pair")
