"""Would linkage without names have been enough? The linkage again on hashes, and what a thief of the request reads.

Each arrangement of `contracts.outputs.without_names.ARRANGEMENTS`: links it misses and makes wrongly, what it costs
to compute, and what is read of the request without the key and with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.without_names import ARRANGEMENTS, MEASURED, READ, WithoutNames
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.linkage import Limits, LinkResult, Model, department_model, link
from tf_linkage.linkage.hashed import (
    Bloom,
    HashedTable,
    HashingKey,
    derived_columns,
    equality_only,
    hash_matchkeys,
    hash_table,
    hashed,
    link_hashed,
    link_matchkeys,
    matchkey_values,
    matchkeys_for,
    shared_keys,
)
from tf_linkage.linkage.standardise.fields import standardise
from tf_linkage.quality.evaluation import by_group
from tf_linkage.quality.measures.figures import FIGURES, figures_of
from tf_linkage.quality.measures.groups import groups_with_truth
from tf_linkage.quality.measures.judging import judge, owners
from tf_linkage.quality.measures.minimum_counts import of_ten_or_more
from tf_linkage.quality.studies.reading_hashes import (
    PUBLISHED_TOGETHER,
    Reading,
    by_dictionary,
    by_frequencies,
    by_rank,
    rightly_read,
    share_of,
)

Frames = Mapping[str, pl.LazyFrame]
Progress = Callable[[str], None]

_VALUES = tuple(name for name in READ if name not in {"named", "matchkey"})
_NAMED = ("forename_first", "surname", "dob_year")
_DAYS = pl.date_range(pl.date(1900, 1, 1), pl.date(2020, 12, 31), "1d", eager=False)
_KINDS_OF_LINKS = ("missed_match_rate", "false_discovery_rate", "match_rate")
_ANOTHER = bytes(32)
"""A thief without the key may try any other."""


@dataclass(frozen=True)
class _Tables:
    """One department's part: its request and register in the clear, and in standard form."""

    name: str
    model: Model
    request: pl.LazyFrame
    register: pl.LazyFrame

    def standard(self, side: str) -> pl.DataFrame:
        table, column = (
            (self.request, self.model.left_id) if side == "request" else (self.register, self.model.right_id)
        )
        made = standardise(table, column, self.model.fields, self.model.extra, self.model.reading)
        return derived_columns(made, self.model.settings)


@dataclass(frozen=True)
class _Way:
    """What all departments have in common."""

    key: HashingKey
    bloom: Bloom
    published: pl.DataFrame
    bounds: Limits | None
    progress: Progress


def linkage_without_names(
    *,
    attributes: pl.LazyFrame,
    requested: Frames,
    requests: Frames,
    registers: Frames,
    truth: Frames,
    key: HashingKey,
    bloom: Bloom | None = None,
    bounds: Limits | None = None,
    progress: Progress = lambda _: None,
) -> pl.LazyFrame:
    """What each arrangement costs in links and work, and what is read of its request.

    What is published of names, ages and places is counted from all registers together, as ONS's lists of names and
    the census are from everybody.

    Args:
        attributes: `ons.Attributes`.
        requested: by department, person_id and request_ref.
        requests: by department, the request with its identifiers.
        registers: by department, its table of people with identifiers.
        truth: `people` and `records`.
        key: what everything is hashed under.
        bloom: how filters are made; the usual ones unless given.
        bounds: what a linkage may use; the usual unless given.
        progress: receives a line at each step.

    Returns:
        `contracts.outputs.without_names.WithoutNames`, sorted by its key.
    """
    tables = [
        _Tables(name, department_model(name, DEPARTMENTS[name].request_columns), requests[name], registers[name])
        for name in requests
    ]
    published = pl.concat([one.standard("register").drop("row", "record_id") for one in tables], how="diagonal")
    held = attributes.collect()
    records = truth["records"].collect().with_columns(pl.col("body").cast(pl.String))
    owned = owners(held, records)
    groups = groups_with_truth(held, owned, truth["people"].collect())
    rows: list[pl.DataFrame] = []
    for one in tables:
        register, asked = records.filter(pl.col("body") == one.name), requested[one.name].collect()
        way = _Way(key, bloom or Bloom(), published, bounds, progress)
        for arrangement, result, work, readings in _arranged(one, way):
            links = result.links.rename({"left_id": "request_ref", "right_id": "register_key"})
            judged = judge(asked, links, owned, register)
            parts = {"all": figures_of(judged)}
            parts |= {group: part for (_, group), part in by_group(one.name, judged, groups).items()}
            parts["all"] = pl.concat([parts["all"].filter(pl.col("measure").is_in(_KINDS_OF_LINKS)), work])
            parts["read"] = readings
            rows += [
                part.filter(pl.col("measure").is_in(list(MEASURED))).with_columns(
                    department=pl.lit(one.name), arrangement=pl.lit(arrangement), breakdown=pl.lit(group)
                )
                for group, part in parts.items()
            ]
    schema = schema_of(WithoutNames)
    if not rows:
        return pl.DataFrame(schema=schema).lazy()
    made = of_ten_or_more(pl.concat(rows)).select(pl.col(name).cast(kind) for name, kind in schema.items())
    return made.sort("department", "arrangement", "breakdown", "level", "measure").lazy()


