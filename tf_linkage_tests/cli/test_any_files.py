"""`link` and `deduplicate` on files as people have them: their names, forms and values; nothing is lost."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import itertools
import os
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tf_linkage.cli import main
from tf_linkage.cli.files.columns import mapped, with_ids
from tf_linkage.cli.files.reading import read_file

Run = Callable[..., tuple[int, pl.DataFrame | None, str]]
N = 120
SYLLABLES = ["Bal", "Kor", "Mit", "Ren", "Sov", "Tan"], ["adel", "iso", "oru"], ["ba", "ke", "mi", "no", "ru"]
NAMES = ["".join(parts) for parts in itertools.product(*SYLLABLES)]


def people(number: int = N, start: int = 0) -> pl.DataFrame:
    at = range(start, start + number)
    return pl.DataFrame(
        {
            "id": [str(n) for n in at],
            "forename": [NAMES[n * 7 % 90] for n in at],
            "surname": [NAMES[(n * 11 + 5 + n // 90) % 90] for n in at],
            "date_of_birth": [f"{1940 + n * 13 % 60}-{n % 12 + 1:02d}-{n % 28 + 1:02d}" for n in at],
        }
    )


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `link` or `deduplicate` on tables or files; gives the code, what was written, and what was said."""

    def files(
        *words: object, command: str = "link", output: str = "out.csv"
    ) -> tuple[int, pl.DataFrame | None, str]:
        said: list[str] = []
        for at, word in enumerate(words):
            if isinstance(word, pl.DataFrame):
                path = tmp_path / f"table{at}.csv"
                word.write_csv(path)
                said.append(str(path))
            else:
                said.append(str(word))
        path = tmp_path / output
        code = main([command, *said, "-o", str(path)])
        captured = capsys.readouterr()
        told = captured.err + captured.out
        assert "Traceback" not in told
        return code, pl.read_csv(path, infer_schema=False) if path.exists() else None, told

    return files


def right(links: pl.DataFrame | None) -> int:
    assert links is not None
    return links.filter(pl.col("status") == "link", pl.col("left_id") == pl.col("right_id")).height


NAMED = ("Middle Name", "e-mail", "ethnic/origin", 'a"b', "entity", "left_id", "row", "pair", "x", "decision")


@pytest.mark.parametrize("name", NAMED)
def test_a_column_may_have_any_name(run: Run, tmp_path: Path, name: str) -> None:
    table = people().with_columns(pl.col("surname").str.reverse().alias(name))
    code, links, said = run(table, table, "--compare", name, "--review", tmp_path / "sheet.csv")
    assert code == 0, said
    assert right(links) == N


def test_any_number_of_columns_may_be_compared(run: Run) -> None:
    more = {f"more {n}": [f"v{m * (n + 3) % 17}" for m in range(N)] for n in range(12)}
    table = people().with_columns(**{name: pl.Series(values) for name, values in more.items()})
    code, links, said = run(table, table, "--compare", *more)
    assert code == 0, said
    assert right(links) == N


@pytest.mark.parametrize(
    "names",
    [
        {"forename": "Forename", "surname": "Surname", "date_of_birth": "DOB"},
        {"forename": "first_name", "surname": "last_name", "date_of_birth": "birth_date"},
        {"forename": "given_name", "surname": "family_name", "date_of_birth": "D.O.B."},
    ],
)
def test_usual_names_are_recognised_and_said(run: Run, names: dict[str, str]) -> None:
    table = people().rename(names)
    code, links, said = run(table, table)
    assert code == 0, said
    assert right(links) == N
    assert f"{names['date_of_birth']} is taken for date_of_birth" in said


def test_a_map_may_be_said_in_either_direction(run: Run) -> None:
    table = people().rename({"forename": "col_a", "surname": "col_b"})
    _, one, _ = run(table, table, "--map", "col_a=forename", "col_b=surname")
    _, other, _ = run(table, table, "--map", "forename=col_a", "surname=col_b")
    assert one is not None
    assert one.equals(other)
    code, _, said = run(table, table, "--map", "col_a=fornam")
    assert code == 2
    assert "fornam is no field; did you mean forename?" in said or "fornam is no field" in said


