"""The part of the findings' page that says what was planned before outcomes were read, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tf_linkage.contracts.outputs.estimates import MEASURES, METHODS, ROLES
from tf_linkage.disclosure.findings_page.cells import PRICE, WITHHELD
from tf_linkage.disclosure.findings_page.words import UNITS, outcome_word
from tf_linkage.pages import html

Row = Mapping[str, object]

LATE, EXPLORATORY = ROLES[1:]
RATIO, RANGE = MEASURES[1], METHODS[4]
BEHIND = (METHODS[1], METHODS[3])
PLACE = ("outcome", "unit", "window", "measure")
LEVEL = 0.05

PLANNED_SAYS = (
    "The planned results and how each is told ({headline}) were sealed before anybody read outcomes. Whatever else "
    "stands on this page and in its tables is exploratory: among so many figures some stand out by chance."
)
LATE_SAYS = (
    "The plan of these results was not sealed before outcomes were read: they may have been chosen for what they "
    "show, and are to be read as exploratory, as is everything else on this page."
)
NONE_SAYS = "Nothing was planned before outcomes were read: every result is exploratory."
HOLM_SAYS = (
    "p-value: how often a result at least this far from no effect would come by chance alone if there were none, "
    "worked out from the intervals as they are shown. It is not how likely the result is, nor "
    "how likely that there is no effect. For all together: the same for at least one of all {planned} planned "
    "results (Holm); below 0.05 an effect shows. One that is withheld counts as showing nothing."
)
RANGE_HOLM_SAYS = (
    " The range is what was planned; weighted and difference in differences are the two estimates behind it. Its "
    "p-value is the larger of theirs, so that an effect shows only under both assumptions. Where the "
    "middles of the two intervals lie on opposite sides of no effect, or one of them is withheld, it counts as 1."
)
NEVER = 1.0


def planned_part(differences: pl.DataFrame) -> str:
    """What was planned, as a table and in words.

    Args:
        differences: `contracts.outputs.published.Differences`, codes as text.
    """
    rows = list(differences.filter(pl.col("role") != EXPLORATORY).iter_rows(named=True))
    if not rows:
        return html.lead(NONE_SAYS)
    headline = str(rows[0]["method"])
    found = {(*(row[name] for name in PLACE), row["method"]): row for row in differences.iter_rows(named=True)}
    late = any(row["role"] == LATE for row in rows)
    table = [
        (_what(row), _says(row), _figures(row), *_behind(row, found), _moved(row), _chance(row["p_value"]),
         _chance(row["p_holm"]))
        for row in rows
    ]  # fmt: skip
    behind = tuple(method.capitalize() for method in BEHIND) if headline == RANGE else ()
    head = ("", "What is shown", headline.capitalize(), *behind, PRICE, "p-value", "p-value, all together")
    says = HOLM_SAYS.format(planned=len(rows)) + (RANGE_HOLM_SAYS if headline == RANGE else "")
    return (
        html.paragraph(LATE_SAYS if late else PLANNED_SAYS.format(headline=headline))
        + html.table("Planned results" if not late else "Results planned late", head, table)
        + html.paragraph(says)
    )


def planned_outcomes(rows: Sequence[Row]) -> list[str]:
    """Outcomes of families among planned results, each once.

    Args:
        rows: planned rows of `contracts.outputs.published.Differences`.
    """
    return list(dict.fromkeys(str(row["outcome"]) for row in rows if row["unit"] == "family"))


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


def _behind(row: Row, found: Mapping[tuple[object, ...], Row]) -> tuple[str, ...]:
    """The two estimates behind a range, without their intervals; none of any other result."""
    if row["method"] != RANGE:
        return ()
    one = (found.get((*(row[name] for name in PLACE), method)) for method in BEHIND)
    return tuple(WITHHELD if of is None or of["estimate"] is None else f"{of['estimate']:g}" for of in one)


def _moved(row: Row) -> str:
    """By how much rounding may have moved the estimate."""
    if row["estimate"] is None:
        return ""
    step = float(str(row["rounded_to"])) / 2
    return f"{100 * step:g}%" if row["measure"] == RATIO else f"{100 * step:g}"


def _chance(value: object) -> str:
    if value is None:
        return WITHHELD
    chance = float(str(value))
    if chance >= NEVER:
        return "1"
    return "below 0.001" if chance < 0.001 else f"{min(chance, 0.999):.3f}"
