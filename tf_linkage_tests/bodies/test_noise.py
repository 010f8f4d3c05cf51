"""Errors: none when clean, more when raised, together in a record, all in the truth."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tf_linkage import bodies
from tf_linkage.bodies.calibration.targets import noise_realised
from tf_linkage.bodies.recording.misspelling import misspell, restyle, wrong_dates
from tf_linkage.contracts.bodies.identity import IDENTIFIERS
from tf_linkage.population import Settings, simulate
from tf_linkage.population.draws import Draws

COUNCILS = ("E09000012", "E08000032")
TABLES = {"dwp": "dwp_key", "dfe": "dfe_key", "moj": "moj_key"}


def _settings(**noise) -> Settings:
    return Settings(seed=4, families=100, population=12_000, councils=COUNCILS, **noise)


@pytest.fixture(scope="module")
def population() -> dict[str, pl.LazyFrame]:
    return simulate(_settings())


def _identities(population, settings: Settings) -> pl.DataFrame:
    """Every record of every body with its person."""
    records = bodies.truth(population, settings)["records"].with_columns(pl.col("body").cast(pl.String)).collect()
    frames = [
        bodies.council.cohort(population, settings).with_columns(
            record_key=pl.col("la_code") + "|" + pl.col("person_ref")
        )
    ]
    for body, key in TABLES.items():
        table = getattr(bodies, body).people(population, settings)
        table = table.filter(pl.col("name_number") == 0) if body == "moj" else table
        frames.append(table.with_columns(record_key=pl.col(key)))
    columns = [pl.col(name).cast(pl.String) for name in IDENTIFIERS]
    every = pl.concat([frame.select("record_key", *columns) for frame in frames]).collect()
    return every.join(records, on="record_key")


def test_the_population_does_not_depend_on_the_noise(population) -> None:
    hard = simulate(_settings(noise="hard", noise_multiplier=2))
    assert_frame_equal(hard["people"].collect(), population["people"].collect())


def test_without_noise_every_record_of_a_person_is_the_same(population) -> None:
    clean = _identities(population, _settings(noise="clean"))
    errors = bodies.truth(population, _settings(noise="clean"))["errors"].collect()
    assert len(errors) == 0
    # A placement is a true address of its own, so children in care are left out.
    truth = bodies.truth(population, _settings(noise="clean"))["people"].collect()
    placed = truth.filter(pl.col("family_type").cast(pl.String) == "in care")["true_person"]
    clean = clean.filter(~pl.col("true_person").is_in(placed.implode()))
    for name in IDENTIFIERS:
        assert clean.group_by("true_person").agg(pl.col(name).n_unique())[name].max() == 1, name
    assert (
        clean.select("body", "true_person").is_unique().all()
        or clean.filter(pl.col("body") != "council").select("body", "true_person").is_unique().all()
    )


def test_raising_the_noise_keeps_the_cells_already_hit(population) -> None:
    stable = ["surname misspelt", "date of birth missing", "gender missing", "nino not known"]

    def hit(multiplier: float) -> set[tuple[str, ...]]:
        errors = bodies.truth(population, _settings(noise_multiplier=multiplier))["errors"].collect()
        first = errors.filter((pl.col("body").cast(pl.String) == "dwp") & pl.col("kind").is_in(stable))
        return set(first.select(pl.col("body").cast(pl.String), "record_key", "column", "kind").iter_rows())

    half, one, two = hit(0.5), hit(1.0), hit(2.0)
    assert half < one < two


def test_errors_come_together_more_than_by_chance(population) -> None:
    """The latent score makes records with three errors or more far commoner than independent errors would."""
    counts = {}
    for correlation in (0.0, 0.4):
        settings = _settings(noise_multiplier=3.0, noise_correlation=correlation)
        errors = (
            bodies.truth(population, settings)["errors"]
            .filter(~pl.col("kind").is_in(["former address", "temporary nino"]))
            .collect()
        )
        dwp = errors.filter(pl.col("body").cast(pl.String) == "dwp")
        wrong = dwp.group_by("record_key").agg(pl.col("column").n_unique())["column"]
        counts[correlation] = int((wrong >= 3).sum())
    assert counts[0.4] > 2.5 * max(counts[0.0], 1)


def test_noise_comes_out_as_asked(population) -> None:
    cells = noise_realised(population, _settings())
    assert len(cells) > 300
    assert cells["passed"].mean() > 0.97
    twice = noise_realised(population, _settings(noise_multiplier=2.0))
    assert twice["requested"].mean() > 1.5 * cells["requested"].mean()


def test_without_noise_no_cell_is_asked_for(population) -> None:
    cells = noise_realised(population, _settings(noise="clean"))
    assert cells.is_empty()
    assert cells.schema["requested"] == pl.Float64


def test_truth_lists_the_cells_that_differ(population) -> None:
    """A DWP cell differs from the clean record exactly where the truth says so."""
    noisy, clean = (
        bodies.dwp.people(population, _settings(noise=noise)).collect() for noise in ("realistic", "clean")
    )
    errors = (
        bodies.truth(population, _settings())["errors"].filter(pl.col("body").cast(pl.String) == "dwp").collect()
    )
    both = noisy.join(clean, on="dwp_key", suffix="_true")
    for column in ("forename", "surname", "date_of_birth", "gender"):
        differs = set(both.filter(pl.col(column).ne_missing(pl.col(f"{column}_true")))["dwp_key"])
        listed = set(errors.filter(pl.col("column") == column)["record_key"]) & set(both["dwp_key"])
        assert differs <= listed, column
        assert len(listed - differs) <= 0.02 * len(listed) + 1, column


def test_a_misspelling_differs_by_one_edit() -> None:
    names = pl.Series(["Margaret", "Jo", "O'Connor", "Ng", "Smith-Jones", "A"] * 200)
    out = misspell(Draws(1), "t", np.arange(len(names)), names)
    assert (out != names).all()
    assert ((out.str.len_chars().cast(pl.Int64) - names.str.len_chars().cast(pl.Int64)).abs() <= 1).all()
    assert (out.str.len_chars() >= 1).all()
    first = (out.str.slice(0, 1) != names.str.slice(0, 1)).filter(names.str.len_chars() > 4).mean()
    assert 0.03 < first < 0.16  # 7.8%, and transpositions


def test_a_wrong_date_differs_and_stays_in_bounds() -> None:
    days = np.arange(0, 18_000, 3)
    latest = np.full(len(days), 18_300)
    out, kind = wrong_dates(Draws(1), "t", np.arange(len(days)), days, days[::-1].copy(), latest)
    assert (out != days).mean() > 0.995
    assert (out <= latest).all()
    assert set(kind) == {0, 1, 2, 3, 4, 5}
    swapped = kind == 1
    one, other = (values[swapped].astype("datetime64[D]").astype(object) for values in (days, out))
    assert all(a.day == b.month and a.month == b.day for a, b in zip(one, other, strict=True))


def test_an_address_is_restyled() -> None:
    lines = pl.Series(["Flat 3, 12 Alder Road"] * 4)
    assert restyle(lines, np.arange(4)).to_list() == [
        "Flat 3, 12 Alder Rd", "APARTMENT 3, 12 ALDER ROAD", "Flat 3 12 Alder Road", "Fl 3, 12 Alder Rd",
    ]  # fmt: skip
