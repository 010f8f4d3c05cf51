"""Each foreign form, by its mapping, gives back the very rows that the body holds."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tf_linkage.bodies import body_of, council
from tf_linkage.bodies.foreign import FORMS
from tf_linkage.contracts.registry import DEPARTMENTS, extract_tables
from tf_linkage.intake import is_rehearsal, mark_rehearsal, read_extract, write_extracts
from tf_linkage.population import Settings, simulate

Frames = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def tables() -> Frames:
    settings = Settings(seed=7, families=60, population=2_400, councils=("E09000012", "E08000003"))
    world = simulate(settings)
    found = {"council_cohort": council.cohort(world, settings)}
    for name in ("dwp", "moj", "dfe"):
        body = body_of(name)
        found[f"{name}_{DEPARTMENTS[name].people[0]}"] = body.people(world, settings)
        found |= {f"{name}_{table}": rows for table, rows in body.histories(world, settings).items()}
    contracts = extract_tables()
    return {stem: table.lazy().select(list(contracts[stem].columns())).collect() for stem, table in found.items()}


@pytest.mark.parametrize("name", FORMS)
def test_a_foreign_form_leads_back_to_the_same_rows(name: str, tables: Frames, tmp_path: Path) -> None:
    files, written = FORMS[name](tables)
    assert written
    rest = {stem: frame.lazy() for stem, frame in tables.items() if stem not in written}
    write_extracts(rest, tmp_path / "in", "csv", files)
    mark_rehearsal(tmp_path / "in")
    assert is_rehearsal(tmp_path / "in")
    for stem in written:
        assert not list((tmp_path / "in").glob(f"{stem}.*"))
        read, expected = read_extract(tmp_path / "in", stem).collect(), tables[stem]
        in_order = expected.sort("la_code", maintain_order=True) if stem == "council_cohort" else expected
        senders = read.sort("la_code", maintain_order=True) if stem == "council_cohort" else read
        assert senders.equals(in_order), stem


def test_a_changed_mapping_makes_the_folder_real(tables: Frames, tmp_path: Path) -> None:
    files, _ = FORMS["semicolons"](tables)
    write_extracts({}, tmp_path / "in", "csv", files)
    mark_rehearsal(tmp_path / "in")
    mapping = next((tmp_path / "in" / "mappings").rglob("*.toml"))
    mapping.write_text(mapping.read_text() + "# a line\n")
    assert not is_rehearsal(tmp_path / "in")


@pytest.mark.parametrize("name", FORMS)
def test_the_same_rows_are_the_same_bytes(name: str, tables: Frames) -> None:
    assert FORMS[name](tables) == FORMS[name](tables)
