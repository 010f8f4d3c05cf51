"""What researchers compute about groups, before anything is protected: the seam to `disclosure`.

These tables stay in the researchers' zone. They hold figures about groups, with the counts of people and families
that the rules of release ask for; nothing in them is rounded or withheld, so nothing of them may leave as it is.

Time is counted in half-years of six calendar months from the month of the family's start (`HALF_YEARS`), the
blocks in which the evaluation reported (Family Law Week on the 2019 outcome report: 7-12, 13-18, 19-24 months).
A family that waited and later joined the programme is followed until it joins.
"""

from __future__ import annotations

from collections.abc import Mapping

import dataframely as dy

from tf_linkage.contracts.bodies.council import PROBLEMS, STUDY_GROUPS
from tf_linkage.contracts.columns import ColumnClass, Table, code, number, text, whole
from tf_linkage.contracts.outputs.research import FAMILY_OUTCOMES

UNITS = ("family", "child", "adult")
"""Whose share is counted: families with anybody, people under 18, people of 18 and over, at the family's start."""

OUTCOMES: Mapping[str, str] = {
    **FAMILY_OUTCOMES,
    "job_seeking": "anyone claimed a benefit for job seekers",
    "attainment": "any pupil assessed reached the expected standard in every subject",
}
"""What may happen, as words of a family; of a child or adult it is the same of one person."""

BETTER = ("employment",)
"""Outcomes of which more is better: turned round where outcomes are taken together."""

SUSTAINED: Mapping[str, tuple[str, bool]] = {
    "in_work_throughout": ("employment", True),
    "no_benefit_throughout": ("out_of_work_benefit", False),
    "no_conviction_throughout": ("conviction", False),
}
"""What lasts through each half-year of months 7 to 24: the outcome, and whether it happened in each of them (of a
family to any one person) or in none (of a family to nobody)."""

OF_THOSE_FOUND = ("persistent_absence", "attainment")
"""Outcomes that are known of people found in a register and of nobody else. Of the others, somebody who is not
found counts as somebody to whom nothing happened."""

HALF_YEARS: Mapping[str, tuple[int, int]] = {
    "19-24 months before": (-24, -18),
    "13-18 months before": (-18, -12),
    "7-12 months before": (-12, -6),
    "1-6 months before": (-6, 0),
    "1-6 months after": (0, 6),
    "7-12 months after": (6, 12),
    "13-18 months after": (12, 18),
    "19-24 months after": (18, 24),
}
"""Half-years by their months from the month of the start; the first included, the last not."""

SPANS: Mapping[str, tuple[int, int]] = {
    "year before": (-12, 0),
    "7-24 months after": (6, 24),
    "24 months after": (0, 24),
}
"""Longer windows. Within the first half-year services begin, so the difference is estimated from month 7."""

ALL_WINDOWS: Mapping[str, tuple[int, int]] = {**HALF_YEARS, **SPANS}

ALL_REGIONS = "all"

METHODS = (
    "unadjusted",
    "weighted",
    "weighted, joiners kept",
    "difference in differences",
    "range over two assumptions",
    "linkage-corrected",
    "linkage bounds",
    "difference in differences, year before",
    "doubly robust",
    "nearest neighbour",
    "weighted for joining",
)
"""How the two groups are compared. Weighted: comparison families count so that together they resemble the
families on the programme before the start. Joiners kept: the same, with comparison families followed after they
join. Difference in differences: the ratio after the start over that of the second year before. Range: from the
lower end of the weighted interval and that of difference in differences to the upper; right if either assumption
is, and no 95% interval. Linkage-corrected: weighted, what is found counted for what links miss and without what
false links add, by group of people, with the uncertainty of both; of outcomes known of those found alone, those
found stand for those like them who are missed. Linkage bounds: the ends that the interval reaches where recall and
precision lie anywhere within what is known of them, in each group for itself; and where an outcome is known of
those found alone, half to twice as often in those missed.

Side by side with these, for ratios: difference in differences against the last year before the start, where a
crisis that passes by itself misleads; doubly robust, right if either the weights or a model of the outcome is;
nearest neighbour, each family on the programme next to the one of the comparison whose chance was nearest, as in
evaluations that match; weighted for joining, in which families that still wait stand for those like them that have
joined."""

