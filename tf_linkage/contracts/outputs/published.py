"""What leaves: figures about groups, never about a person or a family.

The tables of data/published. Every figure in them has passed the rules of `disclosure`; what has not is withheld in
the open. One sentence stands for every reason, since the reason is itself a figure.
"""

from __future__ import annotations

from collections.abc import Mapping

import dataframely as dy
import polars as pl

from tf_linkage.contracts.bodies.council import STUDY_GROUPS
from tf_linkage.contracts.columns import ColumnClass, Table, code, number, text, whole
from tf_linkage.contracts.outputs.estimates import (
    ALL_TOGETHER,
    ALL_WINDOWS,
    BENEFIT_STATES,
    COST_THEMES,
    EVENT_HALF_YEARS,
    HALF_YEARS,
    LEAVING,
    LINKAGE_METHODS,
    MEASURES,
    OUTCOMES,
    PLACEBOS,
    PROPENSITIES,
    ROLES,
    SERVICES,
    SUBGROUPS,
    SUSTAINED,
    UNITS,
)

MINIMUM_COUNT = 10
"""Fewest families and fewest people behind any count (the Secure Research Service's threshold)."""

ROUNDING = 5
"""Counts of those to whom something happened are rounded to the nearest five (ACRO's rounding base)."""

NUMBER_ROUNDING = 10
"""Numbers of those to whom it could happen are rounded to the nearest ten. They differ a little from outcome to
outcome and from window to window; to the nearest five, their differences would tell of fewer than ten families."""

PRICE_CLASSES = ("amounts paid", "published average", "illustrative")
"""Amounts paid: what departments paid. Published average: of a whole programme. Illustrative: nobody's."""

ILLUSTRATIVE = "illustrative"
PRICES: Mapping[str, str] = {
    "benefits": "amounts paid",
    "social care": ILLUSTRATIVE,
    "crime and justice": ILLUSTRATIVE,
    "education": ILLUSTRATIVE,
    "the programme": "published average",
}
"""At what prices each cost theme is computed."""

REGIONAL_WINDOWS = ("year before", "24 months after")
"""Windows that are published by region. Half-years are for all regions together."""

P_BOUNDS = (0.01, 0.05, 0.1, 0.2, 0.5, 1.0)
"""A p-value that is computed from exact figures leaves as the first of these that is not below it."""

WITHHELD = "Withheld under the rules of release."

_AFTER = tuple(name for name, (first, _) in HALF_YEARS.items() if first >= 0)
_GROUP = "On the programme, or on the waiting list for it"


def _share(description: str) -> dy.Float64:
    return number(ColumnClass.ATTRIBUTE, description, unit="share", nullable=True, least=0, most=1)


class RoundedShares(Table):
    """Base of every table of shares: `number`, `number_with`, their share and its interval, and a `note`."""

    @dy.rule()
    def counts_are_rounded(cls) -> pl.Expr:
        """Every number is rounded, and none is below ten."""
        grids = (("number", NUMBER_ROUNDING), ("number_with", ROUNDING))
        return pl.all_horizontal(
            pl.col(name).is_null() | ((pl.col(name) % grid == 0) & (pl.col(name) >= MINIMUM_COUNT))
            for name, grid in grids
        )

    @dy.rule()
    def shares_follow_from_shown_counts(cls) -> pl.Expr:
        """A share and its interval stand exactly where both numbers do, and a note where one does not."""
        both = pl.all_horizontal(pl.col("number", "number_with").is_not_null())
        figures = pl.col("share", "low", "high", "moved_by_rounding")
        return (
            pl.when(both)
            .then(pl.all_horizontal(figures.is_not_null()) & pl.col("note").is_null())
            .otherwise(pl.all_horizontal(figures.is_null()) & pl.col("note").is_not_null())
        )