def test_a_full_name_is_taken_apart(run: Run) -> None:
    table = people().select("id", "date_of_birth", full_name=pl.format("{}, {}", "surname", "forename"))
    other = people().select("id", "date_of_birth", full_name=pl.format("Dr {} {}", "forename", "surname"))
    code, links, said = run(table, other)
    assert code == 0, said
    assert right(links) == N


def _parquet(table: pl.DataFrame) -> bytes:
    """With a column of lists, which nobody uses."""
    held = io.BytesIO()
    table.with_columns(tags=pl.lit([["a"]]).list.first()).write_parquet(held)
    return held.getvalue()


@pytest.mark.parametrize(
    ("suffix", "written"),
    [
        (".tsv", lambda table: table.write_csv(separator="\t").encode()),
        (".csv", lambda table: table.write_csv(separator=";").encode()),
        (".csv", lambda table: table.write_csv(separator="|").encode("utf-16")),
        (".csv.gz", lambda table: gzip.compress(table.write_csv().encode())),
        (".txt", lambda table: table.with_columns("é" + pl.col("surname")).write_csv().encode("latin-1")),
        (".parquet", _parquet),
    ],
)  # fmt: skip
def test_files_of_any_usual_form_are_read(
    run: Run, tmp_path: Path, suffix: str, written: Callable[..., bytes]
) -> None:
    path = tmp_path / f"given{suffix}"
    path.write_bytes(written(people()))
    code, links, said = run(path, people())
    assert code == 0, said
    assert right(links) == N


def test_standard_input_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(people().write_csv().encode())))
    code, links, said = run("-", people())
    assert code == 0, said
    assert right(links) == N


def test_what_a_person_filled_in_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    content = "pair,decision,surname\n1,link,A\n2,,B\n"
    for words in (("--review", sheet), ()):
        sheet.write_text(content)
        code, _, said = run(people(), people(), *words, output="out.csv" if words else "sheet.csv")
        assert code == 2
        assert "somebody has filled in 1 decisions there" in said
        assert sheet.read_text() == content


def test_pairs_in_doubt_as_an_encrypted_page_whose_decisions_are_read(run: Run, tmp_path: Path) -> None:
    other = people().with_columns(
        surname=pl.when(pl.int_range(pl.len()) % 9 == 0).then(pl.lit("Quux")).otherwise("surname"),
        forename=pl.when(pl.int_range(pl.len()) % 9 == 0)
        .then(pl.col("forename").str.slice(0, 2))
        .otherwise("forename"),
    )
    page = tmp_path / "doubt.html"
    code, before, said = run(people(), other, "--threshold", "0.999", "--review", page)
    assert code == 0, said
    assert before is not None
    doubtful = before.filter(pl.col("status") == "review")
    assert doubtful.height
    html = page.read_text(encoding="utf-8")
    assert "Quux" not in html
    assert "its key, which is kept nowhere: " in said
    asked = int(re.findall(r"(\d+) pairs in doubt in", said)[0])
    rows = [f"{pair},link,1.5" for pair in range(1, asked + 1)]
    (tmp_path / "doubt.csv").write_text("\n".join(["pair,decision,seconds", *rows]), encoding="utf-8")
    code, after, said = run(people(), other, "--threshold", "0.999", "--decisions", tmp_path / "doubt.csv")
    assert code == 0, said
    assert after is not None
    assert f"{asked:,} pairs confirmed and 0 rejected" in said
    assert after.filter(pl.col("status") == "link").height > before.filter(pl.col("status") == "link").height