LINKAGE_METHODS = METHODS[5:7]
"""The methods that allow for errors of linkage."""

SIDE_BY_SIDE = METHODS[7:]
"""Other estimators of the same ratios. They stay with the researchers: the same events weighted in another way are
a second look at a figure that leaves rounded, and would narrow what rounding left open."""

LEAVING = METHODS[1:7]
"""The methods whose figures may leave, under the rules of `disclosure`."""

MEASURES = ("difference in share", "ratio of yearly rates", "pounds a family a year")
"""Difference in share: programme less comparison, 0 if none. Ratio of yearly rates: new events per year,
programme over comparison, 1 if none. Pounds: cost per family and year, programme less comparison."""

ROLES = ("primary", "primary, planned late", "exploratory")
"""Whether a figure was planned (`plan.toml`) before outcomes were read, or after; whatever else is computed is
exploratory: of so many figures some stand out by chance."""

COST_THEMES = ("benefits", "social care", "crime and justice", "education", "the programme")

BENEFIT_STATES = ("out of work", "working and claiming", "working", "neither")
"""Where an adult stands in a half-year: an out-of-work benefit and no job, both, a job alone, none of these."""

SERVICES = ("out-of-work benefits", "social care", "courts", "schools")
"""Used when: a claim; in need, on a plan or looked after; a conviction; an exclusion or persistent absence."""

PROBLEM_NAMES = tuple(problem.replace("_", " ") for problem in PROBLEMS)
THREE_PROBLEMS, FOUR_PROBLEMS = "three problems", "four problems or more"
"""Characteristics of a family: each problem, and how many beyond the two that every family has."""

COUNCIL = "council"
"""How the names of covariates begin that tell a council, by its number within its region; none of them leaves."""

PROPENSITIES = tuple(f"{tenth / 10:.1f}-{(tenth + 1) / 10:.1f}" for tenth in range(10))

_GROUP = "On the programme, or on the waiting list for it"


def _group(*, primary_key: bool = True) -> dy.Enum:
    return code(ColumnClass.ATTRIBUTE, _GROUP, STUDY_GROUPS, primary_key=primary_key)


def _window() -> dy.Enum:
    return code(ColumnClass.ATTRIBUTE, "Months from the family's start", tuple(ALL_WINDOWS), primary_key=True)


def _people(description: str) -> dy.Int32:
    return whole(ColumnClass.ATTRIBUTE, description, unit="people")


def _families(description: str) -> dy.Int32:
    return whole(ColumnClass.ATTRIBUTE, description, unit="families")


def _recall(description: str) -> dy.Float64:
    return number(ColumnClass.ATTRIBUTE, description, unit="share", nullable=True, least=0, most=1)


class OutcomeCounts(Table):
    """One row for each unit, outcome, study group, window and region: to how many it could happen, and did."""

    unit = code(ColumnClass.ATTRIBUTE, "Whose share it is", UNITS, primary_key=True)
    outcome = code(ColumnClass.ATTRIBUTE, "What happened", tuple(OUTCOMES), primary_key=True)
    study_group = _group()
    window = _window()
    region = text(ColumnClass.QUASI, "Region of the council, or all together", primary_key=True)
    people = _people("People of the unit's families to whom it could happen and who were followed throughout")
    families = _families("Families of these people")
    people_with = _people("People to whom it happened")
    families_with = _families("Families of those to whom it happened")
    share = number(
        ColumnClass.ATTRIBUTE,
        "Share with the outcome: of families for unit family, else of people; empty if there is nobody",
        unit="share",
        nullable=True,
        least=0,
        most=1,
    )
    low = number(
        ColumnClass.ATTRIBUTE,
        "Lower end of its 95% interval (Wilson's, on the number of people that families as clusters are worth)",
        unit="share",
        nullable=True,
        least=0,
        most=1,
    )
    high = number(
        ColumnClass.ATTRIBUTE, "Upper end of the same interval", unit="share", nullable=True, least=0, most=1
    )
    design_effect = number(
        ColumnClass.ATTRIBUTE,
        "How much wider families as clusters make the variance; 1 for unit family",
        unit="ratio",
        nullable=True,
        least=0,
    )


