"""Confounding is what it says: by unseen need, crisis, records, council and later joining; none at strength 0."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest

from tf_linkage import bodies
from tf_linkage.bodies import effects
from tf_linkage.bodies.council import roster
from tf_linkage.bodies.lived import columns
from tf_linkage.bodies.negative_controls import NEGATIVE_CONTROLS, negative_controls
from tf_linkage.bodies.selection import choose_families, flag_error_rates
from tf_linkage.contracts.bodies.council import LEAST_PROBLEMS, PROBLEMS, Cohort
from tf_linkage.contracts.truth import TrueAssignment, TrueEffects, TrueFlagErrors
from tf_linkage.errors import StudyRefused
from tf_linkage.population import Settings, simulate
from tf_linkage.population.confounding import NO_HEALTH, UPTAKE, poisson
from tf_linkage.population.draws import Draws
from tf_linkage.population.people.households import NEVER
from tf_linkage.population.places.places import AUTHORITIES
from tf_linkage.population.rates import EFFECTS, rate
from tf_linkage.population.settings import CONFOUNDED_BY

COUNCILS = ("E09000012", "E08000003", "E06000010", "E08000032", "E10000016")
NONE = Settings(seed=4, families=2_000, population=60_000, councils=COUNCILS, confounding="none")


def _world(kind: str, strength: float = 0.4):
    settings = dataclasses.replace(NONE, confounding=kind, confounding_strength=strength)
    population = simulate(settings)
    return settings, population, roster(population, settings)


def _gap(found, name: str) -> float:
    """Programme minus waiting families."""
    rows = {key: values[found.families["copy"] == 0] for key, values in found.families.items()}
    return float(rows[name][rows["group"] == 0].mean() - rows[name][rows["group"] == 1].mean())


@pytest.fixture(scope="module")
def none():
    return _world("none")


@pytest.mark.parametrize("kind", [kind for kind in CONFOUNDED_BY if kind != "none"])
def test_at_strength_0_the_world_is_the_one_without(kind: str, none) -> None:
    settings, population, _ = _world(kind, 0.0)
    without, before, _ = none
    for name, table in population.items():
        assert table.collect().equals(before[name].collect()), name
    assert (
        bodies.council.cohort(population, settings)
        .collect()
        .equals(bodies.council.cohort(before, without).collect())
    )
    told, untold = bodies.truth(population, settings), bodies.truth(before, without)
    for name, table in told.items():
        assert table.collect().equals(untold[name].collect()), name


@pytest.mark.parametrize(("kind", "what"), [("severity", "need"), ("crisis", "crisis")])
def test_what_no_register_holds_decides_who_is_served(kind: str, what: str, none) -> None:
    served, creamed = _world(kind)[2], _world(kind, -0.4)[2]
    assert _gap(served, what) > _gap(none[2], what) + 0.25
    assert _gap(creamed, what) < _gap(none[2], what) - 0.25


def test_a_stronger_choice_only_adds_the_needy(none) -> None:
    """Of families with more need than the mean nobody leaves the programme when severity counts for more."""
    weak, strong = _world("severity", 0.2)[2].families, _world("severity", 0.8)[2].families
    assert (weak["family"] == strong["family"]).all()
    needy = weak["need"] > 0
    assert (strong["group"][needy] <= weak["group"][needy]).all()
    assert (strong["group"][needy] < weak["group"][needy]).any()


def test_a_council_of_more_uptake_serves_more_of_its_families(none) -> None:
    def shares(found) -> dict[str, float]:
        rows = found.families
        return {
            AUTHORITIES[slot].code: float((rows["group"][rows["slot"] == slot] == 0).mean())
            for slot in np.unique(rows["slot"])
        }

    before, after = shares(none[2]), shares(_world("uptake", 0.8)[2])
    order = sorted(UPTAKE, key=UPTAKE.get)
    assert after[order[-1]] - before[order[-1]] > 0.15
    assert after[order[0]] - before[order[0]] < -0.15


def test_the_needy_and_those_with_a_fresh_event_join_later(none) -> None:
    found = _world("joiners", 0.8)[2].families
    waiting = (found["group"] == 1) & (found["copy"] == 0)
    joins = waiting & (found["start"] < NEVER)
    assert found["need"][joins].mean() > found["need"][waiting & ~joins].mean() + 0.2
    wait = (found["start"] - found["identified"])[joins]
    assert wait.min() > 90
    assert (wait < 540).mean() > 0.1
    before = none[2].families
    late = (before["group"] == 1) & (before["copy"] == 0) & (before["start"] < NEVER)
    assert (before["start"] - before["identified"])[late].min() >= 540


def test_flags_are_wrong_in_both_directions_at_the_rates_that_the_truth_tells() -> None:
    settings, population, _ = _world("reporting")
    table = bodies.truth(population, settings)["flag_errors"].collect()
    TrueFlagErrors.validate(table)
    assert set(table["problem"]) == set(PROBLEMS)
    assert table["missed"].sum() > 100
    assert table["in_error"].sum() > 50
    for row in table.filter(pl.col("have") >= 30).iter_rows(named=True):
        # Of chosen families more is recorded than of all: they are chosen by what is recorded.
        error = np.sqrt(row["missed_rate"] * (1 - row["missed_rate"]) / row["have"])
        assert row["missed"] / row["have"] <= row["missed_rate"] + 4 * error, row
        assert row["missed"] / row["have"] > 0.3 * row["missed_rate"] - 4 * error, row
    missing = table.filter((pl.col("la_code") == NO_HEALTH) & (pl.col("problem") == "health")).row(0, named=True)
    assert missing["missed"] == missing["have"] > 0


def test_a_family_enters_only_with_two_recorded_problems() -> None:
    settings, population, found = _world("all")
    assert found.families["recorded"].min() >= LEAST_PROBLEMS
    assert found.families["problems"].min() < LEAST_PROBLEMS, "some have fewer than are recorded"
    cohort = bodies.council.cohort(population, settings).collect()
    assert cohort.filter(pl.col("la_code") == NO_HEALTH)["health"].null_count() > 0.97 * len(
        cohort.filter(pl.col("la_code") == NO_HEALTH)
    )
    assert set(cohort.columns) == set(Cohort.column_names())


@pytest.mark.parametrize("people_per_family", [23, 80])
def test_the_families_of_a_study_are_alike_however_large_it_is_beside_its_population(
    people_per_family: int,
) -> None:
    """One in twenty comes from outside high need; need and crisis are as standardised as their rates say."""
    settings = Settings(seed=9, families=1_500, population=1_500 * people_per_family, councils=COUNCILS)
    population = simulate(settings)
    families = roster(population, settings).families
    first = families["copy"] == 0
    assert first.sum() == settings.families
    everyone = columns(population["families"])
    high = everyone["high_need"][np.searchsorted(everyone["family"], families["family"][first])] > 0
    assert 1 - high.mean() == pytest.approx(rate("study families from outside high need"), abs=0.02)
    for name in ("need", "crisis"):
        assert families[name][first].mean() == pytest.approx(0, abs=0.12), name
        assert families[name][first].std() == pytest.approx(1, abs=0.15), name


def test_a_locality_short_of_families_in_high_need_takes_others() -> None:
    """Twelve wanted, nine eligible in high need and four others: the most pressing of the others fill up."""
    rows = {
        "family": np.arange(13), "locality": np.ones(13, dtype=np.int64), "quota": np.full(13, 12),
        "high_need": np.arange(13) < 9,
    }  # fmt: skip
    chosen = choose_families(Draws(1), rows, np.ones(13, dtype=bool), np.where(np.arange(13) == 12, 0, 5))
    assert chosen.tolist() == list(range(12))


def test_nothing_is_misreported_where_flags_are_not_confounded(none) -> None:
    missed, in_error = flag_error_rates(NONE)
    assert not missed.any()
    assert not in_error
    table = bodies.truth(none[1], NONE)["flag_errors"].collect()
    assert table["missed"].sum() == table["in_error"].sum() == 0


def test_the_truth_tells_how_each_family_came_to_its_group() -> None:
    settings, population, _ = _world("all")
    table = bodies.truth(population, settings)["assignment"].collect()
    TrueAssignment.validate(table)
    assert len(table) == settings.families
    served = (table["study_group"].cast(pl.String) == "programme").to_numpy().astype(float)
    chance = table["programme_chance"].to_numpy()
    # As many are served as the chances say, and the chances are the right ones: their calibration in two halves.
    high = chance > np.median(chance)
    for half in (high, ~high):
        error = np.sqrt((chance[half] * (1 - chance[half])).sum()) / half.sum()
        assert served[half].mean() == pytest.approx(chance[half].mean(), abs=4 * error)


def test_drift_parts_the_needy_from_the_rest() -> None:
    """Under drift the rate of the needy rises against that of the others, year by year."""

    def slope(kind: str) -> float:
        _, population, _ = _world(kind, 1.0)
        people = columns(population["people"])
        rows = columns(population["offences"])
        need = people["adversity"][np.searchsorted(people["person"], rows["person"])]
        late = rows["start"] > 16_900
        recent = rows["start"] > 15_400
        return float((need > 2)[recent & late].mean() - (need > 2)[recent & ~late].mean())

    assert slope("drift") > slope("none") + 0.05


def test_every_kind_of_effect_stands_in_the_truth(none) -> None:
    table = bodies.truth(none[1], NONE)["effects"].collect()
    TrueEffects.validate(table)
    kinds = table["kind"].cast(pl.String)
    assert set(kinds) == {"effect", "none", "harmful-looking", "negative control"}
    assert (table.filter(kinds == "negative control")["effect"] == 1).all()
    assert len(NEGATIVE_CONTROLS) >= 8
    varies = " ".join(table["varies"].drop_nulls())
    for word in ("by council", "crime", "from day", "to day"):
        assert word in varies
    plans = table.filter(pl.col("outcome") == "protection plans").row(0, named=True)
    assert plans["effect"] > 1


@pytest.mark.parametrize("outcome", ["offences, juveniles", "JSA and Universal Credit searching", "looked after"])
def test_the_truth_of_an_effect_is_what_the_programme_does(outcome: str, none) -> None:
    """Events 7 to 24 months after the start, with the programme against without, next to what the truth says."""
    settings, population, found = none
    people, served = columns(population["people"]), found.served_at_once
    start = effects.service_start(people, served)
    table, column, values = {
        "offences, juveniles": ("offences", "case", range(99)),
        "JSA and Universal Credit searching": ("work", "kind", (0, 3)),
        "looked after": ("care", "episode", (2,)),
    }[outcome]
    events = columns(population[table])
    seeds, before, after = range(12), 0, 0
    for seed in seeds:
        done = effects.with_effects(settings, Draws(seed), people, served, table, events)
        for rows, sign in ((events, 0), (done, 1)):
            who = np.searchsorted(people["person"], rows["person"])
            since = rows["start"] - start[who]
            young = (rows["start"] - people["birth"][who]) < 18 * 365.25
            counted = (since > 183) & (since <= 730) & np.isin(rows[column], list(values))
            count = int((counted & (young | (table != "offences"))).sum())
            before, after = before + (0 if sign else count), after + (count if sign else 0)
    lives = {name: columns(population[name]) for name in ("offences", "work", "care")}
    truth = effects.true_effects(people, served, lives)
    told = truth.filter(pl.col("outcome") == outcome)["effect"].item()
    assert told < 1
    assert after / before == pytest.approx(told, abs=4 * np.sqrt(told * (1 - told) / before) + 1e-9)


def test_the_programme_cannot_move_a_negative_control(none, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted with every effect as strong as can be, and without: the same; and the needy meet more of them."""
    settings, population, found = none
    monkeypatch.setattr(effects, "SHAPES", {})
    for effect in EFFECTS:
        monkeypatch.setitem(EFFECTS, effect, (1e-9, "for this test"))
    people, served = columns(population["people"]), found.served_at_once
    before = {name: columns(population[name]) for name in ("offences", "results", "school_years", "work")}
    after = {
        name: effects.with_effects(settings, Draws(1), people, served, name, rows) for name, rows in before.items()
    }
    assert len(after["offences"]["person"]) < len(before["offences"]["person"])
    order = np.argsort(served["family"])
    family, start = served["family"][order], served["start"][order]
    (hits, possible), (still, _) = (negative_controls(people, family, start, lives) for lives in (before, after))
    assert (hits == still).all()
    assert (hits.sum(axis=0) > 0).all()
    assert (possible.sum(axis=0) > 0).all()
    rows = found.families
    need = dict(zip(rows["family"], rows["need"], strict=True))
    needy = np.array([need[number] > 0 for number in family])
    ratio = [
        (hits[needy, control].sum() / possible[needy, control].sum())
        / (hits[~needy, control].sum() / possible[~needy, control].sum())
        for control in range(len(NEGATIVE_CONTROLS))
    ]
    assert np.median(ratio) > 1.03
    assert np.mean(np.array(ratio) > 1) >= 0.6


def test_police_contacts_are_poisson() -> None:
    counts = poisson(Draws(1), "x", np.arange(100_000), np.full(100_000, 0.7))
    assert counts.mean() == pytest.approx(0.7, abs=0.015)
    assert counts.var() == pytest.approx(0.7, abs=0.03)


@pytest.mark.parametrize("choice", [{"confounding": "luck"}, {"confounding_strength": 1.2}])
def test_an_impossible_choice_is_refused(choice) -> None:
    with pytest.raises(StudyRefused, match="confounding"):
        dataclasses.replace(NONE, **choice)