@pytest.mark.parametrize(
    "words", [("--map", "Zzelda=forename"), ("--map", "Quirkson=id"), ("--compare", "nothing")]
)
def test_a_first_line_that_is_no_header_is_never_shown(run: Run, tmp_path: Path, words: tuple[str, str]) -> None:
    """Mapped or not: a column called forename by --map makes no header of somebody's record."""
    person = "QQ123456C,Zzelda,Quirkson,1990-05-04,12 Elm Row,id\n"
    for name in ("one.csv", "two.csv"):
        rows = "".join(f"QQ{at:06}C,Ann{at},Lee{at},1980-01-{at:02},{at} Low Road,x{at}\n" for at in range(1, 20))
        (tmp_path / name).write_text(person + rows, encoding="utf-8")
    for command in ("link", "deduplicate"):
        files = [tmp_path / "one.csv", tmp_path / "two.csv"][: 2 if command == "link" else 1]
        _, _, said = run(*files, *words, command=command)
        told = said.replace(words[1], "")
        for value in ("QQ123456C", "Zzelda", "1990-05-04", "12 Elm Row"):
            assert value not in told, (command, said)


def test_where_no_pair_is_in_doubt_there_is_no_sheet(run: Run, tmp_path: Path) -> None:
    code, _, said = run(people(), "--review", tmp_path / "sheet.csv", command="deduplicate")
    assert code == 0, said
    assert "no pair is in doubt, so there is no sheet" in said
    assert not (tmp_path / "sheet.csv").exists()


