"""The part of the findings' page that says what was planned before outcomes were read, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tf_linkage.contracts.outputs.estimates import MEASURES, METHODS, ROLES
from tf_linkage.disclosure.findings_page.cells import WITHHELD
from tf_linkage.disclosure.findings_page.words import UNITS, outcome_word
from tf_linkage.pages import html

Row = Mapping[str, object]

LATE, EXPLORATORY = ROLES[1:]
RATIO, RANGE = MEASURES[1], METHODS[4]
LEVEL = 0.05

PLANNED_SAYS = (
    "These results and their one estimator were sealed before anybody read outcomes. Whatever else stands on this "
    "page and in its tables is exploratory: among so many figures some stand out by chance."
)
LATE_SAYS = (
    "The plan of these results was not sealed before outcomes were read: they may have been chosen for what they "
    "show, and are to be read as exploratory, as is everything else on this page."
)
NONE_SAYS = "Nothing was planned before outcomes were read: every result is exploratory."
HOLM_SAYS = (
    "Chance, corrected: how often at least one result like this would come by chance alone, looking at all "
    "{planned} planned results together (Holm); below 0.05 an effect shows. One that is withheld counts "
    "as showing nothing."
)
RANGE_HOLM_SAYS = (
    " Of a range over two assumptions it is the larger of both chances, so that an effect shows under both."
)


def planned_part(differences: pl.DataFrame) -> str:
    """What was planned, as a table and in words.

    Args:
        differences: `contracts.outputs.published.Differences`, codes as text.
    """
    rows = list(differences.filter(pl.col("role") != EXPLORATORY).iter_rows(named=True))
    if not rows:
        return html.lead(NONE_SAYS)
    headline = str(rows[0]["method"])
    late = any(row["role"] == LATE for row in rows)
    table = [
        (_what(row), _says(row), _figures(row), _chance(row["p_value"]), _chance(row["p_holm"])) for row in rows
    ]
    head = ("", "What is shown", headline.capitalize(), "Chance", "Chance, corrected")
    says = HOLM_SAYS.format(planned=len(rows)) + (RANGE_HOLM_SAYS if headline == RANGE else "")
    return (
        html.lead(f"{counted(rows)} {LATE_SAYS if late else PLANNED_SAYS}")
        + html.table("Planned results" if not late else "Results planned late", head, table)
        + html.paragraph(says)
    )


def counted(rows: Sequence[Row]) -> str:
    """How many planned results show an effect, and how many say nothing, in a sentence."""
    shown = sum(_shows(row) for row in rows)
    many = f"Of {len(rows)} planned results" if len(rows) > 1 else "Of the one planned result"
    withheld = sum(row["p_holm"] is None for row in rows)
    silent = f"; {withheld} {'is' if withheld == 1 else 'are'} withheld" if withheld else ""
    if not shown:
        return f"{many} none shows an effect{silent}."
    return f"{many} {shown} {'shows' if shown == 1 else 'show'} an effect{silent}."


def _shows(row: Row) -> bool:
    return row["p_holm"] is not None and float(str(row["p_holm"])) < LEVEL


def _what(row: Row) -> str:
    of = "" if row["unit"] == "family" else f", {UNITS[str(row['unit'])]}"
    when = "" if row["measure"] == RATIO else f", {row['window']}"
    return f"{outcome_word(str(row['outcome']))}{of}{when}"


def _says(row: Row) -> str:
    """In words: whether an effect shows, and which way."""
    if row["p_holm"] is None:
        return WITHHELD
    if not _shows(row):
        return "No effect is shown"
    low, high = float(str(row["low"])), float(str(row["high"]))
    less = low * high < 1 if row["measure"] == RATIO else low + high < 0
    return "Less often on the programme" if less else "More often on the programme"


def _figures(row: Row) -> str:
    if row["low"] is None:
        return WITHHELD
    scale = 1 if row["measure"] == RATIO else 100
    low, high, estimate = (float(str(row[name])) * scale for name in ("low", "high", "estimate"))
    ends = f"{low:g} to {high:g}"
    return ends if row["method"] == RANGE else f"{estimate:g} ({ends})"


def _chance(value: object) -> str:
    if value is None:
        return WITHHELD
    chance = float(str(value))
    return "below 0.001" if chance < 0.001 else f"{chance:.3f}"
