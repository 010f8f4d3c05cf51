"""The verdict and what to do next, from figures small enough to count by hand."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.quality import GapCauses, Metrics
from tf_linkage.intervals import wilson_ends
from tf_linkage.pages.html import Tile
from tf_linkage.quality import Assessment, evaluate, match_rates, quality_report, verdict
from tf_linkage.quality.report.actions import (
    ASSESS,
    OF_A_KIND,
    SHOWN,
    Action,
    action_section,
    actions,
    shown_first,
)
from tf_linkage.quality.report.group_sections import gap_section, worst_group
from tf_linkage.quality.report.thresholds import recommendations, sign_test, threshold_section
from tf_linkage.quality.report.verdict import NO_TRUTH, tiles
from tf_linkage.quality.report.words import plain_figures


def figures(*rows: tuple[str, str, str, int, int]) -> pl.DataFrame:
    """Plain figures of MoJ from breakdown, level, measure, numerator and denominator, with Wilson's intervals."""
    made = []
    for breakdown, level, measure, had, of in rows:
        low, high = wilson_ends(had / of, of)
        at = {"department": "moj", "breakdown": breakdown, "level": level, "measure": measure}
        made.append(at | {"numerator": had, "denominator": of, "value": had / of, "low": low, "high": high})
    return plain_figures(pl.DataFrame(made, schema=schema_of(Metrics)))


def thresholds(**right_of_links: tuple[int, int]) -> list[tuple[str, str, str, int, int]]:
    return [
        ("threshold", level[1:].replace("_", "."), measure, *counts)
        for level, (right, links) in right_of_links.items()
        for measure, counts in (("precision", (right, links)), ("recall", (right, 1000)))
    ]


RIGHT, FOUND = ("all", "all", "precision", 800, 805), ("all", "all", "recall", 800, 1000)


def test_a_threshold_is_advised_where_it_gains_beyond_chance() -> None:
    plain = figures(RIGHT, FOUND, *thresholds(t0_2=(850, 862), t0_5=(800, 805), t0_9=(700, 700)))
    (one,) = recommendations(plain, 0.5)
    # 50 people more for 7 false links: of 57 coins so many seldom fall on one side.
    assert (one.own, one.advised, one.found, one.false) == (0.5, 0.2, 50, 7)


def test_a_gain_that_may_be_chance_keeps_the_threshold() -> None:
    plain = figures(RIGHT, FOUND, *thresholds(t0_2=(804, 811), t0_5=(800, 805)))
    (one,) = recommendations(plain, 0.5)
    assert (one.advised, one.found, one.false) == (0.5, 0, 0)
    assert (one.best, one.best_found, one.best_false) == (0.2, 4, 2)


def test_a_threshold_below_the_floor_of_precision_is_never_advised() -> None:
    # 100 more right links, but precision 900 / 960 lies below the floor of 98%.
    plain = figures(RIGHT, FOUND, *thresholds(t0_1=(900, 960), t0_5=(800, 805)))
    assert recommendations(plain, 0.5)[0].advised == 0.5
    # The run's own is below it: the best of those that keep it.
    plain = figures(RIGHT, FOUND, *thresholds(t0_5=(900, 960), t0_9=(800, 805)))
    assert recommendations(plain, 0.5)[0].advised == 0.9


def causes_of(**costs: tuple[float, float, float]) -> pl.DataFrame:
    """What each error costs MoJ in recall, with its interval."""
    return pl.DataFrame(
        [{"department": "moj", "breakdown": "council", "worst": "a", "error": error, "share_worst": 0.1,
          "share_rest": 0.1, "cost": cost, "cost_low": low, "cost_high": high, "part": 0.0}
         for error, (cost, low, high) in costs.items()],
        schema=schema_of(GapCauses),
    )  # fmt: skip


ERRORS = (
    ("error", "forename", "recall", 20, 100),
    ("error", "surname", "recall", 40, 100),
    ("error", "address", "recall", 40, 100),
    ("error", "postcode", "recall", 40, 100),
    ("error", "none", "recall", 300, 300),
)


def test_actions_are_ranked_by_what_they_would_gain_and_ceilings_come_after() -> None:
    plain = figures(
        RIGHT, FOUND, *ERRORS,
        ("all", "all", "in_review", 30, 2000),
        ("all", "all", "blocking_missed", 120, 1000),
        *thresholds(t0_1=(820, 840), t0_5=(800, 805)),
    )  # fmt: skip
    causes = causes_of(forename=(0.9, 0.8, 1.0), surname=(0.25, 0.1, 0.4))
    found = actions(plain, {}, 0.5, causes)
    # Forename: 100 people, found 20% of the time where the other 900 are found 780 / 900 of the time, which is less
    # than 90 by what the error costs. Surname: 100 people at 0.25 each. Of blocking only a ceiling is known.
    assert [round(one.gain or 0) for one in found] == [67, 25, 20, 120]
    words = ("forename", "surname", "30 people", "Block")
    assert all(word in one.does for word, one in zip(words, found, strict=True))
    assert [one.at_most for one in found] == [False, False, False, True]
    section = action_section(found)
    assert section.index("about 20 people") < section.index("up to 120 people")
    assert (
        "100 people have it wrong or missing on one side; of 100 put right, about 25 more would be found" in section
    )
    # What is promised is less than people times cost: the line says why, and no other does.
    assert ["more is not promised" in one.basis for one in found] == [True, False, False, False]