class Money(Table):
    """One row for each cost theme, study group and window: what it cost, at illustrative unit costs."""

    theme = code(ColumnClass.ATTRIBUTE, "Whose costs", COST_THEMES, primary_key=True)
    study_group = _group()
    window = _window()
    families = _families("Families followed throughout")
    families_with = _families("Families with any cost of the theme")
    people_with = _people("People with any cost of the theme; for the programme, everyone in its families")
    pounds = number(ColumnClass.ATTRIBUTE, "Sum over these families", unit="pounds", least=0)
    largest = number(ColumnClass.ATTRIBUTE, "What the family with most contributes to it", unit="pounds", least=0)
    second_largest = number(ColumnClass.ATTRIBUTE, "What the next family contributes", unit="pounds", least=0)
    mean = number(ColumnClass.ATTRIBUTE, "Pounds for each family followed", unit="pounds", nullable=True, least=0)
    low = number(ColumnClass.ATTRIBUTE, "Lower end of the mean's 95% interval", unit="pounds", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval", unit="pounds", nullable=True)


class Differences(Table):
    """One row for each outcome or cost theme, unit, window, measure and method: programme against comparison."""

    outcome = code(
        ColumnClass.ATTRIBUTE,
        "What happened, or lasted, or whose costs",
        (*OUTCOMES, *SUSTAINED, *COST_THEMES, "all costs"),
        primary_key=True,
    )
    unit = code(ColumnClass.ATTRIBUTE, "Whose share, rate or cost it is", UNITS, primary_key=True)
    window = _window()
    measure = code(ColumnClass.ATTRIBUTE, "What is compared, and how", MEASURES, primary_key=True)
    method = code(ColumnClass.ATTRIBUTE, "How the groups are made alike", METHODS, primary_key=True)
    role = code(ColumnClass.ATTRIBUTE, "Whether it was planned before outcomes were read", ROLES)
    programme = number(ColumnClass.ATTRIBUTE, "Share, yearly rate or cost on the programme", nullable=True)
    comparison = number(ColumnClass.ATTRIBUTE, "The same of the comparison, so weighted", nullable=True)
    estimate = number(
        ColumnClass.ATTRIBUTE, "Difference or ratio; empty where one side has nothing to go by", nullable=True
    )
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval, families as clusters", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval", nullable=True)
    standard_error = number(
        ColumnClass.ATTRIBUTE, "Of the difference, or of the logarithm of the ratio", nullable=True, least=0
    )
    programme_families = _families("Families on the programme behind it")
    programme_people = _people("Their people to whom it could happen")
    programme_families_with = _families("Of these families, those to whom it happened")
    comparison_families = _families("Comparison families behind it")
    comparison_people = _people("Their people to whom it could happen")
    comparison_families_with = _families("Of these families, those to whom it happened")
    effective_families = number(
        ColumnClass.ATTRIBUTE,
        "As how many equally weighted families the comparison counts",
        unit="families",
        least=0,
    )
    recall_programme = _recall(
        "Of what there is on the programme (events, people with it, pounds, pupils), the share that links find, as "
        "estimated without truth"
    )
    recall_comparison = _recall("The same of the comparison, so weighted")
    recall_people = whole(
        ColumnClass.ATTRIBUTE,
        "People by whom recall is known, in the group with fewer of them",
        unit="people",
        nullable=True,
    )
    linkage_share = number(
        ColumnClass.ATTRIBUTE,
        "Of the variance of a linkage-corrected estimate, what comes from not knowing recall and precision",
        unit="share",
        nullable=True,
        least=0,
        most=1,
    )
    recall_gap = number(
        ColumnClass.ATTRIBUTE,
        "Of a linkage-corrected estimate: how much lower still recall on the programme (above 0) or in the "
        "comparison (below 0) would have to be before the interval holds no effect; 0 where it does already; of "
        "outcomes known of those found alone, if it came twice as often in those missed",
        unit="share",
        nullable=True,
        least=-1,
        most=1,
    )


