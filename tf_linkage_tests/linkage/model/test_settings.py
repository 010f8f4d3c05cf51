"""Every number of a linkage is a setting: bounded, explained, part of the digest, and read."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import tf_linkage.linkage
from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage import (
    LinkResult,
    Settings,
    deduplicate,
    department_model,
    find_duplicates,
    general_model,
    link,
)
from tf_linkage.linkage.model.settings import (
    Blocking,
    Group,
    Review,
    Similarity,
    Training,
    described,
)
from tf_linkage.linkage.review.answers import answers_of
from tf_linkage.linkage.review.applied import with_answers
from tf_linkage.linkage.review.sheets import review_sheet, simulated_answers

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
MODEL = department_model("dwp", FIELDS)
EVERY = [name for name, *_ in described()]
ROOM = Path(tf_linkage.linkage.__file__).parent

NO_SETTING = {
    "MISSING": "the code of what is unknown",
    "BAND": "how codes are packed for the toolkit",
    "UNSEEN": "a code that no level has",
    "LEVELS_TO_TELL": "how the toolkit lays out its columns",
    "_BORN": "an axis of an array",
    "BORNE_BY": "whom a saved model may not name",
    "MOST_SHOWN": "how many others of a home a clerk sees",
    "THIRD": "the number of a reviewer",
    "MOST_TOLD": "how many rows an error names",
    "DECIMALS": "the last bits of a sum, which must decide nothing",
    "NOTHING": "what an explanation leaves out",
    "_BITS": "the width of a number",
    "_MOST": "how values are written, not what links look like",
    "_HALF": "the same",
    "_SMALL": "which of two ways is taken to one answer",
    "VERSION": "of a file's form",
    "SECRET_BYTES": "the width of a key",
    "_BYTES_A_PLACE": "how a digest is taken apart",
    "_MOST_PLACES": "how much of it there is",
    "_TIE": "the last bits of a sum, which must decide nothing",
    "BATCH": "rows that are read at one time; the outcome does not depend on it, which is tested",
    "_LOADED": "rows that are handed to DuckDB at one time; the same",
    "_STREAMED": "rows of the right table that are blocked at one time; the same",
    "_WEIGHED": "pairs in memory at one time, whatever they are",
    "_COMPARED": "pairs that are compared at one time; the same",
    "PORT": "where a cluster answers",
    "SENT": "rows that are sent to a cluster at one time; the outcome does not depend on it, which is tested",
    "_BROADCAST": "rows from which a cluster joins another way to one answer",
    "_PATIENCE": "seconds in which a cluster must answer",
    "_PROBES": "how many tasks look at a cluster's workers",
    "_READ": "pairs that a thread reads at one time; the same",
}
"""Numbers at the top of a module that say nothing about links, each with the reason."""


def numbers_in(text: str) -> Iterator[str]:
    """Names that a module binds, outside functions and classes, to a number or to several at once."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        parts = list(value.elts) if isinstance(value, (ast.Tuple, ast.List, ast.Set)) else [value]
        if parts and all(_numeric(part) for part in parts):
            yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))


