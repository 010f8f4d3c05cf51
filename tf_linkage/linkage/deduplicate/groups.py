"""Groups of records of one person, from pairs; no group holds two records that contradict each other.

One wrong pair would join two people with all their records, and everything that each of them is linked to. So pairs
are joined strongest first, and a pair whose groups hold records of two different people is left out. The closure.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable

import polars as pl

Pair = tuple[int, int]


def grouped(pairs: pl.DataFrame, contradicted: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Every pair within the groups that the pairs join: `row`, `row_right`, sorted.

    Args:
        pairs: `row`, `row_right`, strongest first; each pair once, the lesser row first.
        contradicted: of pairs (`row`, `row_right`), those that cannot be one person. It is asked of pairs that are
            in none of the pairs, but would stand in one group.
    """
    edges: list[Pair] = list(pairs.select("row", "row_right").iter_rows())
    groups = _groups(edges, set())
    implied = sorted({pair for group in groups for pair in itertools.combinations(group, 2)} - set(edges))
    apart: set[Pair] = set()
    if implied:
        asked = pl.DataFrame(implied, schema={"row": pl.UInt32, "row_right": pl.UInt32}, orient="row")
        apart = set(contradicted(asked).select("row", "row_right").iter_rows())
    inside = sorted(pair for group in _groups(edges, apart) for pair in itertools.combinations(group, 2))
    return pl.DataFrame(inside, schema={"row": pl.UInt32, "row_right": pl.UInt32}, orient="row")


def _groups(edges: Iterable[Pair], apart: set[Pair]) -> list[list[int]]:
    """Groups of two and more, each sorted."""
    of: dict[int, list[int]] = {}
    for one, other in edges:
        first, second = of.setdefault(one, [one]), of.setdefault(other, [other])
        if first is second or any(tuple(sorted(pair)) in apart for pair in itertools.product(first, second)):
            continue
        together = sorted(first + second)
        of.update(dict.fromkeys(together, together))
    found = defaultdict(list)
    for row, group in of.items():
        found[group[0]].append(row)
    return [sorted(group) for _, group in sorted(found.items()) if len(group) > 1]
