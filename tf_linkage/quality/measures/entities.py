"""How right the groups of records are, where a register holds a person more than once.

B-cubed figures (Bagga and Baldwin 1998): the mean, over records, of how much of a record's group is of its person
and how much of its person is in its group.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.quality.measures.bootstrap import ratio_ends
from tf_linkage.quality.measures.figures import FIGURES
from tf_linkage.quality.measures.pairs import summed

MEASURES = ("b_cubed_precision", "b_cubed_recall")


def entity_figures(pairs: pl.DataFrame, owned: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """B-cubed precision and recall over everybody sent and every register record of theirs or linked to them.

    A group is a set of records that links tie together, directly or through others. A register record of two
    people counts as the first of them. Intervals are bootstrapped over clusters, since records of one cluster do
    not err independently.

    Args:
        pairs: links made: person_id and register_key.
        owned: person_id and true_person of everybody sent.
        register: record_key and true_person of the register.
    """
    keys = register.sort("record_key", "true_person").unique("record_key", keep="first", maintain_order=True)
    theirs = keys.join(owned, on="true_person", how="semi")
    linked = keys.join(pairs, left_on="record_key", right_on="register_key", how="semi")
    records = pl.concat(
        [
            owned.select(record="p|" + pl.col("person_id"), true="true_person"),
            pl.concat([theirs, linked]).unique().select(record="k|" + pl.col("record_key"), true="true_person"),
        ]
    ).sort("record")
    ties = pairs.select(person="p|" + pl.col("person_id"), key="k|" + pl.col("register_key")).rows()
    group = _groups(ties)
    grouped = records.with_columns(group=pl.col("record").replace(group))
    overlap = pl.len().over("group", "true")
    scored = grouped.select(
        cluster=_clusters(grouped),
        b_cubed_precision=overlap / pl.len().over("group"),
        b_cubed_recall=overlap / pl.len().over("true"),
    )
    sums = (
        scored.group_by("cluster")
        .agg(pl.len(), *(summed(pl.col(name)).alias(name) for name in MEASURES))
        .sort("cluster")
    )
    rows = []
    for name in MEASURES:
        there = scored.height > 0
        low, high = ratio_ends(sums[name].to_numpy(), sums["len"].to_numpy()) if there else (None, None)
        value = float(scored.select(summed(pl.col(name)) / pl.len()).item()) if there else None
        rows.append(
            {"level": "all", "measure": name, "numerator": None, "denominator": scored.height, "value": value,
             "low": low, "high": high}
        )  # fmt: skip
    return pl.DataFrame(rows, schema=FIGURES)


def _clusters(grouped: pl.DataFrame) -> pl.Series:
    """The cluster of each record: records tied by links or by being one person's stand or fall together."""
    ties = grouped.select(group="g|" + pl.col("group"), true="t|" + pl.col("true")).rows()
    root = _groups(ties)
    return pl.Series([root[group] for group, _ in ties], dtype=pl.String)


def _groups(ties: list[tuple[str, str]]) -> dict[str, str]:
    """For each tied record, the least name in its group."""
    parent: dict[str, str] = {}

    def root(record: str) -> str:
        while parent.setdefault(record, record) != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    for one, other in ties:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return {record: root(record) for record in parent}