class Outcomes(RoundedShares):
    """One row for each unit, outcome, study group, window and region: to how many it could happen, and did."""

    unit = code(ColumnClass.ATTRIBUTE, "Whose share it is", UNITS, primary_key=True)
    outcome = code(ColumnClass.ATTRIBUTE, "What happened", tuple(OUTCOMES), primary_key=True)
    study_group = code(ColumnClass.ATTRIBUTE, _GROUP, STUDY_GROUPS, primary_key=True)
    window = code(ColumnClass.ATTRIBUTE, "Months from the family's start", tuple(ALL_WINDOWS), primary_key=True)
    region = text(ColumnClass.ATTRIBUTE, "Region of the council, or all together", primary_key=True)
    number = whole(
        ColumnClass.ATTRIBUTE,
        "Families or people to whom it could happen, rounded to 10; empty where withheld",
        unit="families, or people",
        nullable=True,
    )
    number_with = whole(
        ColumnClass.ATTRIBUTE,
        "Families or people to whom it happened, rounded to 5; empty where withheld",
        unit="families, or people",
        nullable=True,
    )
    share = _share("Share to whom it happened, from the rounded numbers")
    low = _share("Lower end of its 95% interval (Wilson, families as clusters), from the rounded numbers")
    high = _share("Upper end of the same interval")
    moved_by_rounding = _share("By how much at most rounding may have moved the share: the cost of protection")
    note = text(ColumnClass.ATTRIBUTE, "Says so where figures are withheld", nullable=True)


class Differences(Table):
    """One row for each outcome or cost theme, unit, window, measure and method: programme against comparison."""

    outcome = code(
        ColumnClass.ATTRIBUTE,
        "What happened, or lasted, or whose costs",
        (*OUTCOMES, *SUSTAINED, *COST_THEMES, "all costs"),
        primary_key=True,
    )
    unit = code(ColumnClass.ATTRIBUTE, "Whose share, rate or cost it is", UNITS, primary_key=True)
    window = code(ColumnClass.ATTRIBUTE, "Months from the family's start", tuple(ALL_WINDOWS), primary_key=True)
    measure = code(ColumnClass.ATTRIBUTE, "What is compared, and how", MEASURES, primary_key=True)
    method = code(ColumnClass.ATTRIBUTE, "How the groups are made alike", LEAVING, primary_key=True)
    role = code(
        ColumnClass.ATTRIBUTE, "Whether it was planned before outcomes were read; all else is exploratory", ROLES
    )
    estimate = number(ColumnClass.ATTRIBUTE, "Difference or ratio, rounded; empty where withheld", nullable=True)
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval, rounded down", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval, rounded up", nullable=True)
    rounded_to = number(
        ColumnClass.ATTRIBUTE,
        "What it is rounded to, about what five families make; of a ratio, by what part of itself at most it was "
        "moved: the cost of protection",
        nullable=True,
    )
    e_value = number(
        ColumnClass.ATTRIBUTE,
        "Of a ratio: how strongly, as a ratio of its own, something nobody saw would have to go with both the "
        "programme and the outcome to explain the estimate (VanderWeele and Ding 2017)",
        nullable=True,
        least=1,
    )
    e_value_limit = number(
        ColumnClass.ATTRIBUTE,
        "The same for the end of the interval that is nearer 1; 1 where the interval holds 1",
        nullable=True,
        least=1,
    )
    effective_families = whole(
        ColumnClass.ATTRIBUTE,
        "As how many equally weighted families the comparison counts, rounded to 10",
        unit="families",
        nullable=True,
    )
    p_value = _share(
        "Of a primary result: if the programme had no effect and the method erred in nothing, how often chance "
        "alone would put one at least as far from no effect, from the ends of the rounded interval; of a range "
        "over two assumptions the larger of both, and 1 where they lie on two sides"
    )
    p_holm = _share("The same, adjusted for looking at all primary results (Holm 1979); below .05 an effect shows")
    recall_programme = _share(
        "Of what there is on the programme (events, people with it, pounds, pupils), the share that links find, as "
        "estimated without truth; rounded down to what five of the people make by whom it is known; only where "
        "linkage is allowed for"
    )
    recall_comparison = _share("The same of the comparison, so weighted")
    recall_rounded_to = _share(
        "To what step both are rounded down: recall lies between the figure shown and one step more"
    )
    linkage_share = _share(
        "Of the variance of a linkage-corrected estimate, what comes from not knowing recall and precision; "
        "rounded to .05"
    )
    recall_gap = number(
        ColumnClass.ATTRIBUTE,
        "Of a linkage-corrected estimate, from the rounded interval: how much lower still recall on the programme "
        "(above 0) or in the comparison (below 0) would have to be before the interval holds no effect; 0 where it "
        "does already; of outcomes known of those found alone, if it came twice as often in those missed; empty "
        "where a level that it is read off is withheld",
        unit="share",
        nullable=True,
        least=-1,
        most=1,
    )
    note = text(ColumnClass.ATTRIBUTE, "Says so where figures are withheld", nullable=True)

    @dy.rule()
    def withheld_as_a_whole(cls) -> pl.Expr:
        """A row shows all of its figures, or none and says so."""
        return _whole_or_withheld(pl.col("estimate", "low", "high", "rounded_to", "effective_families"))

    @dy.rule()
    def chance_of_what_was_planned(cls) -> pl.Expr:
        """How often chance alone does as much stands exactly where a primary result is shown."""
        primary = (pl.col("role").cast(pl.String) != ROLES[-1]) & pl.col("estimate").is_not_null()
        both = pl.col("p_value", "p_holm")
        return pl.when(primary).then(pl.all_horizontal(both.is_not_null())).otherwise(
            pl.all_horizontal(both.is_null())
        )  # fmt: skip

    @dy.rule()
    def recall_where_linkage_is_allowed_for(cls) -> pl.Expr:
        """Recall of both groups stands exactly where a shown figure allows for linkage."""
        allowed_for = (
            pl.col("method").cast(pl.String).is_in(list(LINKAGE_METHODS)) & pl.col("estimate").is_not_null()
        )
        both = pl.col("recall_programme", "recall_comparison", "recall_rounded_to")
        return pl.when(allowed_for).then(pl.all_horizontal(both.is_not_null())).otherwise(
            pl.all_horizontal(both.is_null())
        )  # fmt: skip


