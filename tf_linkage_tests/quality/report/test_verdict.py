"""The verdict and what to do next, from figures small enough to count by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.quality import Metrics
from tf_linkage.intervals import wilson_ends
from tf_linkage.pages.html import Tile
from tf_linkage.quality import evaluate, match_rates, quality_report, verdict
from tf_linkage.quality.report.actions import OF_A_KIND, SHOWN, Action, actions, shown_first
from tf_linkage.quality.report.group_sections import worst_group
from tf_linkage.quality.report.thresholds import recommendations, threshold_section
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
        ("threshold", level[1:].replace("_", "."), "precision", *counts) for level, counts in right_of_links.items()
    ]


RIGHT, FOUND = ("all", "all", "precision", 800, 805), ("all", "all", "recall", 800, 1000)


def test_a_threshold_is_advised_where_it_gains_beyond_chance() -> None:
    plain = figures(RIGHT, FOUND, *thresholds(t0_2=(850, 862), t0_5=(800, 805), t0_9=(700, 700)))
    (one,) = recommendations(plain, 0.5)
    # 50 right links more for 7 false ones: 43 > 1.96 * sqrt(57).
    assert (one.own, one.advised, one.right, one.false) == (0.5, 0.2, 50, 7)


def test_a_gain_that_may_be_chance_keeps_the_threshold() -> None:
    plain = figures(RIGHT, FOUND, *thresholds(t0_2=(804, 811), t0_5=(800, 805)))
    (one,) = recommendations(plain, 0.5)
    assert (one.advised, one.right, one.false) == (0.5, 0, 0)
    assert (one.best, one.best_right, one.best_false) == (0.2, 4, 2)


def test_a_threshold_below_the_floor_of_precision_is_never_advised() -> None:
    # 100 more right links, but precision 900 / 960 lies below the floor of 98%.
    plain = figures(RIGHT, FOUND, *thresholds(t0_1=(900, 960), t0_5=(800, 805)))
    assert recommendations(plain, 0.5)[0].advised == 0.5
    # The run's own is below it: the best of those that keep it.
    plain = figures(RIGHT, FOUND, *thresholds(t0_5=(900, 960), t0_9=(800, 805)))
    assert recommendations(plain, 0.5)[0].advised == 0.9


def test_actions_are_ranked_by_what_they_would_gain() -> None:
    plain = figures(
        RIGHT,
        FOUND,
        ("all", "all", "in_review", 30, 2000),
        ("all", "all", "blocking_missed", 12, 1000),
        ("error", "forename", "recall", 20, 100),
        ("error", "surname", "recall", 80, 100),
        ("error", "none", "recall", 300, 300),
        *thresholds(t0_1=(820, 840), t0_5=(800, 805)),
    )
    found = actions(plain, {}, 0.5)
    # Forename: 100 people, found 20% of the time where the other 900 are found 780 / 900 of the time.
    assert [round(one.gain or 0) for one in found] == [67, 20, 12]
    assert ["forename" in found[0].does, "30 people" in found[1].does, "Block" in found[2].does] == [True] * 3
    assert [one.at_most for one in found] == [True, False, False]


def test_one_kind_of_action_does_not_hide_the_others() -> None:
    ranked = [Action("moj", f"check {n}", 90.0 - n, "", "check") for n in range(9)]
    ranked += [Action("moj", "review", 8.0, "", "review"), Action("dfe", "look", 3.0, "", "group")]
    first, rest = shown_first(ranked)
    assert [one.does for one in first] == ["check 0", "check 1", "review", "look"]
    assert sorted([*first, *rest], key=ranked.index) == ranked
    many = [Action("moj", str(n), 9.0, "", str(n // OF_A_KIND)) for n in range(20)]
    assert shown_first(many)[0] == many[:SHOWN]


def test_the_threshold_to_take_is_said_in_words() -> None:
    better = figures(RIGHT, FOUND, *thresholds(t0_2=(850, 862), t0_5=(800, 805), t0_9=(700, 700)))
    assert "Take 0.2 for MoJ instead of 0.5: 50 right links more and 7 false links more." in threshold_section(
        better, 0.5
    )
    surer = figures(RIGHT, FOUND, *thresholds(t0_5=(900, 960), t0_9=(800, 801)))
    assert "100 right links fewer and 59 false links fewer." in threshold_section(surer, 0.5)
    assert "Keep MoJ at 0.5." in threshold_section(figures(RIGHT, FOUND, *thresholds(t0_5=(800, 805))), 0.5)


def test_the_worst_group_is_named_first_with_why() -> None:
    groups = [("council", "a", "recall", 100, 200), ("council", "b", "recall", 780, 800)]
    plain = figures(RIGHT, ("all", "all", "recall", 880, 1000), *groups)
    parts = {"date_of_birth": 0.3, "forename": 0.05, "other": 0.125}
    causes = pl.DataFrame([
        {"department": "moj", "breakdown": "council", "error": error, "part": part} for error, part in parts.items()
    ])  # fmt: skip
    said = worst_group(plain, {"a": "Hackney"}, causes)
    assert "MoJ: recall is lowest for council “Hackney”: 50.0% of 200, which is 47.5" in said
    assert "30.0 of these points, comes with a wrongly recorded date of birth; for 12.5 no recorded error" in said
    alike = figures(RIGHT, FOUND, ("council", "a", "recall", 80, 100), ("council", "b", "recall", 720, 900))
    assert "No group is found less often" in worst_group(alike, {}, None)
    assert worst_group(figures(RIGHT, FOUND), {}, None) == ""


def test_the_light_is_what_the_floor_decides() -> None:
    missed = figures(RIGHT, ("all", "all", "recall", 400, 1000))
    ((title, (found, right, sure)),) = tiles(missed)
    assert (title, found.verdict, right.verdict, sure.verdict) == ("MoJ", "missed", "kept", "")
    assert "400 of 1,000 people whom its register holds" in found.says
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
