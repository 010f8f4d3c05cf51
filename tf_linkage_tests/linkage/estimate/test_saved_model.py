"""A model trained on one delivery is saved, read and applied to the next."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage import (
    LinkResult,
    SavedModel,
    Settings,
    deduplicate,
    department_model,
    general_model,
    link,
    model_json,
    model_of_json,
    saved_model,
)
from tf_linkage.linkage.estimate.em import Counted
from tf_linkage.linkage.estimate.frequencies import rarity
from tf_linkage.linkage.estimate.saved_model import digest_of
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.comparisons import Role, place_of
from tf_linkage.linkage.model.settings import Training
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import load
from tf_linkage.linkage.tables.records import prepare

FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
MODEL = department_model("dwp", FIELDS)


@pytest.fixture(scope="module")
def trained(village: Any) -> tuple[LinkResult, SavedModel]:
    result = link(village.cohort.lazy(), village.register.lazy(), MODEL)
    return result, saved_model(result, village.register.lazy())


def pairs_of(result: LinkResult) -> set[tuple[str, str]]:
    return set(result.links.filter(pl.col("status") == "link").select("left_id", "right_id").iter_rows())


def resealed(content: dict[str, Any]) -> str:
    """The text of a file under the digest of what it holds."""
    rest = {name: value for name, value in content.items() if name != "digest"}
    return json.dumps(rest | {"digest": digest_of(rest)})


def test_it_is_read_as_it_was_saved(trained: tuple[LinkResult, SavedModel]) -> None:
    result, saved = trained
    assert result.trained is not None
    text = model_json(saved)
    again = model_of_json(text, "model.json")
    assert model_json(again) == text
    assert json.loads(text)["version"] == 1
    for name in ("m", "u"):
        for ours, theirs in zip(getattr(again.trained, name), getattr(result.trained, name), strict=True):
            assert np.array_equal(ours, theirs)
    assert np.array_equal(again.trained.dependence.logs, result.trained.dependence.logs)
    assert again.trained.members.home == result.trained.members.home
    assert again.settings == MODEL.settings


def test_it_can_be_laid_out_otherwise(trained: tuple[LinkResult, SavedModel]) -> None:
    text = model_json(trained[1])
    again = model_of_json(json.dumps(json.loads(text), sort_keys=True), "model.json")
    assert json.loads(model_json(again)) == json.loads(text)


def test_it_names_nobody(village: Any, trained: tuple[LinkResult, SavedModel]) -> None:
    """Values are there exactly if ten people bear them, and no other word of the register is."""
    content = json.loads(model_json(trained[1]))
    held = content["values that 10 people or more bear"]
    assert set(held) == {"forename", "surname", "dob"}
    for field in ("forename", "surname"):
        borne = village.register[field].str.to_uppercase().value_counts()
        common = dict(borne.filter(pl.col("count") >= 10).iter_rows())
        assert held[field]["bearers"] == common
        assert 0 < len(common) < borne.height
    assert all(number >= 10 for one in held.values() for number in one["bearers"].values())
    rest = json.dumps({name: value for name, value in content.items() if "people or more" not in name}).upper()
    for field in ("surname", "postcode", "nino", "dwp_key"):
        assert not any(f'"{value}"' in rest for value in village.register[field].drop_nulls().str.to_uppercase())


def test_ten_rows_of_one_person_are_one_bearer(village: Any, trained: tuple[LinkResult, SavedModel]) -> None:
    rare = village.register.with_columns(pl.lit("Quillfeather").alias("surname")).head(1)
    register = pl.concat([village.register, *[rare] * 12])
    counted = saved_model(trained[0], register.lazy()).trained.counted["surname"]
    assert "QUILLFEATHER" not in counted.bearers
    ten = village.register.head(10).with_columns(
        pl.lit("Quillfeather").alias("surname"), pl.format("Z{}", pl.int_range(pl.len())).alias("dwp_key")
    )
    register = pl.concat([village.register, ten])
    assert saved_model(trained[0], register.lazy()).trained.counted["surname"].bearers["QUILLFEATHER"] == 10


def test_where_a_person_may_be_held_many_times_no_value_is_saved(village: Any) -> None:
    model = dataclasses.replace(MODEL, kind="one-to-many", family_evidence=False)
    result = link(village.cohort.lazy(), village.register.lazy(), model)
    assert saved_model(result, village.register.lazy()).trained.counted == {}


def test_the_same_tables_give_the_same_links(village: Any, trained: tuple[LinkResult, SavedModel]) -> None:
    result, saved = trained
    lines: list[str] = []
    again = link(village.cohort.lazy(), village.register.lazy(), MODEL, learnt=saved, progress=lines.append)
    assert not any(line.startswith("trained") for line in lines)
    assert pairs_of(again) == pairs_of(result)


Delivery = tuple[pl.DataFrame, pl.DataFrame]


def deliveries(village: Any, seed: int) -> list[Delivery]:
    """Two deliveries: each has seven tenths of the families and nine tenths of the register, at random."""
    draw = np.random.default_rng(seed)
    families = village.cohort["family_id"].unique().sort()
    found = []
    for _ in range(2):
        asked = families.filter(pl.Series(draw.random(families.len()) < 0.7))
        held = pl.Series(draw.random(village.register.height) < 0.9)
        cohort = village.cohort.filter(pl.col("family_id").is_in(asked.implode()))
        found.append((cohort, village.register.filter(held)))
    return found


def links_of(tables: Delivery, learnt: SavedModel | None = None) -> LinkResult:
    return link(tables[0].lazy(), tables[1].lazy(), MODEL, learnt=learnt)


def moved(before: LinkResult, after: LinkResult, both: list[Delivery]) -> int:
    """Links between records that stand in both deliveries which only one of two linkages made."""
    asked, held = (
        set(both[0][side][name]) & set(both[1][side][name]) for side, name in ((0, "request_ref"), (1, "dwp_key"))
    )
    return sum(left in asked and right in held for left, right in pairs_of(before) ^ pairs_of(after))


def test_links_move_no_more_than_with_retraining(village_of: Callable[..., Any]) -> None:
    """Over four villages, and as many of the next delivery's links are found and right."""
    anew = applied = 0
    errors = {"anew": 0, "applied": 0}
    for seed in (3, 5, 11, 13):
        village = village_of(seed=seed, moves=0.3)
        first, then = both = deliveries(village, seed)
        before = links_of(first)
        saved = model_of_json(model_json(saved_model(before, first[1].lazy())), "model.json")
        results = {"anew": links_of(then), "applied": links_of(then, saved)}
        anew += moved(before, results["anew"], both)
        applied += moved(before, results["applied"], both)
        held = set(then[1]["dwp_key"])
        there = {pair for pair in village.truth if pair[0] in set(then[0]["request_ref"]) and pair[1] in held}
        for name, result in results.items():
            errors[name] += len(pairs_of(result) ^ there)
    assert applied <= anew
    assert errors["applied"] <= errors["anew"] + 2