class Placebos(Table):
    """One row for each window before the start and outcome: what the method finds where nothing is to be found."""

    window = code(ColumnClass.ATTRIBUTE, "Months before the family's start", tuple(PLACEBOS), primary_key=True)
    outcome = code(
        ColumnClass.ATTRIBUTE,
        "What happened; all together: mean of the logarithms of the ratios, employment turned round",
        (*OUTCOMES, ALL_TOGETHER),
        primary_key=True,
    )
    estimate = number(
        ColumnClass.ATTRIBUTE,
        "Ratio of yearly rates of families, programme over weighted comparison, rounded; 1 if the method errs in "
        "nothing; empty where withheld",
        nullable=True,
    )
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval, rounded down", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval, rounded up", nullable=True)
    rounded_to = number(
        ColumnClass.ATTRIBUTE, "By what part of itself at most it was moved: the cost of protection", nullable=True
    )
    detectable = number(
        ColumnClass.ATTRIBUTE,
        "The ratio above 1 that would have been seen four times in five, from the rounded interval",
        nullable=True,
        least=1,
    )
    effective_families = whole(
        ColumnClass.ATTRIBUTE,
        "As how many equally weighted families the comparison counts, rounded to 10",
        unit="families",
        nullable=True,
    )
    note = text(ColumnClass.ATTRIBUTE, "Says so where figures are withheld", nullable=True)

    @dy.rule()
    def withheld_as_a_whole(cls) -> pl.Expr:
        """A row shows all of its figures, or none and says so."""
        return _whole_or_withheld(
            pl.col("estimate", "low", "high", "rounded_to", "detectable", "effective_families")
        )


