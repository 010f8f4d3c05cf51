"""published/findings: in how many families something happened, before and after, in each group.

Belongs here: the counts and the rules under which they may leave. Does not belong here: how outcomes are computed
(`research.outcomes`), adjusting the groups to each other or attacks over several releases.
"""

from __future__ import annotations

import math

import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.council import STUDY_GROUPS
from tf_linkage.contracts.published import LEAST, ROUNDING, Findings
from tf_linkage.contracts.research import FAMILY_OUTCOMES, WINDOWS

SHOWN = (
    "Not adjusted for differences between the groups; whom a register does not know counts as without; "
    "the window after is twice as long as the one before."
)
WITHHELD = "Withheld: too few families behind it."
"""One sentence whatever the reason, since the reason is itself a figure."""

NORMAL_95 = 1.959964
"""Two-sided 95% point of the normal distribution."""


Cell = tuple[str, str]
"""An outcome in a window."""


def findings(families: pl.LazyFrame) -> pl.LazyFrame:
    """Outcome rates by study group and window, with what may not leave withheld.

    A row is shown only if

    * at least 10 families had the outcome and at least 10 of those to whom it could happen had not: neither few
      families nor nearly all of a group are singled out. Everybody counts in one family, so ten families are ten
      people at least;
    * it cannot be subtracted from another shown row to leave fewer than 10 families: where the families of one
      outcome are among those of another (custody, conviction), the narrower is withheld unless they differ by 10;
    * counts are rounded to the nearest 5, and rate and interval come from the rounded counts.

    Numbers of families to whom something could happen, when they differ by fewer than 10 within a group, are
    shown as one, the smallest. No totals are published, over groups or over outcomes: there is no margin from
    which a withheld row could be worked out.

    Args:
        families: `contracts.research.Families`.

    Returns:
        `contracts.published.Findings`: a row for each outcome, group and window, shown or withheld.
    """
    table = families.collect()
    rows = [row for group in STUDY_GROUPS for row in _of_group(group, table)]
    schema = schema_of(Findings)
    return pl.LazyFrame(rows, schema=schema).sort("outcome", "study_group", "window")


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95% score interval of a share (Wilson 1927).

    >>> low, high = wilson(10, 100)
    >>> round(low, 4), round(high, 4)
    (0.0552, 0.1744)
    """
    share, z2 = successes / trials, NORMAL_95**2
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = NORMAL_95 / (1 + z2 / trials) * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    return min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half))


def _of_group(group: str, families: pl.DataFrame) -> list[dict[str, object]]:
    """All rows of one study group."""
    members = families.filter(pl.col("study_group").cast(pl.String) == group)
    cells = {(outcome, window): members[f"{outcome}_{window}"] for outcome in FAMILY_OUTCOMES for window in WINDOWS}
    hit = {cell: values.fill_null(value=False) for cell, values in cells.items()}
    trials = _shown_as_one({cell: int(values.is_not_null().sum()) for cell, values in cells.items()})
    successes = {cell: int(values.sum()) for cell, values in hit.items()}
    enough = [cell for cell in cells if successes[cell] >= LEAST and trials[cell] - successes[cell] >= LEAST]
    shown = _not_subtractable(enough, hit)
    return [
        {"outcome": cell[0], "study_group": group, "window": cell[1]}
        | (_figures(successes[cell], trials[cell]) if cell in shown else _no_figures())
        for cell in cells
    ]


def _no_figures() -> dict[str, object]:
    return {"note": WITHHELD}


def _figures(successes: int, trials: int) -> dict[str, object]:
    rounded, out_of = _rounded(successes), _rounded(trials)
    low, high = wilson(rounded, out_of)
    return {
        "families": out_of,
        "with_outcome": rounded,
        "rate": rounded / out_of,
        "rate_low": low,
        "rate_high": high,
        "note": SHOWN,
    }


def _rounded(count: int) -> int:
    return ROUNDING * math.floor(count / ROUNDING + 0.5)


def _shown_as_one(trials: dict[Cell, int]) -> dict[Cell, int]:
    """Numbers that differ by fewer than ten become the smallest of them, so that no difference is small."""
    shown: dict[int, int] = {}
    smallest: int | None = None
    for number in sorted(set(trials.values())):
        if smallest is None or number - smallest >= LEAST:
            smallest = number
        shown[number] = smallest
    return {cell: shown[number] for cell, number in trials.items()}


def _not_subtractable(cells: list[Cell], hit: dict[Cell, pl.Series]) -> set[Cell]:
    """Those cells of which none is among the families of another and short of it by fewer than ten.

    Widest first: what has been kept stays, and a narrower cell is judged against all that is kept.
    """
    kept: list[Cell] = []
    for cell in sorted(cells, key=lambda cell: (-int(hit[cell].sum()), cell)):
        if not any(_nearly_all_of(hit[cell], hit[other]) for other in kept):
            kept.append(cell)
    return set(kept)


def _nearly_all_of(narrow: pl.Series, wide: pl.Series) -> bool:
    among = not bool((narrow & ~wide).any())
    return among and int((wide & ~narrow).sum()) < LEAST
