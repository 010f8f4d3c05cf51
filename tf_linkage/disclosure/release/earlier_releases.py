"""Earlier releases, and whether a new one stands far enough apart from each of them.

Two releases of one study can be taken from each other. Where both show a figure whose people or families differ by
fewer than ten, the difference tells of those few: a family that withdrew, or one whose record was corrected. Such a
figure is withheld in the later one. But what is withheld tells where something changed: after one family left, all
that it had. So a release after a change by few is held back as a whole, and withdrawals and corrections wait until
ten people and ten families have come or gone. The comparison.
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
SHOWN = "shown"


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
    return decisions.select(*CELL, *BEHIND, SHOWN)


def too_near(new: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    """Figures that both releases show and in which they differ by too few.

    Such a figure may be the same as before, or stand on at least ten people and ten families more or fewer. One
    that changed while those behind it did not was changed by few as well. What one of them withholds is attacked in
    the system of all releases (`across_releases`).

    Args:
        new: what `behind` gives of the new release.
        old: the same of an earlier one.

    Returns:
        table, figure, cell of each such figure.
    """
    by = pl.min_horizontal("people_by", "families_by")
    both_show = pl.col(SHOWN) & pl.col(f"{SHOWN}_old")
    return _beside(new, old).filter("changed", both_show, by < MINIMUM_COUNT).select(CELL).sort(CELL)


def changed_by_few(new: pl.DataFrame, old: pl.DataFrame) -> bool:
    """Whether something changed since an earlier release, and no figure by ten people and ten families.

    So few came or left, or had their records corrected, that where anything changed tells of them.
    """
    both = _beside(new, old)
    by = both.select(pl.min_horizontal("people_by", "families_by").max()).item()
    return bool(both["changed"].any()) and by < MINIMUM_COUNT


def _beside(new: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    """Every figure in both releases, whether it changed, and by how many people and families.

    A figure that one of them has not got counts as 0 there, and is known to.
    """
    new, old = (
        each if SHOWN in each.columns else each.with_columns(pl.lit(True).alias(SHOWN)) for each in (new, old)
    )
    values = [*BEHIND, *(f"{name}_old" for name in BEHIND)]
    both = new.join(
        old, on=CELL, how="full", coalesce=True, suffix="_old", maintain_order="left_right"
    ).with_columns(pl.col(values).fill_null(0), pl.col(SHOWN, f"{SHOWN}_old").fill_null(True))
    changed = pl.any_horizontal(
        (pl.col(name) - pl.col(f"{name}_old")).abs() > 1e-9 * pl.col(name).abs() for name in BEHIND
    )
    by = {
        f"{name}_by": (pl.col(name).cast(pl.Int64) - pl.col(f"{name}_old")).abs() for name in ("people", "families")
    }
    return both.with_columns(changed=changed, **by)


def must_be_apart(new: pl.DataFrame, earlier: Iterable[tuple[str, pl.DataFrame]]) -> None:
    """Refuses a release that stands too near to an earlier one.

    Args:
        new: what `behind` gives of the new release.
        earlier: the day of each earlier release, and the same of it.

    Raises:
        ReleaseRefused: names the release, and how many figures differ by too few or that few changed at all.
    """
    for day, old in earlier:
        near = too_near(new, old)
        if changed_by_few(new, old):
            found = f"since the release of {day} fewer than ten people or families came, left or were corrected"
        elif not near.is_empty():
            found = f"{near.height} of {new.height} figures differ from the release of {day} by fewer than ten"
            found += " people or families"
        else:
            continue
        raise ReleaseRefused(
            f"not released: {found}, who could be told by taking one release from the other. What was released "
            "then stays as it is. Withdrawals and corrections wait here until there are enough of them; to "
            "rehearse a release from the beginning, empty the data folder: " + command("clean", "--data", "DIR")
        )