def _numeric(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _numeric(node.operand)
    if isinstance(node, ast.BinOp):
        return _numeric(node.left) and _numeric(node.right)
    return isinstance(node, ast.Constant) and type(node.value) in {int, float}


def test_no_number_stands_outside_the_settings() -> None:
    found = {name: path for path in ROOM.rglob("*.py") for name in numbers_in(path.read_text())}
    assert {name: path.name for name, path in found.items() if name not in NO_SETTING} == {}
    assert set(NO_SETTING) == set(found)


def test_a_number_would_be_seen() -> None:
    text = "A = 3\nB: float = -1e-9\nC, D = 2, 10**6\n_E: Final = (1, 2)\nF = 'x'\nG = (1, 'a')\nH = True\n"
    assert list(numbers_in(text)) == ["A", "B", "C", "D", "_E"]


def changed(name: str, value: float) -> Settings:
    group, one = name.split(".")
    settings = Settings()
    return dataclasses.replace(settings, **{group: dataclasses.replace(getattr(settings, group), **{one: value})})


def other(name: str) -> float:
    """Another value within the setting's bounds."""
    group, one = name.split(".")
    meta = next(field for field in dataclasses.fields(getattr(Settings(), group)) if field.name == one)
    value: float = meta.default  # type: ignore[assignment]
    if isinstance(value, int):
        return value + 1
    return value * 0.99 if value * 0.99 >= meta.metadata["least"] else value * 1.01


@pytest.mark.parametrize("name", EVERY)
def test_a_setting_changes_the_digest(name: str) -> None:
    before = MODEL.digest()
    assert dataclasses.replace(MODEL, settings=changed(name, other(name))).digest() != before
    assert department_model("dwp", FIELDS, settings=changed(name, other(name))).digest() != before


@pytest.mark.parametrize("name", EVERY)
def test_a_setting_has_bounds_a_unit_and_a_reason(name: str) -> None:
    group, one = name.split(".")
    field = next(field for field in dataclasses.fields(getattr(Settings(), group)) if field.name == one)
    assert field.metadata["least"] <= field.default <= field.metadata["most"]
    assert field.metadata["unit"]
    assert len(field.metadata["reason"]) > 3
    for wrong in (field.metadata["least"] - 1, field.metadata["most"] * 2 + 1, "1", None, True, float("nan")):
        with pytest.raises(LinkageRefused, match=f"setting {group.replace('_', '')}.{one}"):
            changed(name, wrong)  # type: ignore[arg-type]


def test_what_is_no_group_and_what_is_not_whole_is_refused() -> None:
    with pytest.raises(LinkageRefused, match=r"settings\.training must be a Training"):
        Settings(training=Blocking())  # type: ignore[arg-type]
    with pytest.raises(LinkageRefused, match="must be a whole number"):
        Training(few=30.5)  # type: ignore[arg-type]
    with pytest.raises(LinkageRefused, match="must not be above"):
        Similarity(alike=0.8)


def test_every_setting_is_read(village: Any, reviewed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """By some engine, by the review or within one table: a number that nobody reads is no setting."""
    read: set[str] = set()
    plain = object.__getattribute__
    groups = {type(getattr(Settings(), field.name)): field.name for field in dataclasses.fields(Settings)}

    def seen(group: Group, name: str) -> Any:
        read.add(f"{groups[type(group)]}.{name}")
        return plain(group, name)

    cohort, register = village.cohort.lazy(), village.register.lazy()
    _, sheet, truth = reviewed
    monkeypatch.setattr(Group, "__getattribute__", seen)
    for engine in ("duckdb", "recordlinkage"):
        link(cohort, register, MODEL, engine=engine)
    find_duplicates(village.cohort.lazy(), (village.cohort.columns[1],))
    of_anybody = general_model(village.cohort.columns, village.register.columns, left_id=MODEL.left_id,
                               right_id=MODEL.right_id)  # fmt: skip
    link(cohort, register, of_anybody)
    of_one = general_model(
        village.cohort.columns, village.cohort.columns, left_id=MODEL.left_id, right_id=MODEL.left_id
    )
    deduplicate(cohort, of_one)
    result: LinkResult = reviewed[0]
    review_sheet(result, cohort, register)
    answers = {"one": simulated_answers(sheet, truth, reviewer=1, wrong=0)}
    with_answers(result, answers_of(answers, sheet))
    # What the simulated clerks are asked by default is read from the class.
    assert set(EVERY) - read == {"review.wrong", "review.unsure"}
    assert simulated_answers.__kwdefaults__ == {"wrong": Review.wrong, "unsure": Review.unsure}


LINKED = (
    changed("similarity.alike", 0.99),
    Settings(similarity=Similarity(alike=0.8, close=0.7)),
    changed("blocking.wide", 0),
    changed("sampling.seed", 7),
    changed("sampling.random_pairs", 1000),
    changed("sampling.people_named", 100),
    changed("sampling.records_at_home", 300),
    changed("training.most_rounds", 1),
    changed("training.steady", 0.05),
    Settings(training=Training(stray=0.0, wrong=0.001)),
    changed("training.floor", 1e-4),
    changed("training.few", 100_000),
    changed("training.smoothing", 100.0),
    changed("households.largest", 3),
    changed("households.few", 100_000),
    changed("households.smoothing", 500.0),
    changed("names.others", 0.9),
    changed("names.years", 40),
    changed("names.half_way", 50.0),
    changed("strata.years", 50),
    changed("strata.few", 5),
    changed("certain.posterior", 0.9),
    changed("certain.free", 0.9),
    changed("certain.strangers", 0.9),
    changed("certain.unseen", 50.0),
    changed("family.largest", 2),
    changed("resolution.near", 40.0),
)


def weighed(village: Any, settings: Settings) -> pl.DataFrame:
    model = dataclasses.replace(MODEL, settings=settings)
    return link(village.cohort.lazy(), village.register.lazy(), model).weighed.drop("stage")


def test_a_setting_moves_what_comes_out(village: Any) -> None:
    usual = weighed(village, Settings())
    assert usual.equals(weighed(village, Settings()))
    assert [one for one in LINKED if usual.equals(weighed(village, one))] == []
