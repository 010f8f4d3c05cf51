"""Which further columns may be compared, what is said of those that are not, and pairs that cannot be explained."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tf_linkage.cli import main

FORENAMES = ("Ada", "Ben", "Cleo", "Dov", "Eve", "Finn", "Gus", "Hana", "Ivo", "Jun", "Kit", "Lea")


def people(number: int = 60) -> pl.DataFrame:
    at = pl.int_range(number, eager=True)
    return pl.DataFrame(
        {
            "id": at.cast(pl.String),
            "forename": [FORENAMES[n % 12] for n in at],
            "surname": [
                f"{['Bal', 'Kor', 'Mit', 'Ren', 'Sov'][n // 12]}{['ade', 'iso', 'oru'][n % 3]}" for n in at
            ],
            "date_of_birth": [f"{1940 + n}-{n % 12 + 1:02d}-{n % 28 + 1:02d}" for n in at],
        }
    )


def whole_names(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(display=pl.format("{}, {} Esq.", pl.col("surname").str.to_uppercase(), "forename"))


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def files(command: str, tables: list[pl.DataFrame], *words: str) -> tuple[int, str]:
        paths = []
        for at, table in enumerate(tables):
            table.write_csv(tmp_path / f"table{at}.csv")
            paths.append(str(tmp_path / f"table{at}.csv"))
        code = main([command, *paths, "-o", str(tmp_path / "out.csv"), *words])
        captured = capsys.readouterr()
        return code, captured.err + captured.out

    return files


def test_a_column_that_repeats_others_is_refused_by_name(run) -> None:  # type: ignore[no-untyped-def]
    code, said = run("deduplicate", [whole_names(people())], "--compare", "display")
    assert code == 2
    assert "--compare display: in most rows it says again what forename and surname say" in said
    assert "Ada" not in said


def test_one_further_column_that_repeats_another_is_refused(run) -> None:  # type: ignore[no-untyped-def]
    towns = ["Leeds", "York", "Hull"] * 20
    table = people().with_columns(town=pl.Series(towns), place=pl.Series([f"{town} City" for town in towns]))
    code, said = run("deduplicate", [table], "--compare", "town", "place")
    assert code == 2
    assert "--compare place: in most rows it says again what town says" in said


def test_columns_of_their_own_are_compared_and_so_are_addresses_made_of_names(run) -> None:  # type: ignore[no-untyped-def]
    """An e-mail address holds a name and yet tells one person from a namesake."""
    table = people().with_columns(
        town=pl.Series(["Leeds", "York", "Hull", "Bath", "Ely"] * 12),
        email=pl.format(
            "{}.{}@example.org", pl.col("forename").str.to_lowercase(), pl.col("surname").str.to_lowercase()
        ),
    )
    code, said = run("deduplicate", [table], "--compare", "town", "email")
    assert code == 0, said


def test_what_names_the_records_is_no_evidence(run) -> None:  # type: ignore[no-untyped-def]
    code, said = run("deduplicate", [people()], "--compare", "id")
    assert code == 2
    assert "--compare id: this column names the records" in said


def test_columns_of_one_file_alone_and_whole_names_are_accounted_for(run) -> None:  # type: ignore[no-untyped-def]
    left = people().with_columns(gender=pl.lit("F"), full_name=pl.lit("x y"))
    right = people().with_columns(town=pl.lit("Leeds"), full_name=pl.lit("x y"))
    code, said = run("link", [left, right])
    assert code == 0
    assert "in one file alone, and so not compared: table0.csv gender; table1.csv town" in said
    assert "full_name is not compared: forename and surname are" in said


def test_a_column_of_one_file_alone_says_which_has_it(run) -> None:  # type: ignore[no-untyped-def]
    code, said = run("link", [people(), people().with_columns(town=pl.lit("Leeds"))], "--compare", "town")
    assert code == 2
    assert "table0.csv has no column 'town' (table1.csv has; both must)" in said


def test_a_pair_of_which_a_record_is_not_there_is_refused_before_the_work(run) -> None:  # type: ignore[no-untyped-def]
    code, said = run("deduplicate", [people()], "--explain", "0", "9999")
    assert code == 2
    assert "--explain: table0.csv has no record 9999" in said
    assert "records are" not in said.replace("records are named", "")


def test_one_file_twice_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "table.csv"
    people().write_csv(path)
    assert main(["link", str(path), str(path), "-o", str(tmp_path / "links.csv")]) == 0
    assert "both files are the same: deduplicate says" in capsys.readouterr().err


def test_what_is_left_is_offered_as_it_is_typed_and_nothing_that_would_be_refused(run) -> None:  # type: ignore[no-untyped-def]
    table = people().with_columns(
        pl.col("surname").str.reverse().alias("Home town"),
        postcode_fake=pl.lit("E1 1AA"),
        both=pl.format("{} {}", "forename", "surname"),
    )
    code, said = run("deduplicate", [table])
    assert code == 0
    assert "add: --map postcode_fake=postcode" in said
    assert "add: --compare 'Home town'\n" in said
    code, _ = run("deduplicate", [table], "--map", "postcode_fake=postcode", "--compare", "Home town")
    assert code == 0


def test_a_placeholder_may_be_one_columns_alone(run) -> None:  # type: ignore[no-untyped-def]
    table = people().with_columns(
        town=pl.Series(["Child", "York"] * (people().height // 2)),
        surname=pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("Child")).otherwise("surname"),
    )
    code, said = run("deduplicate", [table], "--compare", "town", "--placeholder", "town=CHILD")
    assert code == 0, said
    assert f"town: {table.height // 2} of {table.height} read" in said
    assert f"surname: {table.height} of {table.height} read" in said