PLACEBOS: Mapping[str, tuple[int, int]] = {
    "13-24 months before": (-24, -12),
    "1-12 months before": (-12, 0),
}
"""Windows before the start in which the programme can have changed nothing. The propensity is fitted anew for each,
on what lies before it."""

ALL_TOGETHER = "all outcomes together"


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
        "Ratio of yearly rates of families, programme over weighted comparison; 1 if the method errs in nothing",
        nullable=True,
    )
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval, families as clusters", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval", nullable=True)
    standard_error = number(ColumnClass.ATTRIBUTE, "Of the logarithm of the ratio", nullable=True, least=0)
    detectable = number(
        ColumnClass.ATTRIBUTE, "The ratio above 1 that would have been seen four times in five", nullable=True
    )
    programme_families = _families("Families on the programme behind it")
    programme_people = _people("Their people to whom it could happen")
    programme_families_with = _families("Of these families, those to whom it happened; of all together the fewest")
    comparison_families = _families("Comparison families behind it")
    comparison_people = _people("Their people to whom it could happen")
    comparison_families_with = _families("Of these families, those to whom it happened; of all together the fewest")
    effective_families = number(
        ColumnClass.ATTRIBUTE,
        "As how many equally weighted families the comparison counts",
        unit="families",
        least=0,
    )


EVENT_HALF_YEARS: Mapping[str, tuple[int, int]] = {
    "31-36 months before": (-36, -30),
    "25-30 months before": (-30, -24),
    **HALF_YEARS,
}
"""Half-years of the event study. On the first two the groups are made alike."""

REFERENCE = "19-24 months before"
"""The half-year that all others are held against."""

_ALL_OUTCOMES = (*OUTCOMES, ALL_TOGETHER)
_ALL_MEAN = "What happened; all together: mean of the logarithms of the ratios, employment turned round"


class _Compared(Table):
    """Base of tables of ratios of families: what both sides stand on, the fewest of the half-years compared."""

    programme_families = _families("Families on the programme behind it")
    programme_people = _people("Their people to whom it could happen")
    programme_families_with = _families("Of these families, those to whom it happened; of several, the fewest")
    comparison_families = _families("Comparison families behind it")
    comparison_people = _people("Their people to whom it could happen")
    comparison_families_with = _families("Of these families, those to whom it happened; of several, the fewest")
    effective_families = number(
        ColumnClass.ATTRIBUTE,
        "As how many equally weighted families the comparison counts",
        unit="families",
        least=0,
    )


class EventStudy(_Compared):
    """One row for each outcome and half-year but the reference: how the groups compare, next to the reference."""

    outcome = code(ColumnClass.ATTRIBUTE, _ALL_MEAN, _ALL_OUTCOMES, primary_key=True)
    half_year = code(
        ColumnClass.ATTRIBUTE, "Months from the family's start", tuple(EVENT_HALF_YEARS), primary_key=True
    )
    estimate = number(
        ColumnClass.ATTRIBUTE,
        "Ratio of yearly rates of families, programme over weighted comparison, over that of the reference "
        "half-year; empty where a half-year has too few to go by",
        nullable=True,
    )
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval, families as clusters", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval", nullable=True)
    band_low = number(
        ColumnClass.ATTRIBUTE,
        "Lower end of the band that holds all half-years together in 95 of 100",
        nullable=True,
    )
    band_high = number(ColumnClass.ATTRIBUTE, "Upper end of the same band", nullable=True)
    standard_error = number(ColumnClass.ATTRIBUTE, "Of the logarithm of the estimate", nullable=True, least=0)