class EventStudy(Table):
    """One row for each half-year but the reference: all outcomes together, next to the reference."""

    half_year = code(
        ColumnClass.ATTRIBUTE, "Months from the family's start", tuple(EVENT_HALF_YEARS), primary_key=True
    )
    estimate = number(
        ColumnClass.ATTRIBUTE,
        "Ratio of yearly rates of families, programme over weighted comparison, over that of months 19-24 before; "
        "mean of the logarithms over outcomes, employment turned round; rounded; empty where withheld",
        nullable=True,
    )
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval, rounded down", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval, rounded up", nullable=True)
    band_low = number(
        ColumnClass.ATTRIBUTE,
        "Lower end of the band that holds all half-years together in 95 of 100, rounded down",
        nullable=True,
    )
    band_high = number(ColumnClass.ATTRIBUTE, "Upper end of the same band, rounded up", nullable=True)
    rounded_to = number(
        ColumnClass.ATTRIBUTE, "By what part of itself at most it was moved: the cost of protection", nullable=True
    )
    effective_families = whole(
        ColumnClass.ATTRIBUTE,
        "As how many equally weighted families the comparison counts, rounded to 10",
        unit="families",
        nullable=True,
    )
    note = text(ColumnClass.ATTRIBUTE, "Says so where figures are withheld", nullable=True)

    @dy.rule()
    def withheld_as_a_whole(cls) -> pl.Expr:
        """A row shows all of its figures, or none and says so."""
        return _whole_or_withheld(
            pl.col("estimate", "low", "high", "band_low", "band_high", "rounded_to", "effective_families")
        )

    @dy.rule()
    def bands_hold_intervals(cls) -> pl.Expr:
        """The band of all half-years is no narrower than the interval of one."""
        return (pl.col("band_low") <= pl.col("low")) & (pl.col("band_high") >= pl.col("high"))


class Pretrends(Table):
    """At most one row: whether the groups moved apart in the two years before the start, all outcomes together."""

    outcome = code(ColumnClass.ATTRIBUTE, "All outcomes together", (ALL_TOGETHER,), primary_key=True)
    slope = number(
        ColumnClass.ATTRIBUTE,
        "By what the ratio of yearly rates was multiplied in a year, rounded; 1 if it stayed; empty where withheld",
        nullable=True,
    )
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval, rounded down", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval, rounded up", nullable=True)
    rounded_to = number(
        ColumnClass.ATTRIBUTE, "By what part of itself at most it was moved: the cost of protection", nullable=True
    )
    p_at_most = _share(
        "How often the half-years together lie at least as far from the reference by chance (Wald): at most this, "
        f"one of {', '.join(f'{bound:g}' for bound in P_BOUNDS)}"
    )
    detectable = number(
        ColumnClass.ATTRIBUTE,
        "The slope above 1 that would have been seen four times in five, from the rounded interval",
        nullable=True,
        least=1,
    )
    carried = number(
        ColumnClass.ATTRIBUTE,
        "By what such a slope would have multiplied difference in differences of months 7 to 24",
        nullable=True,
        least=1,
    )
    effective_families = whole(
        ColumnClass.ATTRIBUTE,
        "As how many equally weighted families the comparison counts, rounded to 10",
        unit="families",
        nullable=True,
    )
    note = text(ColumnClass.ATTRIBUTE, "Says so where figures are withheld", nullable=True)

    @dy.rule()
    def withheld_as_a_whole(cls) -> pl.Expr:
        """A row shows all of its figures, or none and says so."""
        return _whole_or_withheld(
            pl.col("slope", "low", "high", "rounded_to", "p_at_most", "detectable", "carried", "effective_families")
        )