def test_common_values_count_as_they_were_saved_and_others_as_they_stand() -> None:
    """Of a surname that 500 of 10,000 bore, in a register of four where it is met once; u is .005."""
    columns = {"date_of_birth": ["1980-01-01"] * 3, "surname": ["Smith", "Quill", None]}
    left = pl.LazyFrame({"id": ["a", "b", "c"], **columns})
    held = {"date_of_birth": ["1980-01-01"] * 4, "surname": ["Smith", "Quill", "Quill", "Ash"]}
    right = pl.LazyFrame({"id": ["a", "b", "c", "d"], **held})
    model = general_model(["id", *columns], ["id", *columns])
    place = place_of(model.comparisons, Role.SURNAME)
    assert place is not None
    comparison = model.comparisons[place]
    u = np.full(len(comparison.levels), 0.005)
    with connected(Limits()) as connection:
        tables = load(connection, prepare(left, right, model), model)
        plainly = rarity(tables, comparison, u, 1.0).bits
        saved = rarity(tables, comparison, u, 1.0, Counted({"SMITH": 500}, 10_000)).bits
    unseen = min(model.settings.training.unseen, 10_000 * 0.005)
    assert math.isclose(saved[0], math.log2(0.005 / ((500 - 1 + unseen) / 10_000)))
    assert saved[0] != plainly[0]
    assert saved[1] == plainly[1]
    assert saved[2] == plainly[2] == 0