def test_no_identifier_is_advised_whose_errors_cost_nothing_beyond_chance() -> None:
    plain = figures(RIGHT, FOUND, *ERRORS)
    costs = causes_of(surname=(0.1, 0.02, 0.2), address=(-0.1, -0.2, -0.01), postcode=(0.1, -0.01, 0.2))
    assert [one.does for one in actions(plain, {}, 0.5, costs)] == ["Ask for surname to be checked at the source"]
    assert actions(plain, {}, 0.5, None) == []


def test_a_lower_threshold_is_something_to_do_and_not_beside_a_review_of_the_same_pairs() -> None:
    at = thresholds(t0_2=(850, 862), t0_5=(800, 805))
    plain = figures(RIGHT, FOUND, ("all", "all", "in_review", 60, 2000), *at)
    review, lower = actions(plain, {}, 0.5)
    assert (lower.does, lower.gain, lower.says) == (
        "Take threshold 0.2 instead of 0.5", 43.0, "50 people more found, 7 false links more",
    )  # fmt: skip
    assert "the same pairs as the lower threshold: do one of the two" in review.basis
    assert "the same pairs as the review: do one of the two" in lower.basis
    assert "50 people more found, 7 false links more" in action_section([review, lower])
    (alone,) = actions(figures(RIGHT, FOUND, *at), {}, 0.5)
    assert "one of the two" not in alone.basis
    (kept,) = actions(
        figures(RIGHT, FOUND, ("all", "all", "in_review", 60, 2000), *thresholds(t0_2=(804, 811), t0_5=(800, 805))),
        {}, 0.5,
    )  # fmt: skip
    assert kept.kind == "review"
    assert "one of the two" not in kept.basis
    (higher,) = actions(figures(RIGHT, FOUND, *thresholds(t0_5=(900, 960), t0_9=(800, 805))), {}, 0.5)
    assert (higher.gain, higher.says) == (55.0, "100 people fewer found, 55 false links fewer")


def test_the_longer_studies_are_among_what_to_do_until_they_are_there(world: Any, assessment: Assessment) -> None:
    metrics = evaluate(world.attributes, world.requested, world.links, world.truth).collect()
    assert ASSESS in quality_report(metrics)
    assert ASSESS not in quality_report(metrics, assessment=assessment)
    assert ASSESS in action_section([], assess=True)