class Pretrends(_Compared):
    """One row for each outcome: whether the groups drifted apart in the two years before the start."""

    outcome = code(ColumnClass.ATTRIBUTE, _ALL_MEAN, _ALL_OUTCOMES, primary_key=True)
    slope = number(
        ColumnClass.ATTRIBUTE, "By what the ratio of yearly rates was multiplied in a year; 1 if by nothing",
        nullable=True,
    )  # fmt: skip
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval, families as clusters", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval", nullable=True)
    standard_error = number(ColumnClass.ATTRIBUTE, "Of the logarithm of the slope", nullable=True, least=0)
    p_joint = number(
        ColumnClass.ATTRIBUTE,
        "How often the half-years together lie at least as far from the reference by chance (Wald)",
        unit="share",
        nullable=True,
        least=0,
        most=1,
    )
    detectable = number(
        ColumnClass.ATTRIBUTE, "The slope above 1 that would have been seen four times in five", nullable=True
    )
    carried = number(
        ColumnClass.ATTRIBUTE,
        "By what such a slope would have multiplied difference in differences of months 7 to 24",
        nullable=True,
    )


SUBGROUPS = (COUNCIL, "problem")
"""Kinds of groups within which effects are looked for."""


class Subgroups(_Compared):
    """One row for each outcome, kind of group and group: the ratio of yearly rates of its families."""

    outcome = code(ColumnClass.ATTRIBUTE, "What happened", tuple(OUTCOMES), primary_key=True)
    kind = code(ColumnClass.ATTRIBUTE, "What the families have in common", SUBGROUPS, primary_key=True)
    group = text(ColumnClass.QUASI, "A council by its number within its region, or a problem", primary_key=True)
    estimate = number(
        ColumnClass.ATTRIBUTE,
        "Programme over weighted comparison, from these families alone, as found; empty where they are too few",
        nullable=True,
    )
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval, families as clusters", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval", nullable=True)
    standard_error = number(ColumnClass.ATTRIBUTE, "Of the logarithm of the estimate", nullable=True, least=0)
    pooled = number(
        ColumnClass.ATTRIBUTE,
        "The same, allowing for linkage where recall is known, and leaning on the other groups of its kind; empty "
        "where fewer than three can be told",
        nullable=True,
    )
    pooled_low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval", nullable=True)
    pooled_high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval", nullable=True)
    mean = number(ColumnClass.ATTRIBUTE, "Mean of all groups of the kind", nullable=True)
    spread = number(
        ColumnClass.ATTRIBUTE,
        "How much true ratios differ, too much rather than too little: standard deviation of logarithms",
        nullable=True,
        least=0,
    )
    recall_programme = _recall(
        "Of the events there are on the programme in these families, the share that links find, as estimated "
        "without truth"
    )
    recall_comparison = _recall("The same of the comparison, so weighted")
    recall_people = whole(
        ColumnClass.ATTRIBUTE,
        "People of these families known to be present, in the group with fewer of them; recall leans on the others",
        unit="people",
        nullable=True,
    )
    linkage_share = number(
        ColumnClass.ATTRIBUTE,
        "Of the variance of the ratio that leans on others, what comes from not knowing recall and precision",
        unit="share",
        nullable=True,
        least=0,
        most=1,
    )