def test_the_prior_follows_the_register(trained: tuple[LinkResult, SavedModel]) -> None:
    saved = trained[1]
    assert math.isclose(saved.applied(MODEL, 1000).prior, saved.links / 1000)
    assert saved.applied(MODEL, 1).prior <= MODEL.settings.training.most


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda content: content | {"version": 2}, "of another version than 1"),
        (lambda content: content | {"nickname": 1}, "a field that version 1 does not have"),
        (
            lambda content: {k: v for k, v in content.items() if k != "floor"},
            "a field that version 1 does not have",
        ),
        (lambda content: content | {"settings": {**content["settings"], "more": {}}}, "does not have"),
        (lambda content: content | {"links of a left record": -1.0}, "does not have"),
        (lambda content: content | {"format": "another"}, "not a model that was saved"),
    ],
)
def test_what_is_no_such_file_is_refused_in_a_sentence(
    trained: tuple[LinkResult, SavedModel], change: Callable[[dict[str, Any]], dict[str, Any]], why: str
) -> None:
    with pytest.raises(LinkageRefused) as refusal:
        model_of_json(resealed(change(json.loads(model_json(trained[1])))), "model.json")
    assert str(refusal.value).startswith("model.json: ")
    assert why in str(refusal.value)
    assert "\n" not in str(refusal.value)


@given(data=st.data())
def test_an_edited_number_is_noticed_wherever_it_stands(
    trained: tuple[LinkResult, SavedModel], data: st.DataObject
) -> None:
    lines = model_json(trained[1]).split("\n")
    numbered = [at for at, line in enumerate(lines) if any(figure in line for figure in "123456789")]
    at = data.draw(st.sampled_from(numbered))
    figure = next(one for one in "123456789" if one in lines[at])
    lines[at] = lines[at].replace(figure, str(int(figure) % 9 + 1), 1)
    with pytest.raises(LinkageRefused):
        model_of_json("\n".join(lines), "model.json")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', "NaN"])
def test_what_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(LinkageRefused, match="not a model that was saved"):
        model_of_json(text, "model.json")


def test_other_columns_or_settings_are_refused(village: Any, trained: tuple[LinkResult, SavedModel]) -> None:
    saved = trained[1]
    fewer = department_model("dwp", FIELDS[:-1])
    with pytest.raises(LinkageRefused, match=r"postcode, nino; here forename, .*, postcode are compared"):
        link(village.cohort.lazy(), village.register.lazy(), fewer, learnt=saved)
    other = dataclasses.replace(MODEL, settings=Settings(training=Training(few=31)))
    with pytest.raises(LinkageRefused, match="by other levels, rules or settings"):
        saved.applied(other, 10)


def test_rules_of_ones_own_cannot_be_told_from_columns(trained: tuple[LinkResult, SavedModel]) -> None:
    saved = trained[1]
    assert saved.model().blocking_rules == MODEL.blocking_rules
    with pytest.raises(LinkageRefused, match="by other rules"):
        dataclasses.replace(saved, compared="another").model()


def test_engines_that_train_anew_refuse_it(village: Any, trained: tuple[LinkResult, SavedModel]) -> None:
    with pytest.raises(LinkageRefused, match="trains its own model"):
        link(village.cohort.lazy(), village.register.lazy(), MODEL, engine="recordlinkage", learnt=trained[1])
    other = dataclasses.replace(trained[0], engine="recordlinkage")
    with pytest.raises(LinkageRefused, match="engines 'duckdb' and 'spark' save one and apply it"):
        saved_model(other, village.register.lazy())
    with pytest.raises(LinkageRefused, match="nothing was learnt"):
        saved_model(dataclasses.replace(trained[0], trained=None), village.register.lazy())


def test_further_columns_keep_what_their_values_are(febrl4: Any) -> None:
    model = general_model(febrl4.left.columns, febrl4.right.columns, ["suburb"])
    result = link(febrl4.left.lazy(), febrl4.right.lazy(), model)
    saved = model_of_json(model_json(saved_model(result, febrl4.right.lazy())), "model.json")
    assert saved.kinds == (("suburb", "name"),)
    assert "x_suburb" not in saved.trained.counted
    again = link(febrl4.left.lazy(), febrl4.right.lazy(), model, learnt=saved)
    assert pairs_of(again) == pairs_of(result)


def test_one_table_has_no_model_to_save(village: Any) -> None:
    columns = village.register.columns
    model = general_model(columns, columns, left_id="dwp_key", right_id="dwp_key")
    found = deduplicate(village.register.lazy(), model)
    with pytest.raises(LinkageRefused, match="two tables"):
        saved_model(found.result, village.register.lazy())
