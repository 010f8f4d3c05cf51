"""Each result in plain words: what is shown, under which assumption, and whether linkage may explain it."""

from __future__ import annotations

import polars as pl
import pytest

from tf_linkage.contracts.outputs.estimates import METHODS, ROLES
from tf_linkage.disclosure.findings_page.headline import (
    BOUNDS,
    CORRECTED,
    RANGE,
    RATIO,
    WEIGHTED,
    headline_section,
    verdict,
)

PRIMARY, LATE, EXPLORATORY = ROLES

Ends = tuple[float, float] | None


def row(method: str, ends: Ends) -> dict[str, object] | None:
    return None if ends is None else {"method": method, "low": ends[0], "high": ends[1]}


def said(weighted: Ends, over: Ends, corrected: Ends, bounds: Ends) -> str:
    rows = zip((WEIGHTED, RANGE, CORRECTED, BOUNDS), (weighted, over, corrected, bounds), strict=True)
    return verdict(*(row(method, ends) for method, ends in rows))


@pytest.mark.parametrize(
    ("weighted", "over", "corrected", "bounds", "words"),
    [
        ((0.74, 1.2), (0.7, 1.4), (0.7, 1.2), (0.6, 1.3),
         "No effect is shown: anything from 30% less often to 40% more often would fit."),
        ((1.0, 1.4), None, None, None,
         "No effect is shown: anything from as often to 40% more often would fit if weighting is right; the range "
         "could not be told."),
        ((0.6, 0.8), (0.5, 0.9), (0.6, 0.8), (0.55, 0.85),
         "Less often, under either assumption."
         " Linkage does not explain it, not even at the worst of what is known."),
        ((1.2, 1.6), (1.1, 1.8), (1.1, 1.6), (0.9, 1.9),
         "More often, under either assumption. Linkage as estimated does not explain it; "
         "at the worst of what is known it could."),
        ((0.6, 0.8), (0.5, 1.1), (0.7, 1.05), (0.5, 1.2),
         "Less often, if what was known before the start tells all that matters; else no effect is shown. "
         "Linkage may explain it."),
        ((0.6, 0.8), (1.1, 1.3), None, None,
         "Less often, if what was known before the start tells all that matters; else no effect is shown. "
         "What links missed is not known."),
        ((0.6, 0.8), None, (0.6, 0.8), None,
         "Less often, under one assumption; the other could not be looked at. Linkage as estimated does "
         "not explain it; at the worst of what is known it could."),
        ((0.6, 0.8), (0.5, 0.9), (1.1, 1.4), (1.05, 1.5),
         "Less often, under either assumption. Linkage may explain it."),
        (None, None, None, None, "withheld"),
    ],
)  # fmt: skip
def test_what_a_result_shows(weighted: Ends, over: Ends, corrected: Ends, bounds: Ends, words: str) -> None:
    assert said(weighted, over, corrected, bounds) == words


FIGURES = ("estimate", "low", "high")
FIRM = {WEIGHTED: (0.7, 0.6, 0.8), RANGE: (0.7, 0.5, 0.9), CORRECTED: (0.7, 0.6, 0.8), BOUNDS: (0.7, 0.55, 0.85)}
FRAGILE = FIRM | {RANGE: (0.7, 0.5, 1.2)}
NONE = FIRM | {WEIGHTED: (1.0, 0.7, 1.4)}


def differences(**outcomes: dict[str, tuple[float, float, float]]) -> pl.DataFrame:
    rows = [
        {
            "outcome": outcome,
            "unit": "family",
            "measure": RATIO,
            "method": method,
            "rounded_to": 0.1,
            "window": "7-24 months after",
            "role": EXPLORATORY,
            "p_value": None,
            "p_holm": None,
        }
        | dict(zip(FIGURES, figures, strict=True))
        for outcome, by_method in outcomes.items()
        for method, figures in by_method.items()
    ]
    return pl.DataFrame(rows)


