"""Earlier releases, and whether a new one stands far enough apart from each of them.

Two releases of one study can be taken from each other. Where a figure's people or families differ by fewer than
ten, the difference tells of those few: a family that withdrew, or one whose record was corrected. Such a release is
held back as a whole, and what was released before stays as it is: withdrawals wait until there are enough of them.
The comparison.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import polars as pl

from tf_linkage.contracts.outputs.published import MINIMUM_COUNT, PUBLISHED_TABLES
from tf_linkage.errors import TfLinkageError
from tf_linkage.hints import command

CELL = ["table", "figure", "cell"]
BEHIND = ["value", "people", "families"]


class ReleaseRefused(TfLinkageError):
    """A release may not leave. The message says how many figures are at fault, and never which numbers."""


def content_digest(tables: Mapping[str, pl.LazyFrame]) -> str:
    """Digest of what a release publishes; equal for releases that tell the same."""
    total = hashlib.sha256()
    for name in sorted(PUBLISHED_TABLES):
        total.update(f"{name}\n{tables[name].collect().write_csv()}\n".encode())
    return total.hexdigest()


def behind(decisions: pl.DataFrame) -> pl.DataFrame:
    """What has to be remembered of a release so that later ones can be held against it: no person, no reference."""
    return decisions.select(*CELL, *BEHIND)


def too_near(new: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    """Figures in which a release differs from an earlier one by too few.

    A figure may be the same as before, or stand on at least ten people and ten families more or fewer. One that
    changed while those behind it did not was changed by few as well. Withheld figures count: what they are follows
    in part from those that are shown.

    Args:
        new: what `behind` gives of the new release.
        old: the same of an earlier one.

    Returns:
        table, figure, cell of each such figure.
    """
    both = new.join(old, on=CELL, how="full", coalesce=True, suffix="_old").with_columns(
        pl.col([*BEHIND, *(f"{name}_old" for name in BEHIND)]).fill_null(0)
    )
    changed = pl.any_horizontal(
        (pl.col(name) - pl.col(f"{name}_old")).abs() > 1e-9 * pl.col(name).abs() for name in BEHIND
    )
    by = [(pl.col(name).cast(pl.Int64) - pl.col(f"{name}_old")).abs() for name in ("people", "families")]
    return both.filter(changed & pl.any_horizontal(each < MINIMUM_COUNT for each in by)).select(CELL).sort(CELL)


def must_be_apart(new: pl.DataFrame, earlier: Iterable[tuple[str, pl.DataFrame]]) -> None:
    """Refuses a release that stands too near to an earlier one.

    Args:
        new: what `behind` gives of the new release.
        earlier: the day of each earlier release, and the same of it.

    Raises:
        ReleaseRefused: names the release and how many figures differ by too few.
    """
    for day, old in earlier:
        near = too_near(new, old)
        if not near.is_empty():
            raise ReleaseRefused(
                f"not released: {near.height} of {new.height} figures differ from the release of {day} by fewer "
                f"than "
                "ten people or families, who could be told by taking one release from the other. What was released "
                "then stays as it is. Withdrawals and corrections wait here until there are enough of them; to "
                "rehearse a release from the beginning, empty the data folder: " + command("clean", "--data", "DIR")
            )