Arranged = tuple[str, LinkResult, pl.DataFrame, pl.DataFrame]
"""An arrangement, its links, what they cost, and what is read of the request."""


def _arranged(tables: _Tables, way: _Way) -> Iterator[Arranged]:
    """One department's linkage in every arrangement, in the order of `ARRANGEMENTS`."""
    model, ids, key = tables.model, (tables.model.left_id, tables.model.right_id), way.key
    nothing = pl.DataFrame(schema=FIGURES)
    way.progress(f"{tables.name}: {next(iter(ARRANGEMENTS))}")
    clear = link(tables.request, tables.register, model, bounds=way.bounds)
    yield "clear", clear, _work(clear, 0), nothing
    read: pl.DataFrame | None = None
    for arrangement, filters in (("hashes", None), ("hashes+bloom", way.bloom)):
        way.progress(f"{tables.name}: {arrangement}")
        sent, held = (
            hash_table(table, column, model, key, bloom=filters)
            for table, column in zip((tables.request, tables.register), ids, strict=True)
        )
        result = link_hashed(sent, held, model, bounds=way.bounds)
        if read is None:  # filters stand beside the same hashes
            read = _read_values(tables, sent, key, way.published)
        yield arrangement, result, _work(result, sent.hashes + held.hashes), read
    way.progress(f"{tables.name}: matchkeys")
    sent, held = (
        hash_matchkeys(table, column, model, key)
        for table, column in zip((tables.request, tables.register), ids, strict=True)
    )
    result = link_matchkeys(sent, held, model)
    yield "matchkeys", result, _work(result, sent.hashes + held.hashes), _read_keys(tables, sent, key)


def _work(result: LinkResult, hashes: int) -> pl.DataFrame:
    """What it took: keyed hashes, and pairs compared."""
    taken = {"hashes_computed": hashes, "pairs_compared": result.counts.get("candidate pairs", 0)}
    rows = [
        {"level": "all", "measure": measure, "numerator": count, "denominator": count, "value": float(count)}
        for measure, count in taken.items()
    ]
    return pl.DataFrame(rows, schema=FIGURES)