def test_the_lead_counts_ratios_and_calls_them_so() -> None:
    page = headline_section(differences(conviction=FIRM, custody=FRAGILE, exclusion=NONE))
    says = (
        "Of 3 ratios of yearly rates 2 show a difference once the groups are weighted to be alike, and 1 of these"
    )
    assert says in page
    assert page.count("<tr>") == 4
    assert "and none of these also" in headline_section(differences(custody=FRAGILE))
    assert "Of one ratio of yearly rates none shows an effect." in headline_section(differences(exclusion=NONE))


def test_too_few_events_say_so() -> None:
    withheld = differences(conviction=FIRM).with_columns(pl.lit(None, pl.Float64).alias(name) for name in FIGURES)
    assert "Too few new events" in headline_section(withheld)


def planned(role: str, **chances: tuple[float, float] | None) -> str:
    """The page where these outcomes are planned, each with its chance and the corrected one."""
    found = differences(**dict.fromkeys(chances, FIRM)).with_columns(
        role=pl.when(pl.col("method") == RANGE).then(pl.lit(role)).otherwise(pl.lit(EXPLORATORY))
    )
    values = {name: value or (None, None) for name, value in chances.items()}
    told = [
        pl.when(pl.col("method") == RANGE)
        .then(pl.col("outcome").replace_strict({key: value[at] for key, value in values.items()}))
        .alias(name)
        for at, name in enumerate(("p_value", "p_holm"))
    ]
    return headline_section(found.with_columns(told)).replace("&nbsp;", " ")


def test_what_was_planned_stands_first_with_its_chance_corrected() -> None:
    page = planned(PRIMARY, conviction=(0.02, 0.04), custody=(0.04, 0.06), exclusion=None)
    assert page.startswith("<p>The planned results and how each is told (range over two assumptions) were sealed")
    for cell in ("Less often on the programme", "0.020", "0.040", "No effect is shown", "0.060", "withheld"):
        assert cell in page
    assert "p-value is the larger of theirs" in page
    assert "nor how likely that there is no effect" in page


def cells(page: str, head: str) -> list[str]:
    """The cells of the first row that begins so."""
    row = page.split(f'<th scope="row">{head}</th>')[1].split("</tr>", maxsplit=1)[0]
    return [cell.split(">")[-1] for cell in row.split("</td>")[:-1]]


def test_a_planned_range_stands_with_the_estimates_behind_it_and_what_rounding_did() -> None:
    opposite = FIRM | {WEIGHTED: (1.2, 0.7, 1.8), METHODS[3]: (0.83, 0.4, 1.8)}
    found = differences(conviction=opposite).with_columns(
        role=pl.when(pl.col("method") == RANGE).then(pl.lit(PRIMARY)).otherwise(pl.lit(EXPLORATORY)),
        p_value=pl.when(pl.col("method") == RANGE).then(1.0),
        p_holm=pl.when(pl.col("method") == RANGE).then(1.0),
    )
    page = headline_section(found).replace("&nbsp;", " ")
    shown = ["No effect is shown", "0.5 to 0.9", "1.2", "0.83", "5%", "1", "1"]
    assert cells(page, "Conviction") == shown, "rounded to a tenth of itself"
    assert "opposite sides of no effect, or one of them is withheld, it counts as 1" in page


def test_a_p_value_below_one_is_not_written_as_one() -> None:
    page = planned(PRIMARY, conviction=(0.9996, 0.9996))
    assert cells(page, "Conviction")[-2:] == ["0.999", "0.999"]


def test_a_plan_of_afterwards_and_none_at_all_say_so() -> None:
    page = planned(LATE, conviction=(0.0001, 0.0001))
    assert "The plan of these results was not sealed" in page
    assert "Results planned late" in page
    assert "below 0.001" in page
    assert "every result is exploratory" in headline_section(differences(custody=FIRM))
