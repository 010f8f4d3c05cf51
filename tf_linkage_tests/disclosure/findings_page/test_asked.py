"""What the notice asked, answered from released figures alone; and five years of costs by hand."""

from __future__ import annotations

import polars as pl
import pytest
from tables_of_counts import published

from tf_linkage.contracts.columns import of_rows
from tf_linkage.contracts.outputs.published import WITHHELD, Differences
from tf_linkage.disclosure.findings_page.asked.five_years import (
    AFTERWARDS,
    NO_ECONOMIC,
    UNTOLD,
    discounted,
    economic,
    five_years_part,
)
from tf_linkage.disclosure.findings_page.asked.questions import NOTHING, QUESTIONS, questions_section
from tf_linkage.disclosure.findings_page.cells import plain
from tf_linkage.disclosure.findings_page.costs import costs_section


def answers(tables: dict[str, pl.DataFrame]) -> dict[str, list[str]]:
    page = questions_section(tables).replace("&nbsp;", " ")
    parts = [part.split("</dt>") for part in page.split("<dt>")[1:]]
    return {question: [line.split("</dd>")[0] for line in rest.split("<dd>")[1:]] for question, rest in parts}


def test_each_question_stands_in_the_notices_words_with_released_figures() -> None:
    told = answers(published(before=300, after=200))
    assert tuple(told) == QUESTIONS
    assert "50% of families claimed an out-of-work benefit" in told[QUESTIONS[1]][0]
    assert "33% two years on" in told[QUESTIONS[1]][0]
    assert "The councils of the study lie in one region." in told[QUESTIONS[0]][-1]
    assert "£3,000 benefits" in told[QUESTIONS[2]][0]
    assert "no conclusion may be drawn" in told[QUESTIONS[2]][-1]


def test_what_is_withheld_answers_nothing() -> None:
    few = published(before=9, after=200)
    assert not [line for line in answers(few)[QUESTIONS[1]] if "out-of-work benefit in" in line]
    few["money"] = few["money"].with_columns(pl.lit(None, dtype=pl.Float64).alias("mean"))
    assert answers(few)[QUESTIONS[2]] == [NOTHING]


def compared(estimate: float | None, low: float | None, high: float | None) -> pl.DataFrame:
    row = {
        "outcome": "all costs",
        "unit": "family",
        "window": "24 months after",
        "role": "exploratory",
        "measure": "pounds a family a year",
        "method": "weighted",
        "estimate": estimate,
        "low": low,
        "high": high,
    }
    note = {"note": WITHHELD} if estimate is None else {}
    return plain(of_rows(Differences, [row | note]).lazy())  # fmt: skip


def money(mean: float | None = 2_000.0) -> pl.DataFrame:
    row = {"theme": "the programme", "study_group": "programme", "window": "24 months after", "mean": mean}
    return pl.DataFrame([row], schema_overrides={"mean": pl.Float64})


def test_five_years_by_hand() -> None:
    """All costs are 400 lower a year with the programme's 1,000 in them: 1,400 less is spent on all else.

    Two years are worth 1 + 1/1.035 = 1.9662 of them: 2,752.7. If it stays, 4.6731: 6,542.3.
    """
    page = five_years_part(compared(-400.0, -1_000.0, 100.0), money()).replace("&nbsp;", " ")
    assert "2,800 less (1,800 to 3,900)" in page
    assert "6,500 less (4,200 to 9,300)" in page
    assert "800 less (1,900 less to 200 more)" in page, "with the programme's own 2,000"
    assert "1.4 less (0.9 to 2.0)" in page, "for each pound"
    assert NO_ECONOMIC in page
    assert "−" not in page, "less, not a sign that a head turns round"
    assert "llustrative" in page


def test_the_economic_ratio_by_hand() -> None:
    """500 less on care, 3 times 100 less on crime, 50 more on schools: 750 a year; over two years 1,474.6 of 2,000.

    Its range adds the themes' up: from 900 + 3 * 200 + 0 to 100 + 0 - 100.
    """
    themes = {"social care": (-500.0, -900.0, -100.0), "crime and justice": (-100.0, -200.0, 0.0),
              "education": (50.0, 0.0, 100.0), "benefits": (-9_000.0, -9_500.0, -8_500.0)}  # fmt: skip
    rows = [
        compared(*ends).with_columns(outcome=pl.lit(theme))
        for theme, ends in {"all costs": (-400.0, -1_000.0, 100.0), **themes}.items()
    ]
    page = five_years_part(pl.concat(rows), money()).replace("&nbsp;", " ")
    assert economic(pl.concat(rows)) == (-750.0, -1_500.0, 0.0)
    assert "0.7 less (1.5 less to no more)" in page
    assert "illustrative, from no source" in page
    assert economic(pl.concat(rows[:-2])) is None, "schools are withheld"


@pytest.mark.parametrize(("left", "worth"), list(zip(AFTERWARDS.values(), (1.9662, 2.7674, 4.6731), strict=True)))
def test_later_years_count_for_less(left: tuple[float, ...], worth: float) -> None:
    assert discounted(left) == pytest.approx(worth, abs=1e-4)


def test_without_a_released_difference_there_is_no_sum() -> None:
    assert UNTOLD in five_years_part(compared(None, None, None), money())
    assert UNTOLD in five_years_part(compared(-400.0, -1_000.0, 100.0), money(None))
    dearer = five_years_part(compared(1_500.0, 500.0, 2_500.0), money()).replace("&nbsp;", " ")
    assert "1,000 more (1,000 less to 2,900 more)" in dearer


def test_a_cost_that_is_one_price_has_no_interval() -> None:
    page = costs_section(published(before=300, after=200)["money"])
    assert "£2,300</td>" in page
    assert "2,300 (" not in page


def test_the_first_question_says_that_an_assumption_is_in_doubt() -> None:
    found = published(before=300, after=200)
    apart = {"estimate": pl.lit(1.3), "low": pl.lit(1.1), "high": pl.lit(1.6)}
    found["placebos"] = found["placebos"].with_columns(**apart)
    assert "Weighting is in doubt here: see In short." in answers(found)[QUESTIONS[0]]
    found["placebos"] = found["placebos"].with_columns(low=pl.lit(0.9))
    assert not any("in doubt" in line for line in answers(found)[QUESTIONS[0]])
