"""The part of the findings' page that says what missed and false links may do to each result."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.outputs.estimates import LINKAGE_METHODS, MEASURES, METHODS
from tf_linkage.disclosure.findings_page.compared import (
    AFTER,
    Writing,
    as_a_ratio,
    ends,
    holds_one,
    in_points,
    in_pounds,
)
from tf_linkage.disclosure.findings_page.words import UNITS, outcome_word, recall_span
from tf_linkage.pages import html

Row = Mapping[str, object]

SHARE, RATIO, POUNDS = MEASURES
WEIGHTED = METHODS[1]
CORRECTED, BOUNDS = LINKAGE_METHODS

SAYS = (
    "Hardly anybody is linked by a common number, so that some people are not found in a register and some are "
    "taken for somebody else. A missed link hides its events. Where links miss as many on the programme as in the "
    "comparison, a ratio stays as it is; where they do not, a ratio arises without any effect. How many are missed "
    "is estimated from people whom a council's record puts in the register: whether they were found there."
)
MEANS = (
    "Corrected for linkage: the ratio with each event counted for those missed, and its interval with the "
    "uncertainty of recall and precision in it. At the worst: the ends that it reaches where these lie "
    "anywhere within what is known of them, in each group for itself, and up to 2% of councils' flags are wrong. "
    "Recall is shown as a span, because it leaves rounded; the correction goes by the figure itself, and takes out "
    "as well what false links add (precision). It is recall of events, estimated without truth from people whom "
    "councils flag, in each group for itself: where these are few it may lie several points off. A rehearsal's "
    "report on the linkage counts people by the truth: its recall is another figure."
)
OF_DIFFERENCES = (
    "Shares and costs are smaller in each group by about as much as its recall falls short of 1, and a difference "
    "between them with it: what is found is counted for what is missed. A family with two to whom it happened is "
    "missed only if both are; that is allowed for. Attainment and absence are known of pupils found and of nobody "
    "else: those found stand for those like them in group and council, and at the worst it came half to twice as "
    "often in those missed. The last column: how much lower still recall would have to be, on the programme or in "
    "the comparison, before the interval holds 0."
)
FAVOURS = {"on the programme": "favours", "in the comparison": "goes against"}
_SIDES = tuple(FAVOURS)
ALIKE = " For {names} recall is shown alike in both groups: to which side misses lean is not told."
LEANS = " Recall is lower {side} for {names}: there less seems to happen {side} than does, which {favours} "
LEANS += "the programme where less is better."
NOTHING = "Too few people are known to be in a register to say how many of its links are missed."


UNKNOWN = "What links missed is not known."
EXPLAINS = "Linkage may explain it."
AT_WORST = "Linkage as estimated does not explain it; at the worst of what is known it could."
NOT = "Linkage does not explain it, not even at the worst of what is known."
"""What linkage may do to a ratio that leaves 1 out, in the one wording of the page."""


def explained(weighted: Row, corrected: Row | None, bounds: Row | None) -> str:
    """Which of the four sentences holds for a weighted ratio that leaves 1 out.

    Args:
        weighted: the weighted ratio.
        corrected: the ratio corrected for linkage; None where it is not shown.
        bounds: how far linkage may move it at the worst; None where it is not shown.
    """
    side = 1 if ends(weighted)[0] > 1 else -1
    if corrected is None:
        return UNKNOWN
    if not leaves_one_out(corrected, side):
        return EXPLAINS
    return NOT if bounds is not None and leaves_one_out(bounds, side) else AT_WORST


def leaves_one_out(row: Row, side: int) -> bool:
    """Whether an interval lies above 1 (side 1) or below it (side -1) as a whole."""
    low, high = ends(row)
    return low > 1 if side > 0 else high < 1


def linkage_section(differences: pl.DataFrame) -> str:
    """The section's HTML.

    Args:
        differences: `contracts.outputs.published.Differences`, codes as text.
    """
    ratios = differences.filter(pl.col("measure") == RATIO)
    families = ratios.filter(pl.col("unit") == "family")
    told = [_sentence(*rows) for rows in as_linked(families)]
    by_unit = {unit: _table(ratios.filter(pl.col("unit") == unit), UNITS[unit]) for unit in ("child", "adult")}
    others = "".join(html.opened(f"Of {UNITS[unit]}", table) for unit, table in by_unit.items() if table)
    if not told:
        return html.paragraph(SAYS) + html.paragraph(NOTHING)
    said = html.paragraph(SAYS) + html.bullets(told) + html.paragraph(MEANS)
    lean = html.paragraph(_leans(families).strip())
    return said + _table(families, "families") + lean + others + _of_differences(differences)


def as_linked(rows: pl.DataFrame) -> list[tuple[Row, Row, Row]]:
    """Of each outcome the weighted row, the corrected one and the bounds, where all are shown.

    Args:
        rows: ratios of one unit, of `contracts.outputs.published.Differences`, codes as text.
    """
    shown = {
        (row["outcome"], row["method"]): row
        for row in rows.filter(pl.col("estimate").is_not_null()).iter_rows(named=True)
    }
    found = []
    for outcome in dict.fromkeys(rows["outcome"]):
        told = [shown.get((outcome, method)) for method in (WEIGHTED, CORRECTED, BOUNDS)]
        if all(row is not None for row in told):
            found.append((told[0], told[1], told[2]))
    return found  # type: ignore[return-value]


def _sentence(weighted: Row, corrected: Row, bounds: Row) -> str:
    """What linkage may do to one result, in words."""
    name = outcome_word(str(weighted["outcome"]))
    says = f"{name}: {as_a_ratio(weighted)[0]} as found, {as_a_ratio(corrected)[0]} corrected. "
    if holds_one(weighted):
        if holds_one(corrected):
            return says + "No effect is shown, with or without what links miss."
        return says + "Corrected it no longer holds 1: missed links hid a difference."
    which = explained(weighted, corrected, bounds)
    if which == EXPLAINS:
        return f"{says}{EXPLAINS} Allowing for what links miss, " + (
            "no effect is shown." if holds_one(corrected) else "it lies on the other side of 1."
        )
    gap = float(str(corrected["recall_gap"]))
    side = "on the programme" if gap > 0 else "in the comparison"
    more = f"links would have to miss {100 * abs(gap):.1f} more in a hundred events {side} than they seem to"
    within = ", and that is within what is known" if which == AT_WORST else ""
    return f"{says}{which[:-1]}: {more} before no effect was shown{within}."


def _leans(rows: pl.DataFrame) -> str:
    """For which outcomes links miss more in one group than in the other, and what that makes of a difference."""
    lower: dict[str, list[str]] = {side: [] for side in FAVOURS}
    alike: list[str] = []
    for _, row, _ in as_linked(rows):
        on, off = (float(str(row[name])) for name in ("recall_programme", "recall_comparison"))
        if on != off:
            side = _SIDES[on > off]
            less, more = ("programme", "comparison") if side == _SIDES[0] else ("comparison", "programme")
            spans = f"{recall_span(row, less)} against {recall_span(row, more)}"
            lower[side].append(f"{outcome_word(str(row['outcome'])).lower()} ({spans})")
        else:
            alike.append(outcome_word(str(row["outcome"])).lower())
    said = [
        LEANS.format(side=side, names=", ".join(names), favours=FAVOURS[side])
        for side, names in lower.items()
        if names
    ]
    return "".join([*said, ALIKE.format(names=", ".join(alike)) if alike else ""])


def _of_differences(differences: pl.DataFrame) -> str:
    """Shares and costs, as tables to open."""
    after = differences.filter(pl.col("window") == AFTER)
    shares = after.filter(pl.col("measure") == SHARE)
    tables = [
        *(
            _table_of_differences(shares.filter(pl.col("unit") == unit), f"Shares of {words}", in_points)
            for unit, words in UNITS.items()
        ),
        _table_of_differences(after.filter(pl.col("measure") == POUNDS), "Pounds a family a year", in_pounds),
    ]
    told = "".join(tables)
    return html.paragraph(OF_DIFFERENCES) + told if told else ""


def _table_of_differences(rows: pl.DataFrame, words: str, written: Writing) -> str:
    head = ("", "As found (95%)", "Corrected for linkage (95%)", "At the worst", "Recall, programme",
            "Recall, comparison",
            "Of its variance, linkage", "Recall lower by")  # fmt: skip
    table = [
        (
            outcome_word(str(weighted["outcome"])),
            written(weighted)[0],
            written(corrected)[0],
            written(bounds)[0].partition("(")[2].rstrip(")"),
            recall_span(corrected, "programme"),
            recall_span(corrected, "comparison"),
            f"up to {float(str(corrected['linkage_share'])):.0%}",
            _lower_by(corrected["recall_gap"]),
        )
        for weighted, corrected, bounds in as_linked(rows)
    ]
    said = f"{words}, programme less comparison, {AFTER}, and what linkage does to them"
    return html.opened(words, html.table(said, head, table)) if table else ""


def _lower_by(gap: object) -> str:
    """The gap in recall in words."""
    if gap is None:
        return "–"
    by = float(str(gap))
    if by == 0:
        return "none: it holds 0"
    return f"{abs(by):.1%} {_SIDES[0] if by > 0 else _SIDES[1]}"


def _table(rows: pl.DataFrame, whose: str) -> str:
    head = ("", "As found (95%)", "Corrected for linkage (95%)", "At the worst", "Recall, programme",
            "Recall, comparison",
            "Of its variance, linkage")  # fmt: skip
    table = [
        (
            outcome_word(str(weighted["outcome"])),
            as_a_ratio(weighted)[0],
            as_a_ratio(corrected)[0],
            f"{bounds['low']:g} to {bounds['high']:g}",
            recall_span(corrected, "programme"),
            recall_span(corrected, "comparison"),
            f"up to {float(str(corrected['linkage_share'])):.0%}",
        )
        for weighted, corrected, bounds in as_linked(rows)
    ]
    return (
        html.table(f"Ratios of yearly rates of {whose}, and what linkage does to them", head, table)
        if table
        else ""
    )