def _read_values(tables: _Tables, sent: HashedTable, key: HashingKey, published: pl.DataFrame) -> pl.DataFrame:
    """What is read of a request whose values are hashed one by one."""
    clear, uses = tables.standard("request"), shared_keys(equality_only(tables.model))
    columns = [name for name in _VALUES if name in sent.frame.columns]
    published_with = sorted({name for pair in PUBLISHED_TOGETHER for name in pair} - set(columns))
    apart = [name for name in published_with if name in sent.frame.columns]
    truth = pl.DataFrame(
        [
            column.alias(f"{letter}_{name}")
            for name in columns
            for letter, column in (("h", sent.frame[name]), ("v", clear[name]))
        ]
    )
    ways: dict[str, dict[str, Reading]] = {
        "read_by_rank": {name: by_rank(sent.frame[name], published[name]) for name in columns},
        "read_by_frequencies": by_frequencies(sent.frame.select(*columns, *apart), published, clear),
        "read_with_key": {}, "read_without_key": {},
    }  # fmt: skip
    other = HashingKey(_ANOTHER, key.study)
    for name in columns:
        likely, column = _likely(name, published), sent.frame[name]
        ways["read_with_key"][name] = by_dictionary(column, likely, _hashing(key, uses[name]))
        ways["read_without_key"][name] = pl.concat(
            [by_dictionary(column, likely, way) for way in (_hashing(other, uses[name]), _plain)]
        )
    rows = []
    for way, readings in ways.items():
        rows += [{"level": name, "measure": way, **rightly_read(truth, {name: readings[name]})} for name in columns]
        if set(_NAMED) <= set(columns):
            together = {name: readings[name] for name in _NAMED}
            rows.append({"level": "named", "measure": way, **rightly_read(truth, together)})
    return pl.DataFrame(rows, schema=FIGURES)


def _read_keys(tables: _Tables, sent: HashedTable, key: HashingKey) -> pl.DataFrame:
    """What is read of a request of matchkeys, by somebody who has the whole register for a list of people."""
    ours, theirs = (matchkey_values(tables.standard(side), tables.model) for side in ("request", "register"))
    uses = {f"key_{number}": one for number, one in enumerate(matchkeys_for(tables.model), start=1)}
    other = HashingKey(_ANOTHER, key.study)
    right: dict[str, list[pl.Series]] = {way: [] for way in ("read_by_rank", "read_with_key", "read_without_key")}
    for name, matchkey in uses.items():
        column, likely, use = sent.frame[name], theirs[name], f"matchkey {' '.join(matchkey.columns)}"
        ways = {
            "read_by_rank": by_rank(column, likely),
            "read_with_key": by_dictionary(column, likely, _hashing(key, use)),
            "read_without_key": pl.concat(
                [by_dictionary(column, likely, way) for way in (_hashing(other, use), _plain)]
            ),
        }
        for way, reading in ways.items():
            guess = column.to_frame("hash").join(reading, on="hash", how="left", maintain_order="left")["value"]
            right[way].append((guess == ours[name]).fill_null(value=False))
    keyed = pl.DataFrame({name: sent.frame[name].is_not_null() for name in uses}).select(
        pl.any_horizontal(pl.all()).alias("keyed")
    )["keyed"]
    rows = [
        {"level": "matchkey", "measure": way, **share_of(_any(found).filter(keyed), keyed.filter(keyed))}
        for way, found in right.items()
    ]
    return pl.DataFrame(rows, schema=FIGURES)


def _any(found: list[pl.Series]) -> pl.Series:
    named = [column.alias(str(number)) for number, column in enumerate(found)]
    return pl.DataFrame(named).select(pl.any_horizontal(pl.all()).alias("any"))["any"]


def _likely(name: str, published: pl.DataFrame) -> pl.Series:
    """Every value that a thief would try: all days there are, and all names and places that are published."""
    if name in {"dob", "dob_year"}:
        form = "%Y%m%d" if name == "dob" else "%Y"
        return pl.select(_DAYS.dt.strftime(form).alias(name))[name].unique(maintain_order=True)
    return published[name]


def _hashing(key: HashingKey, use: str) -> Callable[[str], str]:
    derived = key.derived(use)
    return lambda value: hashed(value, derived)


def _plain(value: str) -> str:
    """A hash without a key, cut as ours are."""
    return hashlib.sha256(value.encode()).hexdigest()[:32]
