"""Which of the two assumptions is in doubt, by what shows before the start: sentences from published figures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER, PLACEBOS
from tf_linkage.disclosure.findings_page.compared import holds_one
from tf_linkage.disclosure.findings_page.words import outcome_word

Row = Mapping[str, object]

LAST_YEAR = list(PLACEBOS)[-1]
ALPHA = 0.05
"""Half-years before the start that lie so far from the reference this seldom by chance have moved apart."""

WEIGHTING: Mapping[bool | None, str] = {
    True: "Weighting is in doubt: a year before the start that the weights were not made from still shows a "
    "difference (see Before the start).",
    False: "Nothing before the start speaks against weighting, as far as it would have been seen.",
    None: "Whether weighting is right cannot be checked: too few new events before the start.",
}
DIFFERENCING: Mapping[bool | None, str] = {
    True: "Difference in differences is in doubt: in the two years before the start the groups moved apart by more "
    "than chance (see Over time), and no method here removes a drift.",
    False: "No drift before the start speaks against difference in differences, as far as one shows.",
    None: "Whether difference in differences is right cannot be checked: too few new events in a half-year.",
}
"""By whether the check before the start warns; None where it cannot be told."""

BOTH = "Both of the assumptions are in doubt here"
NO_SAFEGUARD = (
    "The range over two assumptions is no safeguard then: it holds the effect only if one of the two is right."
)


def weighting_warns(placebos: pl.DataFrame) -> bool | None:
    """Whether all outcomes together show a difference in either year before the start; None if untold.

    Args:
        placebos: `contracts.outputs.published.Placebos`, codes as text.
    """
    told = [
        row
        for row in placebos.filter(pl.col("outcome") == ALL_TOGETHER).iter_rows(named=True)
        if row["estimate"] is not None
    ]
    return any(not holds_one(row) for row in told) if told else None


def differencing_warns(pretrends: pl.DataFrame) -> bool | None:
    """Whether the groups moved apart before the start by more than chance; None if untold.

    Args:
        pretrends: `contracts.outputs.published.Pretrends`, codes as text.
    """
    told = pretrends.filter(pl.col("slope").is_not_null())["p_at_most"]
    return any(p <= ALPHA for p in told) if len(told) else None


def doubts(placebos: pl.DataFrame, pretrends: pl.DataFrame) -> str:
    """What speaks against each assumption, in sentences.

    Args:
        placebos: as `weighting_warns` takes them.
        pretrends: as `differencing_warns` takes them.
    """
    weighting, differencing = weighting_warns(placebos), differencing_warns(pretrends)
    said = f"{WEIGHTING[weighting]} {DIFFERENCING[differencing]}"
    return f"{BOTH}. {said} {NO_SAFEGUARD}" if weighting and differencing else said


def doubted(placebos: pl.DataFrame, pretrends: pl.DataFrame, see: str = "see In short") -> str:
    """Which assumption is in doubt, in one sentence; nothing where neither check warns.

    Args:
        placebos: as `weighting_warns` takes them.
        pretrends: as `differencing_warns` takes them.
        see: where more is said.
    """
    weighting, differencing = weighting_warns(placebos), differencing_warns(pretrends)
    if weighting and differencing:
        return f"{BOTH}: {see}."
    if weighting or differencing:
        return f"{'Weighting' if weighting else 'Difference in differences'} is in doubt here: {see}."
    return ""


def before_the_start(placebos: pl.DataFrame) -> str:
    """What the year before the start says of all results; nothing where it is not told.

    Args:
        placebos: `contracts.outputs.published.Placebos`, codes as text.
    """
    rows = placebos.filter(pl.col("outcome") == ALL_TOGETHER, pl.col("window") == LAST_YEAR)
    told = next((row for row in rows.iter_rows(named=True) if row["estimate"] is not None), None)
    if told is None:
        return ""
    when = "in the year before the start, when the programme can have changed nothing"
    ratio = f"all outcomes together stood at a ratio of {told['estimate']:g} (95% {_ends(told)})"
    if holds_one(told):
        return f"No difference is shown {when}: {ratio}. One of {told['detectable']:g} would mostly have been seen."
    return (
        f"The groups already differed {when}: {ratio}. No weighted ratio is to be taken for its effect by itself."
    )


def planned_before(placebos: pl.DataFrame, planned: Collection[str]) -> Iterator[str]:
    """Planned outcomes whose own ratio before the start leaves 1 out: their mean may hide it.

    Args:
        placebos: as `before_the_start` takes them.
        planned: outcomes.
    """
    away = [
        f"{outcome_word(row['outcome'])}, {row['window']}: {row['estimate']:g} ({_ends(row)})"
        for row in placebos.filter(pl.col("outcome").is_in(list(planned))).iter_rows(named=True)
        if row["estimate"] is not None and not holds_one(row)
    ]
    if away:
        yield (
            "All outcomes together are a mean, and a planned outcome may have been further apart by itself: "
            f"{'; '.join(away)}."
        )


def _ends(row: Row) -> str:
    return f"{row['low']:g} to {row['high']:g}"