def test_decisions_are_opened_before_the_work(run: Run, tmp_path: Path) -> None:
    code, links, said = run(people(), people(), "--decisions", tmp_path / "none.csv")
    assert code == 2
    assert links is None
    assert "there is no such file" in said
    assert "candidate pairs" not in said


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what the system answers, since root may write anywhere."""
    (tmp_path / "shut").mkdir()
    really = Path.touch

    def shut(path: Path, *words: int, **more: bool) -> None:
        if path.parent.name == "shut":
            raise PermissionError(13, "Permission denied")
        really(path, *words, **more)

    monkeypatch.setattr(Path, "touch", shut)
    code, _, said = run(people(), people(), output="shut/out.csv")
    assert code == 2
    assert "out.csv: cannot be written (permission denied)" in said
    assert "candidate pairs" not in said


def test_a_full_disk_says_path_and_reason(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    code, links, said = run(people(), people())
    assert code == 2
    assert links is None
    assert "out.csv: no space left on device" in said


def test_each_column_is_accounted_for(run: Run) -> None:
    table = people().with_columns(
        surname=pl.when(pl.col("id") == "3").then(pl.lit("NULL")).when(pl.col("id") == "4").then(None)
        .otherwise("surname"),
    )  # fmt: skip
    _, _, said = run(table, people())
    assert "table0.csv: surname: 118 of 120 read, 1 missing, 1 not understood (placeholders, or no name)" in said
    assert "table0.csv: forename: 120 of 120 read\n" in said


def test_the_order_of_dates_is_said_and_may_be_given(run: Run) -> None:
    american = people().with_columns(pl.col("date_of_birth").str.to_date().dt.strftime("%m/%d/%Y"))
    code, links, said = run(american, people())
    assert code == 0
    assert right(links) == N
    assert "month before day" in said
    _, _, said = run(american, people(), "--dates", "dmy")
    assert "are no days of the calendar" in said


def test_a_file_without_ids_is_linked_by_its_rows(run: Run) -> None:
    code, links, said = run(people().drop("id"), people().drop("id"))
    assert code == 0
    assert right(links) == N
    assert "named by their row" in said


def test_equally_good_partners_are_said_and_never_settled_by_their_ids(run: Run) -> None:
    twice = pl.concat([people(), people(10).with_columns(pl.format("again-{}", "id").alias("id"))])
    code, links, said = run(people(), twice)
    assert code == 0
    assert "10 left records had a second likely partner: 10 linked to none" in said
    assert links is not None
    review = links.filter(pl.col("status") == "review")
    assert review.height == 20
    assert review["match_probability"].cast(pl.Float64).max() <= 0.5
    _, links, said = run(people(), twice, "--kind", "one-to-many")
    assert links is not None
    assert links.filter(pl.col("status") == "link").height == N + 10
    assert "10 linked to several" in said


def test_records_of_one_person_are_found_in_one_file(run: Run, tmp_path: Path) -> None:
    again = people(40).with_columns(pl.format("z{}", "id").alias("id"), pl.col("surname") + "x")
    table = pl.concat([people(), again])
    code, found, said = run(table, "--review", tmp_path / "sheet.csv", command="deduplicate")
    assert code == 0, said
    assert found is not None
    assert found.columns == ["record_id", "person_id", "match_probability", "weakest_link"]
    several = found.filter(pl.col("person_id").is_duplicated())
    assert several["weakest_link"].null_count() == several["match_probability"].null_count() == 0
    assert (several["weakest_link"].cast(float) <= several["match_probability"].cast(float)).all()
    assert found.filter(~pl.col("person_id").is_duplicated())["match_probability"].null_count() == N - 40
    same = found.filter(pl.col("record_id").str.strip_prefix("z") == pl.col("person_id").str.strip_prefix("z"))
    assert same.height == found.height == N + 40
    assert found["person_id"].n_unique() == N
    shuffled = table.sample(fraction=1, shuffle=True, seed=1)
    assert found.equals(run(shuffled, command="dedupe")[1])  # type: ignore[arg-type]


def test_one_pair_is_explained(run: Run) -> None:
    code, _, said = run(people(), people(), "--explain", "3", "3")
    assert code == 0
    assert "date of birth: equal" in said
    assert "probability of one person" in said


@pytest.mark.parametrize("command", ["link", "deduplicate"])
def test_the_report_is_one_page_that_needs_no_network(run: Run, tmp_path: Path, command: str) -> None:
    page = tmp_path / "report.html"
    tables = (
        [people()] * 2
        if command == "link"
        else [pl.concat([people(), people(20).with_columns(("z" + pl.col("id")).alias("id"))])]
    )
    code, _, said = run(*tables, "--report", page, command=command)
    assert code == 0, said
    text = page.read_text()
    for words in (
        "Match weights",
        "Expected precision",
        "date of birth",
        "Typical pairs",
        "120 of" if command == "link" else "140 of",
    ):
        assert words in text
    assert 'src="http' not in text
    assert "<script" not in text
    assert not any(name in text for name in people()["forename"].head(20))


def test_a_parquet_file_read_again_is_the_table_that_was_checked(tmp_path: Path) -> None:
    table = pl.DataFrame(
        {
            "given_name": ["Ann", "  ", None, " Bob "],
            "last_name": pl.Series(["Ash", "Elm", "Ash", None], dtype=pl.Enum(["Ash", "Elm"])),
            "dob": pl.Series([dt.date(1980, 1, 2), None, dt.date(1990, 1, 2), None]),
            "number": [4, 3, 2, 1],
            "lists": [[1], [2], [], None],
        }
    )
    table.write_parquet(tmp_path / "people.parquet")
    (file,), _ = mapped([read_file(tmp_path / "people.parquet")], [], [])
    file, record_id = with_ids(file, None, "--left-id")
    assert file.table.columns == ["forename", "surname", "date_of_birth", "number"]
    assert record_id == "number"
    assert file.again is not None
    assert_frame_equal(file.lazy().collect(), file.table)
    table.drop("lists").write_csv(tmp_path / "people.csv")
    plain = read_file(tmp_path / "people.csv")
    assert_frame_equal(plain.lazy().collect(), plain.table)


def test_what_is_made_of_a_file_is_not_read_again(tmp_path: Path) -> None:
    table = pl.DataFrame({"full_name": ["Ann Ash", "Bob Elm"], "town": ["Leeds", "Leeds"]})
    table.write_parquet(tmp_path / "people.parquet")
    (file,), _ = mapped([read_file(tmp_path / "people.parquet")], [], [])
    assert_frame_equal(file.lazy().collect(), file.table)
    assert {"forename", "surname"} <= set(file.table.columns)
    numbered, record_id = with_ids(replace(file, table=table.select("town"), again=file.again), None, "--left-id")
    assert numbered.lazy().collect()[record_id].to_list() == ["1", "2"]


def test_any_two_records_are_explained(run: Run) -> None:
    """A link, a pair whose records have likelier partners, and one that no rule brought together."""
    other = people().with_columns(pl.col("id").str.replace("^", "r"))
    table = other.with_columns(
        forename=pl.when(pl.col("id") == "r5").then(pl.lit("Quentin")).otherwise("forename"),
        surname=pl.when(pl.col("id") == "r5").then(pl.lit("Xylander")).otherwise("surname"),
        date_of_birth=pl.when(pl.col("id") == "r5").then(pl.lit("1911-11-11")).otherwise("date_of_birth"),
    )
    code, _, said = run(people(), table, "--explain", "3", "r3")
    assert code == 0
    assert "3 and r3: a link" in said
    assert "brought together by: " in said
    code, _, said = run(people(), table, "--explain", "5", "r5")
    assert code == 0
    assert "never compared" in said
    assert "would have compared them, but date of birth differs" in said
    assert "probability of one person 0.0" in said
    # No part that does not apply: no home is compared, and nobody has a family.
    assert "family" not in said.split("bits of evidence")[1]
    # Within one file, in either order.
    codes = [run(table, "--explain", *pair, command="deduplicate") for pair in (("r5", "r7"), ("r7", "r5"))]
    assert [code for code, _, _ in codes] == [0, 0]
    assert codes[0][2] == codes[1][2]


def test_what_is_expected_and_what_nobody_can_know_is_said(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    table = people().with_columns(city=pl.col("surname").str.reverse())
    code, links, said = run(table, table, "--report", page)
    assert code == 0
    assert f"of the {right(links):,} links are right" in said
    assert "no recall" in said
    assert "no recall" in page.read_text()
    assert "--compare city" in said
    assert "add --review SHEET.csv" in said
    assert "--report PAGE.html" not in said


def test_the_sheet_names_the_records_and_counts_what_is_for_review_once(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    again = people(40).with_columns(
        pl.format("z{}", "id").alias("id"), pl.lit(None, pl.String).alias("date_of_birth"), pl.col("surname") + "x"
    )
    table = pl.concat([people(), again])
    code, _, said = run(table, "--review", sheet, "--pairs", tmp_path / "pairs.csv", command="deduplicate")
    assert code == 0
    shown = pl.read_csv(sheet, infer_schema=False)
    assert set(shown["left_id"]) <= set(table["id"])
    pairs = pl.read_csv(tmp_path / "pairs.csv", infer_schema=False)
    reviews = pairs.filter(pl.col("status") == "review").height
    assert set(re.findall(r"([\d,]+) pairs for review", said)) <= {f"{reviews:,}"}
    decided = tmp_path / "decided.csv"
    same = pl.col("left_id").str.strip_prefix("z") == pl.col("right_id").str.strip_prefix("z")
    shown.with_columns(decision=pl.when(same).then(pl.lit("link")).otherwise(pl.lit("non-link"))).write_csv(decided)
    code, people_found, said = run(table, "--decisions", decided, command="deduplicate")
    assert code == 0, said
    assert people_found is not None
    assert people_found["person_id"].n_unique() == N


def test_a_part_of_a_columns_name_finds_it(run: Run) -> None:
    table = people().with_columns(pl.col("surname").str.reverse().alias("phone number"))
    code, _, said = run(table, table, "--compare", "phone")
    assert code == 2
    assert "Did you mean phone number?" in said