class Subgroups(Table):
    """One row for each outcome, kind of group and group: the ratio of yearly rates, leaning on the others."""

    outcome = code(ColumnClass.ATTRIBUTE, "What happened", tuple(OUTCOMES), primary_key=True)
    kind = code(ColumnClass.ATTRIBUTE, "What the families have in common", SUBGROUPS, primary_key=True)
    group = text(ColumnClass.ATTRIBUTE, "A council by its number within its region, or a problem", primary_key=True)
    estimate = number(
        ColumnClass.ATTRIBUTE,
        "Ratio of yearly rates of families, programme over weighted comparison, allowing for linkage where recall "
        "is known, leaning on the other groups of its kind, rounded; empty where withheld",
        nullable=True,
    )
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval, rounded down", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval, rounded up", nullable=True)
    rounded_to = number(
        ColumnClass.ATTRIBUTE, "By what part of itself at most it was moved: the cost of protection", nullable=True
    )
    spread = number(
        ColumnClass.ATTRIBUTE,
        "How much true ratios of the kind differ: standard deviation of logarithms, too much rather than too "
        "little, rounded up to .05",
        nullable=True,
        least=0,
    )
    effective_families = whole(
        ColumnClass.ATTRIBUTE,
        "As how many equally weighted families the comparison counts, rounded to 10",
        unit="families",
        nullable=True,
    )
    recall_programme = _share(
        "Of the events there are on the programme in these families, the share that links find, as estimated "
        "without truth; rounded down to what five of the people make by whom it is known; empty where they are too "
        "few, or linkage is not allowed for"
    )
    recall_comparison = _share("The same of the comparison, so weighted")
    recall_rounded_to = _share(
        "To what step both are rounded down: recall lies between the figure shown and one step more"
    )
    linkage_share = _share(
        "Of the variance of the estimate, what comes from not knowing recall and precision; rounded up to .05; "
        "empty where linkage is not allowed for"
    )
    note = text(ColumnClass.ATTRIBUTE, "Says so where figures are withheld", nullable=True)

    @dy.rule()
    def withheld_as_a_whole(cls) -> pl.Expr:
        """A row shows all of its figures, or none and says so."""
        return _whole_or_withheld(pl.col("estimate", "low", "high", "rounded_to", "spread", "effective_families"))

    @dy.rule()
    def recall_of_both_where_linkage_is_allowed_for(cls) -> pl.Expr:
        """Recall stands for both groups or neither, and only where a shown ratio allows for linkage."""
        programme, comparison, step = (
            pl.col(f"recall_{name}").is_not_null() for name in ("programme", "comparison", "rounded_to")
        )
        allowed_for = pl.col("linkage_share").is_not_null() & pl.col("estimate").is_not_null()
        return (
            (programme == comparison)
            & (programme == step)
            & (allowed_for | (~programme & pl.col("linkage_share").is_null()))
        )


class ServiceUse(RoundedShares):
    """One row for each number of services, study group and half-year: how many families used so many."""

    services = whole(
        ColumnClass.ATTRIBUTE, f"How many of {', '.join(SERVICES)}", least=0, most=len(SERVICES), primary_key=True
    )
    study_group = code(ColumnClass.ATTRIBUTE, _GROUP, STUDY_GROUPS, primary_key=True)
    window = code(ColumnClass.ATTRIBUTE, "Months from the family's start", tuple(HALF_YEARS), primary_key=True)
    number = whole(
        ColumnClass.ATTRIBUTE,
        "Families followed, rounded to 10; empty where withheld",
        unit="families",
        nullable=True,
    )
    number_with = whole(
        ColumnClass.ATTRIBUTE,
        "Families that used so many, rounded to 5; empty where withheld",
        unit="families",
        nullable=True,
    )
    share = _share("Share that used so many, from the rounded numbers")
    low = _share("Lower end of its 95% interval (Wilson), from the rounded numbers")
    high = _share("Upper end of the same interval")
    moved_by_rounding = _share("By how much at most rounding may have moved the share: the cost of protection")
    note = text(ColumnClass.ATTRIBUTE, "Says so where figures are withheld", nullable=True)


