"""A delivery's profile next to that of the delivery before: rows, blanks, codes; breaks show, nobody does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from tf_linkage.contracts.registry import ACADEMIC_YEAR

ROWS_MOVE, SHARES_MOVE = 0.2, 0.05
"""A break: rows change by more than a fifth, or a share moves by more than five points. Our choice: registers
drawn a year apart differ by less, a column that came empty or a code list that changed by more."""

NEAREST = 5
FEWEST = 10
"""Fewer cells of a code than this are not told apart from none, here as in what is published."""


@dataclass(frozen=True)
class Profile:
    """What one table looks like from afar.

    Attributes:
        rows: to the nearest five.
        missing: share of blank cells by column, to the nearest hundredth.
        codes: share of each code by column, of the cells that are not blank, to the nearest hundredth; codes of
            fewer than ten cells are left out.
        years: share of each year by column of days, likewise.
    """

    rows: int
    missing: dict[str, float]
    codes: dict[str, dict[str, float]]
    years: dict[str, dict[str, float]] = field(default_factory=dict)


def profile(table: pl.LazyFrame) -> Profile:
    """The profile of a table; codes are those of columns with a closed list, and of flags, years those of days."""
    rows = table.collect()
    coded = [name for name, kind in rows.schema.items() if isinstance(kind, pl.Enum | pl.Boolean)]
    return Profile(
        rows=NEAREST * round(rows.height / NEAREST),
        missing={name: round(rows[name].null_count() / max(rows.height, 1), 2) for name in rows.columns},
        codes={name: _shares(rows[name]) for name in coded},
        years={name: _shares(year) for name, year in _years(rows).items()},
    )


def _years(rows: pl.DataFrame) -> dict[str, pl.Series]:
    dated = {name: rows[name].dt.year() for name, kind in rows.schema.items() if isinstance(kind, pl.Date)}
    return dated | ({ACADEMIC_YEAR: rows[ACADEMIC_YEAR]} if ACADEMIC_YEAR in rows.columns else {})


def _shares(column: pl.Series) -> dict[str, float]:
    known = column.drop_nulls().cast(pl.String)
    counts = known.value_counts().sort(known.name)
    return {str(code): round(count / len(known), 2) for code, count in counts.iter_rows() if count >= FEWEST}


def breaks(before: Profile, now: Profile) -> list[str]:
    """What changed more than the same register does between two deliveries, in words."""
    found = []
    if abs(now.rows - before.rows) > ROWS_MOVE * max(before.rows, 1):
        found.append(f"{now.rows:,} rows, and {before.rows:,} before")
    for column, share in now.missing.items():
        was = before.missing.get(column, share)
        if abs(share - was) > SHARES_MOVE:
            found.append(f"{column}: {share:.0%} blank, and {was:.0%} before")
    for column, shares in now.codes.items():
        earlier = before.codes.get(column, {})
        found += _moved(column, shares, earlier)
    for column, shares in now.years.items():
        was_then = before.years.get(column)
        if was_then and shares:
            found += _moved_in_time(column, shares, was_then)
    return found


def _moved_in_time(column: str, shares: dict[str, float], earlier: dict[str, float]) -> list[str]:
    """Years whose shares changed; those that were not over at the delivery before may have filled up since."""
    newest, was = max(shares), max(earlier)
    if newest < was:
        return [f"{column}: ends with {newest}, and with {was} before"]
    return _moved(column, _among(shares, was), _among(earlier, was))


def _among(shares: dict[str, float], before: str) -> dict[str, float]:
    """The shares of earlier years among themselves."""
    kept = {year: share for year, share in shares.items() if year < before}
    total = sum(kept.values())
    return {year: share / total for year, share in kept.items()} if total else {}


def _moved(column: str, shares: dict[str, float], earlier: dict[str, float]) -> list[str]:
    moved = [
        f"{code} {shares.get(code, 0):.0%} (before {earlier.get(code, 0):.0%})"
        for code in sorted({*shares, *earlier})
        if abs(shares.get(code, 0) - earlier.get(code, 0)) > SHARES_MOVE
    ]
    return [f"{column}: {', '.join(moved)}"] if moved else []


def against_the_last(path: Path, now: Mapping[str, Profile]) -> list[str] | None:
    """Holds a delivery's profiles against those of the delivery before, and keeps them for the next.

    Args:
        path: where the last two deliveries' profiles are kept.
        now: of each table, by name.

    Returns:
        The breaks by table, or None where there was no other delivery before.
    """
    kept: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    new = {name: asdict(one) for name, one in now.items()}
    if not kept or kept[-1] != new:
        kept = [*kept[-1:], new]
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        fresh.replace(path)
    if len(kept) < 2:
        return None
    before = {name: Profile(**words) for name, words in kept[0].items()}
    return [
        f"{name + ': ' if name else ''}{said}"
        for name, one in now.items()
        if name in before
        for said in breaks(before[name], one)
    ]
