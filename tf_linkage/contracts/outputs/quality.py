"""What is reported about a linkage: aggregated figures with their intervals, and nothing about any one pair.

The tables that checks, plots and the report read, and what each figure means.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from tf_linkage.contracts.columns import ColumnClass, Table, code, flag, number, text, whole
from tf_linkage.contracts.outputs.estimates import SIDE_BY_SIDE
from tf_linkage.contracts.truth import BODIES

MEASURES: dict[str, str] = {
    "sent": "People in the request",
    "present": "People sent whom the register really holds",
    "absent": "People sent whom the register does not hold; no linkage could find them",
    "linked": "People sent for whom a link was made, right or wrong",
    "in_review": "People sent without a link, but with a pair near the threshold",
    "links": "Links made; with one link to a person, the same as people linked",
    "right_links": "Links whose two records are of one person",
    "false_links": "Links whose two records are of different people",
    "missed": "People present whom no right link found",
    "coverage": "Present, as a share of sent",
    "match_rate": "Linked, as a share of sent; not recall, since many are absent from the register",
    "review_rate": "In review, as a share of sent",
    "precision": "Right links, as a share of links",
    "recall": "Present and rightly linked, as a share of present",
    "f1": "Harmonic mean of precision and recall; its parts are those of right / (right + false + missed)",
    "false_discovery_rate": "False links, as a share of links",
    "missed_match_rate": "Missed, as a share of present",
    "absent_link_rate": "People linked although the register does not hold them, as a share of absent",
    "share_of_links": "Links of this kind, as a share of all links",
    "recall_added": "Present and rightly linked by links of this kind, as a share of present",
    "expected_precision": "Mean posterior probability of the links: what the model itself expects precision to be",
    "expected_found": "Expected right links, as a share of the right pairs expected among those weighed; no "
    "recall, since pairs never weighed are not in it",
    "known_recall": "Linked, as a share of people whom a council's flag puts in the register; the upper end allows "
    "for 2% of the flags being wrong",
    "search_recall": "Right links, as a share of these and of the people that clerks would find by searching the "
    "register for everybody without a link, from a sample of whom they searched",
    "clerical_precision": "Right links, as a share of a random sample of links that a clerk looked at",
    "clerical_recall": "Right links expected from the clerk's sample, as a share of the right pairs expected there "
    "among all that were weighed",
    "erring_precision": "The same, had the clerk erred as clerks do",
    "erring_recall": "The same, had the clerk erred as clerks do",
    "agreed_precision": "Links that another engine makes as well, as a share of links",
    "agreed_recall": "Links of another engine that are made as well, as a share of its links",
    "sentinel_precision": "Links expected to be right, as a share of links: with the records of some linked people "
    "taken out of the register, so many of them were linked to others",
    "held_out_expected": "Mean posterior probability of the pairs in the band, with a number held back",
    "held_out_share": "Of these pairs, the share that agrees on the number, over that of the surest pairs",
    "held_out_even": "Chance that a pair of posterior .5 is of one person, by a refit on the number held back",
    "right_share": "Pairs of one person, as a share of the pairs in the band",
    "expected_share": "Mean posterior probability of the pairs in the band",
    "candidate_recall": "Present people with a true pair among the candidates, as a share of present",
    "blocking_missed": "Missed because blocking never compared the true pair",
    "scoring_missed": "Missed although the true pair was compared",
    "b_cubed_precision": "Mean share of a record's group that is of the record's person",
    "b_cubed_recall": "Mean share of the records of a record's person that are in its group",
    "pair_precision": "Pairs of records put under one reference that are of one person",
    "pair_recall": "Pairs of records of one person that are under one reference",
    "one_reference": "True people with one reference, as a share of true people",
    "one_person": "References that stand for one true person, as a share of references",
    "implausible": "Linked people whose history cannot be that of the person sent, as a share of linked",
    "implausible_false": "Of those with an implausible history, the share whose link is false",
    "false_caught": "Of the false links, the share that an implausible history gives away",
    "standardised_difference": "How much more often linked people are of the group than unlinked ones, of those in "
    "the register, in standard deviations",
    "alike_chance": "How often a group would differ as much as the one that does most, were they alike",
    "completeness": "Records that have the identifier, as a share of records",
}
"""Every figure, in words. `quality.measures.figures` holds the formulas."""

BREAKDOWNS: dict[str, str] = {
    "all": "Everybody",
    "community": "Community",
    "gender": "Gender",
    "age_band": "Age band",
    "council": "Council",
    "deprivation": "Fifth of deprivation",
    "family_type": "Family type",
    "study_group": "Programme or comparison",
    "hard_case": "Hard case",
    "stage": "Stage or matchkey",
    "threshold": "Threshold of the posterior probability",
    "weight_band": "Band of the match weight",
    "probability_band": "Band of the posterior probability",
    "scenario": "Implausible history",
    "error": "Identifier wrong or missing on either side",
    "identifier": "Identifier",
    "disclosed": "What the department is told",
}
"""By what the figures are broken down."""

SUBGROUPS = (
    "community", "gender", "age_band", "council", "deprivation", "family_type", "study_group", "hard_case",
)  # fmt: skip
"""The breakdowns that are groups of people."""

NO_CASE = "none"
"""The level of a breakdown by hard case or error for people who have none: what others are held against."""


class Metrics(Table):
    """One row for each figure: of which department, for which group, with its 95% interval.

    A count has its numerator as value. A figure that may not be shown has neither numerator nor value; an
    interval alone means that the numerator is small.
    """

    department = code(
        ColumnClass.ATTRIBUTE, "Whose register was linked; council: the cohort itself", BODIES, primary_key=True
    )
    breakdown = code(
        ColumnClass.ATTRIBUTE, "By what the figure is broken down", tuple(BREAKDOWNS), primary_key=True
    )
    level = text(ColumnClass.ATTRIBUTE, "The group", primary_key=True)
    measure = code(ColumnClass.ATTRIBUTE, "The figure", tuple(MEASURES), primary_key=True)
    numerator = whole(ColumnClass.ATTRIBUTE, "How many", nullable=True)
    denominator = whole(ColumnClass.ATTRIBUTE, "Of how many", nullable=True)
    value = number(
        ColumnClass.ATTRIBUTE, "The figure: a count, a rate between 0 and 1, or a signed difference", nullable=True
    )
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval", nullable=True)

    @dy.rule()
    def value_in_interval(cls) -> pl.Expr:
        """A rate lies within its interval."""
        return pl.any_horizontal(pl.col("value", "low", "high").is_null()) | pl.col("value").is_between(
            pl.col("low") - 1e-9, pl.col("high") + 1e-9
        )

    @dy.rule()
    def rates_are_shares(cls) -> pl.Expr:
        """Nothing but a difference lies below nothing, and the interval of nothing else leaves 0 to 1."""
        of_shares = pl.all_horizontal(pl.col("low", "high").is_between(0, 1).fill_null(value=True))
        is_difference = pl.col("measure").cast(pl.String) == "standardised_difference"
        return is_difference | ((pl.col("value") >= 0).fill_null(value=True) & of_shares)


STATUSES = ("kept", "in doubt", "missed", "not judged")
"""Of a floor: kept; below it but within sampling doubt; below it beyond doubt; too few to judge."""


class FloorResults(Table):
    """One row for each floor, with the figure it was held against."""

    department = code(ColumnClass.ATTRIBUTE, "Whose register was linked", BODIES, primary_key=True)
    measure = code(ColumnClass.ATTRIBUTE, "The figure", tuple(MEASURES), primary_key=True)
    floor = number(ColumnClass.ATTRIBUTE, "The least it may be", least=0, most=1)
    value = number(ColumnClass.ATTRIBUTE, "What it is", nullable=True)
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of its 95% interval", nullable=True)
    status = code(ColumnClass.ATTRIBUTE, "Kept or not", STATUSES)
    reason = text(ColumnClass.ATTRIBUTE, "Why the floor stands where it does")


class Gaps(Table):
    """One row for each department, breakdown and measure: the group that fares worst, against all others."""

    department = code(ColumnClass.ATTRIBUTE, "Whose register was linked", BODIES, primary_key=True)
    breakdown = code(ColumnClass.ATTRIBUTE, "By what people are grouped", SUBGROUPS, primary_key=True)
    measure = code(ColumnClass.ATTRIBUTE, "The figure", tuple(MEASURES), primary_key=True)
    worst = text(ColumnClass.ATTRIBUTE, "The group that fares worst")
    worst_value = number(ColumnClass.ATTRIBUTE, "Its figure")
    worst_of = whole(ColumnClass.ATTRIBUTE, "Its denominator")
    rest_value = number(ColumnClass.ATTRIBUTE, "The figure of everybody else")
    gap = number(ColumnClass.ATTRIBUTE, "How much worse, as a difference of rates")
    gap_low = number(ColumnClass.ATTRIBUTE, "Lower end of its interval (Newcombe, 95% for all groups at once)")
    gap_high = number(ColumnClass.ATTRIBUTE, "Upper end of its interval (Newcombe, 95% for all groups at once)")
    range = number(ColumnClass.ATTRIBUTE, "Best group less worst group")
    bound = number(ColumnClass.ATTRIBUTE, "The most the gap may be", nullable=True)
    status = code(ColumnClass.ATTRIBUTE, "Kept or not", STATUSES)


class GapCauses(Table):
    """One row for each error behind the gap of a worst group in recall: how much of the gap it accounts for.

    A linear decomposition (Oaxaca 1973, Blinder 1973, pooled slopes): the parts of a gap, with the one that no
    error accounts for, add up to it.
    """

    department = code(ColumnClass.ATTRIBUTE, "Whose register was linked", BODIES, primary_key=True)
    breakdown = code(ColumnClass.ATTRIBUTE, "By what people are grouped", SUBGROUPS, primary_key=True)
    worst = text(ColumnClass.ATTRIBUTE, "The group that fares worst")
    error = text(ColumnClass.ATTRIBUTE, "Identifier wrong or missing on either side; other", primary_key=True)
    share_worst = number(ColumnClass.ATTRIBUTE, "Share of the group with the error", nullable=True, least=0, most=1)
    share_rest = number(ColumnClass.ATTRIBUTE, "Share of all others with it", nullable=True, least=0, most=1)
    cost = number(ColumnClass.ATTRIBUTE, "Recall that the error costs a person, all else equal", nullable=True)
    cost_low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval", nullable=True)
    cost_high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval", nullable=True)
    part = number(ColumnClass.ATTRIBUTE, "What it adds to the gap, as a difference of rates")


TABLES: dict[str, type[dy.Schema]] = {"": Metrics}
"""What the asset `quality/linkage_quality` holds."""


LINK_SETS: dict[str, str] = {
    "true": "The links that are true: what a perfect linkage would find",
    "found": "The links that were made, taken as they are",
    "weighted": "The links made; each outcome weighs precision over recall of its group, as the truth has them",
    "drawn": "Sets of links drawn from the posterior probabilities, their results combined by Rubin's rules",
}
"""Sets of links on which an outcome may be computed."""

COMPARED = ("programme", "comparison", "difference")


class LinkageEffects(Table):
    """One row for each outcome, set of links, threshold and group: what linkage error does to the finding.

    A share is of people of an age for the outcome. A phantom outcome is somebody's only by a false link; a lost
    one is missing because a link is. Empty where a group has fewer than ten people.
    """

    outcome = text(ColumnClass.ATTRIBUTE, "What happened in the two years after the start", primary_key=True)
    department = code(ColumnClass.ATTRIBUTE, "Whose records tell of it", BODIES)
    links = code(ColumnClass.ATTRIBUTE, "On which links it is computed", tuple(LINK_SETS), primary_key=True)
    threshold = text(ColumnClass.ATTRIBUTE, "Threshold of the posterior probability, or `as run`", primary_key=True)
    study_group = code(ColumnClass.ATTRIBUTE, "Group, or programme less comparison", COMPARED, primary_key=True)
    people = whole(ColumnClass.ATTRIBUTE, "People of an age for it", nullable=True)
    value = number(ColumnClass.ATTRIBUTE, "Share of them, or difference of shares", nullable=True)
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of its 95% interval", nullable=True)
    phantom = whole(ColumnClass.ATTRIBUTE, "Outcomes that are somebody else's", nullable=True)
    lost = whole(ColumnClass.ATTRIBUTE, "Outcomes that a missing link hides", nullable=True)


class EffectRecovery(Table):
    """One row for each true effect, set of links and method: what the study estimates next to what is so.

    Empty where too few families had the outcome. The wider interval holds all effects of one set of links and one
    method together in 95 of 100 worlds (Bonferroni).
    """

    effect = text(ColumnClass.ATTRIBUTE, "Effect of the programme, as the truth names it", primary_key=True)
    links = code(ColumnClass.ATTRIBUTE, "On true links, or on those found", ("true", "found"), primary_key=True)
    method = code(
        ColumnClass.ATTRIBUTE,
        "How the groups are made alike",
        ("unadjusted", "weighted", "difference in differences", "linkage-corrected", *SIDE_BY_SIDE),
        primary_key=True,
    )
    measure = text(ColumnClass.ATTRIBUTE, "What is compared: a ratio of yearly rates, or a difference in share")
    true_value = number(ColumnClass.ATTRIBUTE, "What the programme really does, in that measure")
    estimate = number(ColumnClass.ATTRIBUTE, "What the study finds", nullable=True)
    low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval", nullable=True)
    high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval", nullable=True)
    low_of_all = number(ColumnClass.ATTRIBUTE, "Lower end of the wider interval", nullable=True)
    high_of_all = number(ColumnClass.ATTRIBUTE, "Upper end of the wider interval", nullable=True)
    holds = flag(ColumnClass.ATTRIBUTE, "The 95% interval holds the true value", nullable=True)
    holds_of_all = flag(ColumnClass.ATTRIBUTE, "The wider interval holds the true value", nullable=True)


class Baseline(Table):
    """One row for each figure: what it was over many seeds when the baseline was accepted."""

    department = code(ColumnClass.ATTRIBUTE, "Whose register was linked", BODIES, primary_key=True)
    measure = code(ColumnClass.ATTRIBUTE, "The figure", tuple(MEASURES), primary_key=True)
    seeds = whole(ColumnClass.ATTRIBUTE, "How many seeds", least=2)
    mean = number(ColumnClass.ATTRIBUTE, "Mean over the seeds", least=0, most=1)
    spread = number(ColumnClass.ATTRIBUTE, "Standard deviation over the seeds", least=0)
    least = number(ColumnClass.ATTRIBUTE, "Least over the seeds", least=0, most=1)


EVIDENCE = ("with", "without")


class Sweep(Table):
    """One row for each case of a sweep, department and measure."""

    case = text(ColumnClass.ATTRIBUTE, "The settings of the case, in words", primary_key=True)
    family_evidence = code(
        ColumnClass.ATTRIBUTE, "Whether a family's links spoke for its other members", EVIDENCE, primary_key=True
    )
    moves_together = number(
        ColumnClass.ATTRIBUTE, "Share of a household's moves that its members make together", least=0, most=1
    )
    department = code(ColumnClass.ATTRIBUTE, "Whose register was linked", BODIES, primary_key=True)
    measure = code(ColumnClass.ATTRIBUTE, "The figure", tuple(MEASURES), primary_key=True)
    value = number(ColumnClass.ATTRIBUTE, "The figure", least=0)
    numerator = whole(ColumnClass.ATTRIBUTE, "How many", nullable=True)
    denominator = whole(ColumnClass.ATTRIBUTE, "Of how many", nullable=True)


class Disclosures(Table):
    """One row for each department and choice of what it is told: what that buys, and what it does to a finding."""

    department = code(ColumnClass.ATTRIBUTE, "Whose register is linked", BODIES, primary_key=True)
    disclosed = text(ColumnClass.ATTRIBUTE, "The choice", primary_key=True)
    tells = text(ColumnClass.ATTRIBUTE, "What the department is told of each person")
    precision = number(ColumnClass.ATTRIBUTE, "Right links, as a share of links", nullable=True)
    recall = number(ColumnClass.ATTRIBUTE, "Rightly linked, as a share of people present", nullable=True)
    f1 = number(ColumnClass.ATTRIBUTE, "Harmonic mean of the two", nullable=True)
    second_recall = number(
        ColumnClass.ATTRIBUTE,
        "Recall as agreed, told without truth by the number that is left out here: from pairs that agree on it",
        unit="share",
        nullable=True,
        least=0,
        most=1,
    )
    second_low = number(ColumnClass.ATTRIBUTE, "Lower end of its 95% interval", nullable=True, least=0, most=1)
    second_high = number(ColumnClass.ATTRIBUTE, "Upper end of the same interval", nullable=True, least=0, most=1)
    recall_gap = number(
        ColumnClass.ATTRIBUTE, "Recall of the worst community below all others'; empty if too few", nullable=True
    )
    outcome = text(
        ColumnClass.ATTRIBUTE, "The finding that is looked at, if the register tells of one", nullable=True
    )
    true_difference = number(ColumnClass.ATTRIBUTE, "Programme less comparison on true links", nullable=True)
    found_difference = number(ColumnClass.ATTRIBUTE, "The same on the links made", nullable=True)
    bias = number(ColumnClass.ATTRIBUTE, "Found less true difference", nullable=True)


class Patterns(Table):
    """One row for each step of a typical pattern of agreement: how ten or more pairs came to their weight."""

    department = code(ColumnClass.ATTRIBUTE, "Whose register was linked", BODIES, primary_key=True)
    pattern = whole(ColumnClass.ATTRIBUTE, "1 for the most frequent", least=1, primary_key=True)
    step = whole(ColumnClass.ATTRIBUTE, "Order of the step", primary_key=True)
    pairs = whole(ColumnClass.ATTRIBUTE, "Pairs with the pattern")
    linked = whole(ColumnClass.ATTRIBUTE, "Of these, links")
    part = text(ColumnClass.ATTRIBUTE, "What was compared, or the odds before any comparison")
    bits = number(ColumnClass.ATTRIBUTE, "Mean weight it added", unit="bits")