def test_one_kind_of_action_does_not_hide_the_others() -> None:
    ranked = [Action("moj", f"check {n}", 90.0 - n, "", "check") for n in range(9)]
    ranked += [Action("moj", "review", 8.0, "", "review"), Action("dfe", "look", 3.0, "", "group")]
    first, rest = shown_first(ranked)
    assert [one.does for one in first] == ["check 0", "check 1", "check 2", "review", "look"]
    assert sorted([*first, *rest], key=ranked.index) == ranked
    many = [Action("moj", str(n), 9.0, "", str(n // OF_A_KIND)) for n in range(20)]
    assert shown_first(many)[0] == many[:SHOWN]


def test_the_threshold_to_take_is_said_in_words() -> None:
    better = figures(RIGHT, FOUND, *thresholds(t0_2=(850, 862), t0_5=(800, 805), t0_9=(700, 700)))
    said = threshold_section(better, 0.5)
    assert "Take 0.2 for MoJ instead of 0.5: 50 people more found, 7 false links more; no lower one was" in said
    assert "For MoJ a false link may weigh more than a missed person: it makes an offender of somebody." in said
    assert "fewest false links and missed people together, each weighing the same" in said
    assert said.count("weigh more") == 1
    # 850 of 1,000 are found by 862 links, where it was 800 by 805.
    assert re.findall(r">([^<]*)</td>", said)[:4] == ["0.5", "0.2", "150 (-50)", "12 (+7)"]
    kept = threshold_section(figures(RIGHT, FOUND, *thresholds(t0_5=(800, 805))), 0.5)
    assert re.findall(r">([^<]*)</td>", kept)[:4] == ["0.5", "0.5", "200", "5"]
    between = figures(RIGHT, FOUND, *thresholds(t0_1=(850, 869), t0_2=(850, 862), t0_5=(800, 805)))
    assert "7 false links more." in threshold_section(between, 0.5)
    surer = figures(RIGHT, FOUND, *thresholds(t0_5=(900, 960), t0_9=(800, 801)))
    assert "100 people fewer found, 59 false links fewer; no higher one was tried" in threshold_section(surer, 0.5)
    assert "Keep MoJ at 0.5." in threshold_section(figures(RIGHT, FOUND, *thresholds(t0_5=(800, 805))), 0.5)


def test_the_worst_group_is_named_first_with_why() -> None:
    groups = [("council", "a", "recall", 100, 200), ("council", "b", "recall", 780, 800)]
    plain = figures(RIGHT, ("all", "all", "recall", 880, 1000), *groups)
    parts = {"date_of_birth": 0.3, "forename": 0.05, "other": 0.125}
    causes = pl.DataFrame([
        {"department": "moj", "breakdown": "council", "error": error, "part": part} for error, part in parts.items()
    ])  # fmt: skip
    said = worst_group(plain, {"a": "Hackney"}, causes)
    assert "MoJ: recall's widest gap beyond chance, council “Hackney”: 50.0% of 200, 47.5" in said
    assert (
        "of these 47.5 points 30.0 come with a wrong or missing date of birth, 5.0 with all other errors together; "
        "for 12.5 no recorded error accounts." in said
    )
    rounded = causes.with_columns(part=pl.Series([0.3004, 0.0504, 0.1254]))
    assert "of these 47.6 points 30.0 come" in worst_group(plain, {}, rounded)
    assert "accounts (rounded)." in worst_group(plain, {}, rounded)
    helping = causes.with_columns(part=pl.Series([-0.1, -0.05, 0.625]))
    assert "no recorded error accounts for any of these 47.5 points" in worst_group(plain, {}, helping)
    alike = figures(RIGHT, FOUND, ("council", "a", "recall", 80, 100), ("council", "b", "recall", 720, 900))
    assert "No group is found less often" in worst_group(alike, {}, None)
    assert worst_group(figures(RIGHT, FOUND), {}, None) == ""


def test_beside_the_widest_gap_stand_those_that_its_rule_leaves_out() -> None:
    plain = figures(
        RIGHT, ("all", "all", "recall", 880, 1000),
        ("council", "a", "recall", 100, 200), ("council", "b", "recall", 780, 800),
        ("community", "x", "recall", 7, 10), ("gender", "female", "recall", 430, 500),
        ("hard_case", "initial_only", "recall", 5, 40),
    )  # fmt: skip
    said = worst_group(plain, {"a": "Hackney"}, None)
    first, rest = said.split(" The widest of the hard cases: ")
    assert first.startswith("Beyond chance between groups, cases that are hard by design left out: MoJ: recall's")
    hard, chance = rest.split(" The widest gap that chance may have made: ")
    assert hard.startswith("MoJ, hard case “initial only”, 78.6 (")
    assert chance.startswith("MoJ, community “x”, 18.2 (-")
    alike = figures(RIGHT, FOUND, ("council", "a", "recall", 80, 100), ("hard_case", "twin", "recall", 7, 10))
    said = worst_group(alike, {}, None)
    assert said.startswith(
        "No group is found less often than everybody else beyond chance (hard cases left out). The"
    )
    assert "hard case “twin”, 10.1 (" in said
    assert "points, which may be chance." in said


def test_a_gap_that_is_kept_by_its_value_alone_is_unsure_and_who_has_no_gap_is_not_the_worst() -> None:
    def said(women: tuple[int, int], men: tuple[int, int]) -> str:
        everybody = ("all", "all", "recall", women[0] + men[0], women[1] + men[1])
        groups = (("gender", "female", "recall", *women), ("gender", "male", "recall", *men))
        return gap_section(figures(RIGHT, everybody, *groups), {}, None)

    assert ">kept, unsure<" in said((27, 30), (950, 970)), "8 points, of 30 people"
    everybody = ("all", "all", "recall", 977, 1000)
    women, men = ("gender", "female", "recall", 27, 30), ("gender", "male", "recall", 950, 970)
    assert "(1 of them by the figure alone, not by its whole interval)" in verdict(
        figures(RIGHT, everybody, women, men)
    )
    sure = said((9_690, 9_700), (9_700, 9_700))
    assert ">kept<" in sure
    assert ">kept, unsure<" not in sure
    assert ">none<" not in sure
    assert ">none<" in said((9_700, 9_700), (9_700, 9_700))


def test_the_verdict_says_how_wide_its_limits_are_and_whom_none_judges() -> None:
    plain = figures(
        RIGHT, FOUND, ("hard_case", "twin", "recall", 7, 10), ("council", "a", "recall", 390, 500),
    )  # fmt: skip
    few = plain.filter(pl.col("level") == "a").with_columns(
        pl.lit("b").alias("level"),
        *(pl.lit(None, dtype=pl.Float64).alias(name) for name in ("value", "low", "high")),
    )
    said = verdict(pl.concat([plain, few]))
    assert (
        "The limits are wide: at least 70% found, where it was 80.0%; at least 98% right, where it was 99.4%"
        in said
    )
    assert "groups at most 10 points in recall and 3 points in precision below everybody else" in said
    assert "No limit is set for 1 hard case and 1 group of fewer than ten people" in said


def test_the_light_is_what_the_floor_decides() -> None:
    missed = figures(RIGHT, ("all", "all", "recall", 400, 1000))
    ((title, (found, right, sure)),) = tiles(missed)
    assert (title, found.verdict, right.verdict, sure.verdict) == ("MoJ, Ministry of Justice", "missed", "kept", "")
    assert "400 of 1,000 people whom its register holds" in found.says
    # Wilson's interval of 400 in 1,000 is 37.0 to 43.1%; of 800 links in 805, 98.6 to 99.7%.
    assert (sure.label, sure.figure) == ("Found, sure to", "±3.0 points")
    assert "right 98.6 to 99.7% (±0.6 points)" in sure.says
    assert "1 missed beyond doubt (MoJ, recall everybody)" in verdict(missed)
    kept = figures(RIGHT, FOUND)
    assert tiles(kept)[0][1][0].verdict == "kept"
    assert "missed beyond doubt" not in verdict(kept)


def test_the_page_begins_with_the_verdict(world: Any) -> None:
    metrics = evaluate(world.attributes, world.requested, world.links, world.truth).collect()
    page = quality_report(metrics, run={"seed": "7", "link threshold": "0.5"})
    parts = ['class="about"', "<b>7</b>", 'id="short"', 'class="tiles"', 'id="recommended"', 'id="next"']
    places = [page.index(part) for part in (*parts, "How good is it?", '<details class="evidence">')]
    assert places == sorted(places)
    headings = page.index('class="tiles"')
    assert page.index('class="lead"') < headings


def test_without_the_truth_no_light_shines_and_nothing_is_promised(world: Any) -> None:
    plain = plain_figures(match_rates(world.attributes, world.requested, world.links).collect())
    assert verdict(plain) == NO_TRUTH
    shown: list[Tile] = [tile for _, row in tiles(plain) for tile in row]
    assert shown
    assert {tile.verdict for tile in shown} == {""}
    assert recommendations(plain, 0.5) == []
    assert all(one.gain is None for one in actions(plain, {}, 0.5))
    page = quality_report(match_rates(world.attributes, world.requested, world.links).collect())
    assert "cannot be counted without the truth" in page
    assert 'class="verdict' not in page


@pytest.mark.parametrize("own", [0.5, 0.97])
def test_the_nearest_threshold_that_was_tried_stands_for_the_runs_own(own: float) -> None:
    plain = figures(RIGHT, FOUND, *thresholds(t0_5=(800, 805), t0_95=(790, 793)))
    assert recommendations(plain, own)[0].own == {0.5: 0.5, 0.97: 0.95}[own]


def test_the_sign_test_is_exact() -> None:
    # By hand: of 11 fair coins 9 or more fall on one side in 2 * (55 + 11 + 1) of 2,048 cases.
    assert sign_test(9, 2) == sign_test(2, 9) == pytest.approx(2 * 67 / 2048)
    assert sign_test(10, 1) == pytest.approx(2 * 12 / 2048)
    assert sign_test(3, 3) == sign_test(0, 0) == 1
    assert sign_test(5000, 4000) < 1e-20


def test_nine_against_two_keep_the_threshold_and_ten_against_one_do_not() -> None:
    nine, ten = (
        recommendations(figures(RIGHT, FOUND, *thresholds(t0_2=(right, links), t0_5=(800, 805))), 0.5)[0]
        for right, links in ((809, 816), (810, 816))
    )
    assert (nine.advised, nine.best, nine.best_found, nine.best_false) == (0.5, 0.2, 9, 2)
    assert (ten.advised, ten.found, ten.false) == (0.2, 10, 1)


def test_people_found_count_and_not_their_second_records() -> None:
    # Four right links more at .2, all of people who have one: nobody more is found.
    at = [("threshold", "0.2", "precision", 804, 809), ("threshold", "0.2", "recall", 800, 1000)]
    (one,) = recommendations(figures(RIGHT, FOUND, *at, *thresholds(t0_5=(800, 805))), 0.5)
    assert (one.best, one.best_found, one.best_false) == (0.5, 0, 0)