class BenefitPaths(Table):
    """One row for each state before, state after, study group: where adults stood, and where they stand now."""

    from_state = code(
        ColumnClass.ATTRIBUTE, "State in the half-year before the start", BENEFIT_STATES, primary_key=True
    )
    to_state = code(ColumnClass.ATTRIBUTE, "State in the half-year of the window", BENEFIT_STATES, primary_key=True)
    study_group = _group()
    window = _window()
    families = _families("Families of the adults who went this way")
    people = _people("Adults who went this way")
    share = number(
        ColumnClass.ATTRIBUTE,
        "Of the adults who came from that state",
        unit="share",
        nullable=True,
        least=0,
        most=1,
    )
    low = number(
        ColumnClass.ATTRIBUTE, "Lower end of its 95% interval", unit="share", nullable=True, least=0, most=1
    )
    high = number(
        ColumnClass.ATTRIBUTE, "Upper end of the same interval", unit="share", nullable=True, least=0, most=1
    )


class ServiceUse(Table):
    """One row for each number of services, study group and window: how many of four a family used in it."""

    services = whole(
        ColumnClass.ATTRIBUTE, f"How many of {', '.join(SERVICES)}", least=0, most=len(SERVICES), primary_key=True
    )
    study_group = _group()
    window = _window()
    families = _families("Families that used so many")
    people = _people("People of these families")
    share = number(ColumnClass.ATTRIBUTE, "Of the families followed", unit="share", nullable=True, least=0, most=1)
    low = number(
        ColumnClass.ATTRIBUTE, "Lower end of its 95% interval", unit="share", nullable=True, least=0, most=1
    )
    high = number(
        ColumnClass.ATTRIBUTE, "Upper end of the same interval", unit="share", nullable=True, least=0, most=1
    )


class Balance(Table):
    """One row for each covariate: how alike the groups were before the start, unweighted and weighted."""

    covariate = text(ColumnClass.ATTRIBUTE, "What was known of a family before its start", primary_key=True)
    programme = number(ColumnClass.ATTRIBUTE, "Mean on the programme")
    comparison = number(ColumnClass.ATTRIBUTE, "Mean of the comparison")
    comparison_weighted = number(ColumnClass.ATTRIBUTE, "Mean of the comparison, weighted")
    families_with = _families("Families of either group that have it, or the fewer of those with and without")
    spread = number(
        ColumnClass.ATTRIBUTE, "Standard deviation, the groups' variances averaged, unweighted", least=0
    )
    difference_before = number(
        ColumnClass.ATTRIBUTE, "Standardised difference, unweighted", unit="standard deviations"
    )
    difference_after = number(
        ColumnClass.ATTRIBUTE, "Standardised difference, weighted", unit="standard deviations"
    )


class Characteristics(Table):
    """One row for each characteristic before the start and study group: how many families have it."""

    characteristic = text(ColumnClass.ATTRIBUTE, "A covariate that a family has or has not", primary_key=True)
    study_group = _group()
    kind = text(ColumnClass.ATTRIBUTE, "Of the characteristics of one kind a family has one at most")
    families = _families("Families of the group")
    people = _people("People of these families")
    families_with = _families("Families that have it")
    people_with = _people("People of these families")


class Overlap(Table):
    """One row for each band of the propensity and study group: whether each group has its like in the other."""

    propensity = code(
        ColumnClass.ATTRIBUTE,
        "Estimated chance of being on the programme, in tenths",
        PROPENSITIES,
        primary_key=True,
    )
    study_group = _group()
    families = _families("Families")
    people = _people("People of these families")
    weighted = number(ColumnClass.ATTRIBUTE, "As how many families they count when weighted", least=0)


ESTIMATE_TABLES: dict[str, type[dy.Schema]] = {
    "outcome_counts": OutcomeCounts,
    "differences": Differences,
    "money": Money,
    "benefit_paths": BenefitPaths,
    "service_use": ServiceUse,
    "balance": Balance,
    "characteristics": Characteristics,
    "overlap": Overlap,
    "placebos": Placebos,
    "event_study": EventStudy,
    "pretrends": Pretrends,
    "subgroups": Subgroups,
}
"""Every table of asset `research/estimates`, by name."""
