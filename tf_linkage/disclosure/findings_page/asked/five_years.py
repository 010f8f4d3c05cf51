"""Costs and benefits over five years, from released figures alone: a sum that shows how such sums are made.

Two years are observed. What comes after is an assumption, and three are shown side by side. Later years count for
less, by the Green Book's discount rate (HM Treasury, *The Green Book*, 2022: 3.5% a year for the first 30 years).
All prices are those of one table, and none is raised by inflation. Two accounts stand side by side. The fiscal one
is of public money: benefits paid count as a cost. The economic one is of everybody: benefits are a transfer, which
the Treasury saves and families lose, and crime costs victims besides what it costs courts and prisons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from tf_linkage.contracts.outputs.estimates import MEASURES, METHODS
from tf_linkage.contracts.outputs.published import REGIONAL_WINDOWS
from tf_linkage.pages import html

WEIGHTED, POUNDS = METHODS[1], MEASURES[2]
AFTER = REGIONAL_WINDOWS[1]
OBSERVED = 2
"""Years after the start that are observed; `AFTER` is 24 months."""

DISCOUNT = 0.035
AFTERWARDS: Mapping[str, tuple[float, float, float]] = {
    "stops after two years": (0.0, 0.0, 0.0),
    "halves each year from the third": (0.5, 0.25, 0.125),
    "stays for five years": (1.0, 1.0, 1.0),
}
"""What share of the yearly difference is left in the third, fourth and fifth year."""

ALL_COSTS, PROGRAMME = "all costs", "the programme"

ECONOMIC: Mapping[str, float] = {
    "benefits": 0.0, "social care": 1.0, "crime and justice": 3.0, "education": 1.0,
}  # fmt: skip
"""What a pound of public money stands for in an account of everybody. A transfer is nobody's gain (HM Treasury,
*The Green Book*, 2022); the three of crime are ours, and illustrative."""

SAYS = (
    "Illustrative, and no finding: most prices behind it are round figures from no source. How much more or "
    "less other public money families on the programme cost over five years than those that wait, from the "
    "weighted difference in all costs without the programme's own; next to it what the programme cost. Years "
    "count by 3.5% a year less the later they are (the Green Book's rate); the prices are those of one table "
    "throughout. Two years are observed and three assumed. The range is that of the 95% interval of the two, "
    "right if weighting is: what nobody saw is not in it (see Before the start). The fiscal ratio is an account of "
    "public money alone."
)
ECONOMIC_SAYS = (
    "The economic ratio is an account of everybody, by theme: benefits count nothing, since what the Treasury "
    "saves families lose; crime counts {crime:g} times what it costs courts and prisons, for what it costs "
    "victims (illustrative, from no source); social care and education as they stand. Its range adds up the "
    "ranges of the themes, which is as wide as it can be. What people earn more, live longer or suffer less has "
    "no price here, so that it cannot say either whether the programme is worth its cost."
)
NO_ECONOMIC = "The economic ratio cannot be told: the difference in costs of one theme at least is withheld."
UNTOLD = "Costs and benefits over five years cannot be told: the difference in all costs is withheld."


def five_years_part(differences: pl.DataFrame, money: pl.DataFrame) -> str:
    """The part's HTML.

    Args:
        differences: `contracts.outputs.published.Differences`, codes as text.
        money: `contracts.outputs.published.Money`, codes as text.
    """
    spent = yearly(differences, money)
    if spent is None:
        return html.paragraph(UNTOLD)
    cost, yearly_difference = spent
    of_everybody = economic(differences)
    rows = []
    for words, left in AFTERWARDS.items():
        years = discounted(left)
        sums = [year * years for year in yearly_difference]
        economy = "–" if of_everybody is None else _range([of * years / cost for of in of_everybody], _times)
        rows.append((
            f"The difference {words}", _range(sums, _pounds), f"£{_pounds(cost)}",
            _range([of + cost for of in sums], _pounds), _range([of / cost for of in sums], _times), economy,
        ))  # fmt: skip
    head = (
        "", "Other public money, £", "Cost of the programme", "Both together, £",
        "Fiscal: other public money for each pound of the programme, £",
        "Economic: costs to everybody for each pound of the programme, £",
    )  # fmt: skip
    table = html.table("For each family on the programme, over five years, discounted; illustrative", head, rows)
    words = NO_ECONOMIC if of_everybody is None else ECONOMIC_SAYS.format(crime=ECONOMIC["crime and justice"])
    says = html.paragraph(f"{SAYS} {words}")
    return html.opened("Costs and benefits over five years (illustrative)", says + table)


def economic(differences: pl.DataFrame) -> tuple[float, float, float] | None:
    """What everybody's costs came to a year more for a family: estimate, lower and upper end.

    None where a theme that counts is withheld. The ends are sums of the themes' ends: whatever goes with what, the
    interval of the sum is no wider.
    """
    rows = differences.filter(
        pl.col("measure") == POUNDS,
        pl.col("method") == WEIGHTED,
        pl.col("window") == AFTER,
        pl.col("estimate").is_not_null(),
    )
    told = {row["outcome"]: row for row in rows.iter_rows(named=True)}
    wanted = [theme for theme, worth in ECONOMIC.items() if worth]
    if any(theme not in told for theme in wanted):
        return None
    estimate, low, high = (
        sum(ECONOMIC[theme] * float(told[theme][name]) for theme in wanted) for name in ("estimate", "low", "high")
    )
    return estimate, low, high


def yearly(differences: pl.DataFrame, money: pl.DataFrame) -> tuple[float, tuple[float, float, float]] | None:
    """What the programme cost a family, and what else it cost more a year: estimate, lower and upper end.

    None where the difference in all costs is withheld, or the programme's cost is not known.
    """
    costs = differences.filter(
        pl.col("outcome") == ALL_COSTS,
        pl.col("measure") == POUNDS,
        pl.col("method") == WEIGHTED,
        pl.col("window") == AFTER,
        pl.col("estimate").is_not_null(),
    )
    own = money.filter(
        pl.col("theme") == PROGRAMME,
        pl.col("study_group") == "programme",
        pl.col("window") == AFTER,
        pl.col("mean").is_not_null(),
    )
    if costs.is_empty() or own.is_empty() or own["mean"][0] <= 0:
        return None
    cost, row = float(own["mean"][0]), costs.row(0, named=True)
    # The difference holds the programme's own cost, spread over the two years.
    estimate, low, high = (row[name] - cost / OBSERVED for name in ("estimate", "low", "high"))
    return cost, (estimate, low, high)


def discounted(left: tuple[float, ...]) -> float:
    """How many first years five years are worth: two as observed, then what is left of each.

    >>> round(discounted((0.0, 0.0, 0.0)), 4)
    1.9662
    """
    shares = (*(1.0 for _ in range(OBSERVED)), *left)
    return sum(share / (1 + DISCOUNT) ** year for year, share in enumerate(shares))


def _range(values: list[float], written: Callable[[float], str]) -> str:
    """An estimate and its ends as more or less, without a sign to be read twice.

    >>> _range([-800.0, -1_900.0, 200.0], _pounds)
    '800 less (1,900 less to 200 more)'
    >>> _range([-800.0, -1_900.0, -200.0], _pounds)
    '800 less (200 to 1,900)'
    """
    if min(values) > 0 or max(values) < 0:
        least, most = map(written, sorted(map(abs, values[1:])))
        return f"{_more_or_less(values[0], written)} ({least} to {most})"
    estimate, low, high = (_more_or_less(value, written) for value in values)
    return f"{estimate} ({low} to {high})"


def _more_or_less(value: float, written: Callable[[float], str]) -> str:
    figure = written(abs(value))
    return f"{figure} {'more' if value > 0 else 'less'}" if figure.strip("0.") else "no more"


def _pounds(value: float) -> str:
    """To the hundred: what it is made of is rounded no more finely."""
    return f"{round(value, -2):,.0f}"


def _times(value: float) -> str:
    return f"{value:.1f}"
