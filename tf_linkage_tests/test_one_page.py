"""The study on one page: it opens in Dagster, its links are right, and its figures notice when they are not."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import dagster as dg
import polars as pl
import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "examples" / "one_page" / "one_page.py"
ASSETS = {"population", "council", "dwp", "moj", "dfe", "links", "linked", "metrics", "truth"}


@pytest.fixture(scope="module")
def page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("one_page", PAGE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["one_page"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(page: ModuleType) -> dict[str, pl.DataFrame]:
    result = dg.materialize(list(page.defs.assets))
    assert result.success
    return {name: result.output_for_node(name) for name in ASSETS}


def test_it_is_one_page_of_nine_assets() -> None:
    assert len(PAGE.read_text(encoding="utf-8").splitlines()) < 200


def test_dagster_opens_it() -> None:
    dagster = Path(sys.executable).with_name("dagster")
    subprocess.run([dagster, "definitions", "validate", "-f", PAGE], check=True, capture_output=True)


def test_each_asset_names_the_room_that_does_it_properly(page: ModuleType) -> None:
    specs = {spec.key.to_user_string(): spec for spec in page.defs.resolve_all_asset_specs()}
    assert set(specs) == ASSETS
    for name, spec in specs.items():
        rooms = re.findall(r"`([a-z_./]+)`", str(spec.description))
        assert rooms, name
        for room in rooms:
            assert (ROOT / room).exists() or (ROOT / "tf_linkage" / room).exists(), (name, room)


def test_links_are_right_and_most_are_found(page: ModuleType, made: dict[str, pl.DataFrame]) -> None:
    links, truth = made["links"], made["truth"]
    for body in ("dwp", "moj", "dfe"):
        linked = set(links.filter(pl.col("department") == body).select("council_key", "key").rows())
        true = set(truth.filter(pl.col("department") == body).select("council_key", "key").rows())
        assert len(linked & true) / len(linked) >= 0.98
        assert len(linked & true) / len(true) >= 0.95
        assert made["metrics"].row(by_predicate=pl.col("department") == body, named=True) == {
            "department": body,
            "linked": len(linked),
            "true": len(true),
            "right": len(linked & true),
            "precision": len(linked & true) / len(linked),
            "recall": len(linked & true) / len(true),
        }
    # A world in which nobody's surname, date and postcode are written alike must lose most links.
    worn = made["dwp"].with_columns(
        pl.col("date_of_birth").dt.offset_by("1d"), surname=pl.col("surname").str.reverse(), postcode=pl.lit("X")
    )
    assert page.link(made["council"], worn, "dwp").height < 0.1 * made["dwp"].height


def test_the_truth_is_of_those_who_are_in_both_tables(made: dict[str, pl.DataFrame]) -> None:
    truth = made["truth"]
    assert set(truth["council_key"]) <= set(made["council"]["council_key"])
    for body in ("dwp", "moj", "dfe"):
        held = truth.filter(pl.col("department") == body).join(
            made[body], left_on="key", right_on=f"{body}_key", validate="1:1"
        )
        assert held.height == truth.filter(pl.col("department") == body).height
        both = held.join(made["council"], on="council_key", suffix="_asked", validate="1:1")
        assert (both["date_of_birth"] == both["date_of_birth_asked"]).mean() > 0.9


def test_figures_of_links_by_hand(page: ModuleType) -> None:
    truth = pl.DataFrame({"department": ["dwp"] * 4, "council_key": list("abcd"), "key": list("1234")})
    links = pl.DataFrame({"department": ["dwp"] * 3, "council_key": list("abc"), "key": list("124")})
    figures = page.metrics(links, truth).value.row(0, named=True)
    assert (figures["precision"], figures["recall"]) == pytest.approx((2 / 3, 2 / 4))


def test_researchers_see_no_name_and_no_key(page: ModuleType, made: dict[str, pl.DataFrame]) -> None:
    linked, links = made["linked"], made["links"]
    assert linked.columns == ["study_ref", "gender", "born", "out_of_work", "convicted", "often_absent"]
    assert linked.height == made["council"].height
    for body, event in {"dwp": "out_of_work", "moj": "convicted", "dfe": "often_absent"}.items():
        assert linked[event].count() == links.filter(pl.col("department") == body).height
        register = made[body].join(
            links.filter(pl.col("department") == body), left_on=f"{body}_key", right_on="key"
        )
        assert linked[event].sum() == register[event].sum()