class BenefitPaths(RoundedShares):
    """One row for each state before, state after, study group and half-year after: adults who went that way."""

    from_state = code(
        ColumnClass.ATTRIBUTE, "State in the half-year before the start", BENEFIT_STATES, primary_key=True
    )
    to_state = code(ColumnClass.ATTRIBUTE, "State in the half-year of the window", BENEFIT_STATES, primary_key=True)
    study_group = code(ColumnClass.ATTRIBUTE, _GROUP, STUDY_GROUPS, primary_key=True)
    window = code(ColumnClass.ATTRIBUTE, "Months from the family's start", _AFTER, primary_key=True)
    number = whole(
        ColumnClass.ATTRIBUTE,
        "Adults of working age who came from that state, rounded to 10; empty where withheld",
        unit="people",
        nullable=True,
    )
    number_with = whole(
        ColumnClass.ATTRIBUTE,
        "Adults who went this way, rounded to 5; empty where withheld",
        unit="people",
        nullable=True,
    )
    share = _share("Share of those who came from that state, from the rounded numbers")
    low = _share("Lower end of its 95% interval (Wilson, as if adults of one family went together)")
    high = _share("Upper end of the same interval")
    moved_by_rounding = _share("By how much at most rounding may have moved the share: the cost of protection")
    note = text(ColumnClass.ATTRIBUTE, "Says so where figures are withheld", nullable=True)


class Money(Table):
    """One row for each cost theme, study group and window: pounds for each family followed."""

    theme = code(ColumnClass.ATTRIBUTE, "Whose costs", COST_THEMES, primary_key=True)
    study_group = code(ColumnClass.ATTRIBUTE, _GROUP, STUDY_GROUPS, primary_key=True)
    window = code(ColumnClass.ATTRIBUTE, "Months from the family's start", REGIONAL_WINDOWS, primary_key=True)
    prices = code(ColumnClass.ATTRIBUTE, "At what prices; illustrative ones allow no conclusion", PRICE_CLASSES)
    mean = number(
        ColumnClass.ATTRIBUTE,
        "Pounds in the window for each family followed, rounded; empty where withheld",
        unit="pounds",
        nullable=True,
        least=0,
    )
    low = number(
        ColumnClass.ATTRIBUTE, "Lower end of its 95% interval, rounded down", unit="pounds", nullable=True, least=0
    )
    high = number(
        ColumnClass.ATTRIBUTE, "Upper end of the same interval, rounded up", unit="pounds", nullable=True, least=0
    )
    rounded_to = number(
        ColumnClass.ATTRIBUTE,
        "What it is rounded to: at least what five families of average cost make, and a fifth of the largest: the "
        "cost of protection",
        unit="pounds",
        nullable=True,
        least=1,
    )
    note = text(ColumnClass.ATTRIBUTE, "Says so where figures are withheld", nullable=True)

    @dy.rule()
    def withheld_as_a_whole(cls) -> pl.Expr:
        """A row shows all of its figures, or none and says so."""
        return _whole_or_withheld(pl.col("mean", "low", "high", "rounded_to"))

    @dy.rule()
    def within_its_interval(cls) -> pl.Expr:
        """The mean lies in its interval, give or take what it was rounded by."""
        half = pl.col("rounded_to") / 2
        return pl.col("mean").is_between(pl.col("low") - half, pl.col("high") + half) | pl.col("mean").is_null()

    @dy.rule()
    def on_its_step(cls) -> pl.Expr:
        """Every figure is a multiple of what it is said to be rounded to."""
        step = pl.col("rounded_to")
        return pl.all_horizontal((pl.col("mean", "low", "high") % step == 0) | step.is_null())


