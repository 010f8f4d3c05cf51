"""Mutated inputs: each refused with place and rule, or accepted for a reason; no traceback, nothing half-written.

`make test-fuzz` runs the whole and prints the counts; a small share runs with the other tests.
"""

from __future__ import annotations

import importlib.util
import random
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fuzzing import MUTATIONS, OF_BYTES, Outcomes, mutated, quoted, rule_of
from telling import told

from tf_linkage import cli
from tf_linkage.errors import InputRefused, TfLinkageError
from tf_linkage.intake import (
    check_delivery,
    draft_mapping,
    examine,
    mapping_to_check,
    read_extract,
    write_extracts,
)
from tf_linkage.intake.delivery import stems_of
from tf_linkage.intake.mapping.apply import mapped
from tf_linkage.intake.mapping.loading import load_mapping

HERE = Path(__file__).parent
EXAMPLES = HERE / "intake" / "mapping" / "examples"
SEED = 2015


def _neighbour(path: str) -> Any:
    """Another test module, for the small study and the two bodies that it makes by hand."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, HERE / path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RELATIONS = _neighbour("intake/relations/test_relations.py")
SECOND = _neighbour("intake/drafting/test_second.py")


def left_over(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.endswith((".new", ".old", ".partial"))]


def extracts(folder: Path, count: int) -> Outcomes:
    """Mutates one file of a small sound delivery at a time, and takes the delivery in."""
    rng, found = random.Random(SEED), Outcomes()
    frames: dict[str, pl.DataFrame] = RELATIONS.sound()
    for form in ("csv", "parquet"):
        write_extracts({stem: frame.lazy() for stem, frame in frames.items()}, folder / form, form)  # type: ignore[arg-type]
    stems = sorted(frames)
    for number in told(range(count), "mutants tried"):
        form = "parquet" if number % 10 == 9 else "csv"
        stem = rng.choice(stems)
        path = folder / form / f"{stem}.{form}"
        sound = path.read_bytes()
        path.write_bytes(mutated(rng, sound, MUTATIONS if form == "csv" else OF_BYTES))
        body = stem.partition("_")[0]
        try:
            delivery = check_delivery(folder / form, body, RELATIONS.DAY)
            rows = read_extract(folder / form, stem).collect()
            same = rows.equals(frames[stem])
            noted = any(note.table == stem for note in delivery.notes)
            assert set(delivery.rows) == set(stems_of(body))
            found.accepted[
                "the same rows, written otherwise" if same
                else "keeps every rule; noted" if noted
                else "keeps every rule: other values that their columns can have"
            ] += 1  # fmt: skip
        except InputRefused as refusal:
            said = str(refusal)
            assert said.startswith(body), said
            assert ": " in said
            assert not quoted(said), said
            found.refused[rule_of(said)] += 1
        finally:
            path.write_bytes(sound)
        assert not left_over(folder)
    return found


def foreign(folder: Path, count: int) -> Outcomes:
    """Mutates foreign files, and now and then their mappings."""
    rng, found = random.Random(SEED), Outcomes()
    examples = sorted(EXAMPLES.iterdir())
    for number in told(range(count), "mutants tried"):
        example = rng.choice(examples)
        shutil.rmtree(folder / "it", ignore_errors=True)
        shutil.copytree(example, folder / "it")
        source = next((folder / "it").glob("in.*"))
        target = folder / "it" / "mapping.toml" if number % 5 == 4 else source
        target.write_bytes(mutated(rng, target.read_bytes(), OF_BYTES if target.suffix == ".xlsx" else MUTATIONS))
        try:
            rows = mapped(source, load_mapping(folder / "it" / "mapping.toml")).rows
            assert rows.height
            found.accepted["keeps the contract by its mapping"] += 1
        except InputRefused as refusal:
            said = str(refusal)
            assert said.startswith(("in.", "it/mapping.toml")), said
            assert not quoted(said) or target.suffix == ".toml", said
            found.refused[rule_of(said)] += 1
        told_at_once(source, folder / "it" / "mapping.toml", of_file=target.suffix != ".toml")
    return found


def told_at_once(source: Path, mapping: Path, *, of_file: bool) -> None:
    """A look at a mutant tells a fault wherever reading it does, and quotes nobody."""
    try:
        loaded = mapping_to_check(mapping)
    except InputRefused:
        return
    found = examine(source, loaded.mapping.table, loaded, RELATIONS.DAY)
    try:
        mapped(source, load_mapping(mapping))
    except InputRefused:
        assert found.refused
    assert not of_file or not quoted("\n".join([*found.refused, *found.notes]))


def drafts(folder: Path, count: int) -> Outcomes:
    """Mutates an unknown file or one that is looked up, and drafts; a draft is sound TOML and quotes nobody."""
    rng, found = random.Random(SEED + 3), Outcomes()
    folder.mkdir()
    files = {path.name: path.read_bytes() for path in SECOND.in_files(folder)}
    for _ in range(count):
        for name, sound in files.items():
            (folder / name).write_bytes(mutated(rng, sound, MUTATIONS) if rng.random() < 0.5 else sound)
        first, *others = [folder / name for name in files]
        try:
            text = draft_mapping(first, "council_cohort", "Hackney", 2020, also=others).text
            tomllib.loads(text)
            found.accepted["drafted, with what is plain filled in and the rest in doubt"] += 1
        except InputRefused as refusal:
            assert ": " in str(refusal)
            assert not quoted(str(refusal)), str(refusal)
            found.refused[rule_of(str(refusal))] += 1
    return found


def packages(folder: Path, patched: pytest.MonkeyPatch, count: int) -> Outcomes:
    """Mutates a genuine package; what is taken in must be the genuine content."""
    receiving = _neighbour("workspace/custodians/test_receiving.py")
    receiving.quick_locks.__wrapped__(patched)
    ons, moj = receiving.bodies.__wrapped__(folder, patched)
    genuine = receiving.packed(ons, folder / "genuine.zip").read_bytes()
    receiving.receive(moj, folder / "genuine.zip")
    before, rng, found = receiving.lies_there(moj), random.Random(SEED), Outcomes()
    for _ in told(range(count), "mutants tried"):
        hostile = folder / "hostile.zip"
        hostile.write_bytes(mutated(rng, genuine, OF_BYTES))
        try:
            receiving.receive(moj, hostile)
            found.accepted[
                "what was sealed, whole; the change is in the package's own dates or names of fields"
            ] += 1
        except TfLinkageError as refusal:
            assert str(refusal).startswith("hostile.zip"), str(refusal)
            assert "\n" not in str(refusal)
            found.refused[rule_of(str(refusal))] += 1
        assert receiving.lies_there(moj) == before
        assert not list(moj.root.glob(".received*"))
    return found


def linked_files(folder: Path, capsys: pytest.CaptureFixture[str], count: int) -> Outcomes:
    """Mutates one of two files that are linked by the command."""
    rng, found = random.Random(SEED), Outcomes()
    rows = [
        f"{at},Secretname{at % 7},Hiddenly{at % 11},19{50 + at % 40}-0{1 + at % 9}-1{at % 9}" for at in range(60)
    ]
    sound = "\n".join(["id,forename,surname,date_of_birth", *rows]).encode() + b"\n"
    (folder / "right.csv").write_bytes(sound)
    for _ in told(range(count), "mutants tried"):
        (folder / "left.csv").write_bytes(mutated(rng, sound, MUTATIONS))
        words = ["link", str(folder / "left.csv"), str(folder / "right.csv"), "-o", str(folder / "links.csv")]
        code = cli.main(words)
        said = capsys.readouterr().err
        assert code in (0, 2), said
        assert "Traceback" not in said
        assert not quoted(said), said
        assert (folder / "links.csv").exists() is (code == 0)
        last = said.strip().splitlines()[-1]
        (found.refused if code else found.accepted)[rule_of(last) if code else "two tables that can be linked"] += 1
        (folder / "links.csv").unlink(missing_ok=True)
        assert not left_over(folder)
    return found


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    lines: list[str] = []
    yield lines
    with capsys.disabled():
        print("", *lines, sep="\n")


def test_a_share_of_the_mutations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("extracts", "foreign", "packages"):
        (tmp_path / name).mkdir()
    assert extracts(tmp_path / "extracts", 120).refused
    assert foreign(tmp_path / "foreign", 40).refused
    assert drafts(tmp_path / "drafts", 12).total == 12
    assert packages(tmp_path / "packages", monkeypatch, 20).refused


@pytest.mark.slow
def test_all_mutations_of_extracts(tmp_path: Path, said: list[str]) -> None:
    for name in ("extracts", "foreign"):
        (tmp_path / name).mkdir()
    own = extracts(tmp_path / "extracts", 2_000)
    others = foreign(tmp_path / "foreign", 600)
    drafted = drafts(tmp_path / "drafts", 200)
    said += [*own.lines("extracts"), *others.lines("foreign files and mappings"), *drafted.lines("drafts")]
    assert (own.total, others.total, drafted.total) == (2_000, 600, 200)


@pytest.mark.slow
def test_all_mutations_of_packages_and_linked_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: list[str]
) -> None:
    for name in ("packages", "linked"):
        (tmp_path / name).mkdir()
    carried = packages(tmp_path / "packages", monkeypatch, 300)
    linked = linked_files(tmp_path / "linked", capsys, 100)
    said += [*carried.lines("packages"), *linked.lines("linked files")]
    assert (carried.total, linked.total) == (300, 100)