class Characteristics(RoundedShares):
    """One row for each characteristic before the start and study group: how many families have it."""

    characteristic = text(ColumnClass.ATTRIBUTE, "What a family has or has not", primary_key=True)
    study_group = code(ColumnClass.ATTRIBUTE, _GROUP, STUDY_GROUPS, primary_key=True)
    number = whole(
        ColumnClass.ATTRIBUTE, "Families, rounded to 10; empty where withheld", unit="families", nullable=True
    )
    number_with = whole(
        ColumnClass.ATTRIBUTE,
        "Families that have it, rounded to 5; empty where withheld",
        unit="families",
        nullable=True,
    )
    share = _share("Share that has it, from the rounded numbers")
    low = _share("Lower end of its 95% interval (Wilson), from the rounded numbers")
    high = _share("Upper end of the same interval")
    moved_by_rounding = _share("By how much at most rounding may have moved the share: the cost of protection")
    note = text(ColumnClass.ATTRIBUTE, "Says so where figures are withheld", nullable=True)


class Overlap(RoundedShares):
    """One row for each band of the propensity and study group: whether each group has its like in the other."""

    propensity = code(
        ColumnClass.ATTRIBUTE, "Estimated chance of being on the programme", PROPENSITIES, primary_key=True
    )
    study_group = code(ColumnClass.ATTRIBUTE, _GROUP, STUDY_GROUPS, primary_key=True)
    number = whole(
        ColumnClass.ATTRIBUTE, "Families, rounded to 10; empty where withheld", unit="families", nullable=True
    )
    number_with = whole(
        ColumnClass.ATTRIBUTE,
        "Families in the band, rounded to 5; empty where withheld",
        unit="families",
        nullable=True,
    )
    share = _share("Share in the band, from the rounded numbers")
    low = _share("Lower end of its 95% interval (Wilson), from the rounded numbers")
    high = _share("Upper end of the same interval")
    moved_by_rounding = _share("By how much at most rounding may have moved the share: the cost of protection")
    note = text(ColumnClass.ATTRIBUTE, "Says so where figures are withheld", nullable=True)


class Balance(Table):
    """One row for each covariate: how alike the groups were before the start, without weights and with them."""

    covariate = text(ColumnClass.ATTRIBUTE, "What was known of a family before its start", primary_key=True)
    before = number(
        ColumnClass.ATTRIBUTE,
        "Standardised difference of the groups as they are, from released counts; empty where these are not",
        unit="standard deviations",
        nullable=True,
    )
    after = number(
        ColumnClass.ATTRIBUTE,
        "Standardised difference once weighted, rounded; empty where withheld",
        unit="standard deviations",
        nullable=True,
    )
    rounded_to = number(
        ColumnClass.ATTRIBUTE,
        "What it is rounded to, about what five families make: the cost of protection",
        nullable=True,
    )
    note = text(ColumnClass.ATTRIBUTE, "Says so where figures are withheld", nullable=True)

    @dy.rule()
    def withheld_as_a_whole(cls) -> pl.Expr:
        """A weighted difference stands with its step, or the row says that it does not."""
        return _whole_or_withheld(pl.col("after", "rounded_to"))


def _whole_or_withheld(figures: pl.Expr) -> pl.Expr:
    shown = pl.all_horizontal(figures.is_not_null()) & pl.col("note").is_null()
    return shown | (pl.all_horizontal(figures.is_null()) & pl.col("note").is_not_null())


PUBLISHED_TABLES: dict[str, type[dy.Schema]] = {
    "outcomes": Outcomes,
    "differences": Differences,
    "placebos": Placebos,
    "event_study": EventStudy,
    "pretrends": Pretrends,
    "subgroups": Subgroups,
    "money": Money,
    "service_use": ServiceUse,
    "benefit_paths": BenefitPaths,
    "characteristics": Characteristics,
    "balance": Balance,
    "overlap": Overlap,
}
"""Every table of the published folder, by name."""
