"""Files hashed by two parties and linked by a third: right links, no name in a file, nothing else taken."""

from __future__ import annotations

import dataclasses
import io
import json
import stat
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.cli import main
from tf_linkage.linkage.hashed import Bloom, HashingKey, hash_matchkeys, hash_table, model_of, packed, unpacked
from tf_linkage.linkage.hashed.packed import MARK

FORENAMES = ("Amelia", "Benjamin", "Caroline", "Dominic", "Eleanor", "Frederick", "Georgina", "Humphrey")
SURNAMES = ("Archer", "Baker", "Cooper", "Dyer", "Fisher", "Glover", "Hunter", "Mason")
FIELDS = ("forename", "surname", "date_of_birth", "postcode")
PEOPLE = 120


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files of the same people, of whom one in twelve is misspelt on the right, and two shares of a key."""
    rows = [
        {"ref": f"a{i:03}", "forename": FORENAMES[i % 8], "surname": SURNAMES[i // 8 % 8],
         "date_of_birth": f"{1940 + i // 2}-0{1 + i % 9}-1{i % 9}", "postcode": f"N{1 + i % 8} {1 + i % 7}AA"}
        for i in range(PEOPLE)
    ]  # fmt: skip
    left = pl.DataFrame(rows)
    wrong = pl.int_range(pl.len()) % 12 == 5
    right = left.select(
        pl.lit("b").add(pl.col("ref").str.slice(1)).alias("key"),
        # A letter too many takes no pair of letters away: under any key filters share nine tenths of their bits.
        pl.when(wrong)
        .then(pl.col("forename") + pl.col("forename").str.tail(1))
        .otherwise("forename")
        .alias("given_name"),
        "surname",
        pl.col("date_of_birth").alias("dob"),
        pl.when(wrong).then(pl.lit("S9 9ZZ")).otherwise("postcode").alias("postcode"),
    ).reverse()
    left.write_csv(tmp_path / "left.csv")
    right.write_csv(tmp_path / "right.csv")
    for name in ("one", "other"):
        assert main(["make-hashing-key", "-o", str(tmp_path / f"{name}.key")]) == 0
    return tmp_path


def hash_file(folder: Path, side: str, on: str, *more: str, study: str = "families") -> int:
    keys = [str(folder / f"{name}.key") for name in ("one", "other")]
    out = str(folder / f"{side}.parquet")
    ids = {"left": "ref", "right": "key"}[side]
    return main(
        ["hash", str(folder / f"{side}.csv"), "-o", out, "--linkage-on", on, "--id", ids, "--study", study, "--key",
         *keys, *more]
    )  # fmt: skip


def link_files(folder: Path) -> int:
    paths = [str(folder / f"{side}.parquet") for side in ("left", "right")]
    return main(["link-hashed", *paths, "-o", str(folder / "links.csv")])


@pytest.mark.parametrize("on", ["hashes", "hashes+bloom", "matchkeys"])
def test_two_hash_and_a_third_links(folder: Path, on: str) -> None:
    assert hash_file(folder, "left", on) == hash_file(folder, "right", on) == 0
    for name in ("left.csv", "right.csv", "one.key", "other.key"):
        (folder / name).rename(folder / f"away_{name}")
    assert link_files(folder) == 0
    links = pl.read_csv(folder / "links.csv").filter(pl.col("status") == "link")
    assert (links["left_id"].str.slice(1) == links["right_id"].str.slice(1)).all()
    assert links.height >= PEOPLE - PEOPLE // 12
    if on == "hashes+bloom":
        assert links.height == PEOPLE, "filters see through a letter that is wrong"


@pytest.mark.parametrize("on", ["hashes", "hashes+bloom", "matchkeys"])
def test_no_value_is_in_a_hashed_file(folder: Path, on: str) -> None:
    assert hash_file(folder, "left", on) == 0
    given = pl.read_csv(folder / "left.csv").select(pl.exclude("ref").cast(pl.String))
    values = {value.upper() for column in given for value in column}
    made = pl.read_parquet(folder / "left.parquet")
    held = {str(value).upper() for column in made.drop("record_id") for value in column.drop_nulls()}
    assert held
    assert not any(value in text for value in values for text in held)
    about = json.loads(pl.read_parquet_metadata(folder / "left.parquet")[MARK])
    assert set(about) == {"version", "linkage_on", "key", "fields", "bloom"}


def test_a_key_is_its_owners_and_never_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = folder / "one.key"
    before = key.read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert before != (folder / "other.key").read_text()
    assert main(["make-hashing-key", "-o", str(key)]) == 2
    assert key.read_text() == before
    said = capsys.readouterr().err
    assert "never written over" in said
    assert before.strip() not in said


def test_what_cannot_be_linked_is_refused_in_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hash_file(folder, "left", "hashes") == 0
    for more, why in (
        ({"study": "others"}, "different keys"),
        ({"on": "matchkeys"}, "one table holds hashes, the other matchkeys"),
        ({"fields": ("--fields", "forename", "surname")}, "the other of forename, surname; hash both anew"),
    ):
        assert hash_file(
            folder, "right", str(more.get("on", "hashes")), *more.get("fields", ()),
            study=str(more.get("study", "families")),
        ) == 0  # fmt: skip
        capsys.readouterr()
        assert link_files(folder) == 2
        assert why in capsys.readouterr().err
        assert not (folder / "links.csv").exists()


def test_bad_input_to_hash_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.key").write_text("Amelia Archer")
    left, out = str(folder / "left.csv"), str(folder / "out.parquet")
    base = ["hash", left, "-o", out, "--linkage-on", "hashes", "--study", "s"]
    one, bad = (str(folder / name) for name in ("one.key", "bad.key"))
    for more, why in (
        (["--key", bad], "not a key"),
        (["--key", str(folder / "none.key")], "make-hashing-key makes a key"),
        (["--key", one, one], "same share"),
        (["--key", one, "--id", "surname"], "ids are not hashed"),
        (["--key", one, "--fields", "nino", "surname"], "no column nino"),
    ):
        assert main([*base, *more]) == 2
        said = capsys.readouterr().err
        assert why in said
        assert "Amelia" not in said
    assert not Path(out).exists()


def test_records_without_ids_are_named_by_their_row(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "out.parquet"
    words = ["hash", str(folder / "left.csv"), "-o", str(out), "--linkage-on", "hashes", "--study", "s"]
    assert main([*words, "--key", str(folder / "one.key")]) == 0
    assert set(pl.read_parquet(out)["record_id"]) == {str(i) for i in range(1, PEOPLE + 1)}
    assert "named by their row" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        (lambda frame: frame.with_columns(surname=pl.lit("ARCHER")), "column surname holds what is no hash"),
        (lambda frame: frame.with_columns(diagnosis=pl.lit("0" * 32)), "no table of hashes of its fields has"),
        (lambda frame: frame.drop("record_id"), "no table of hashes"),
        (lambda frame: frame.with_columns(bloom_surname=pl.lit(b"ARCHER")), "bloom_surname holds what is no hash"),
    ],
)
def test_a_file_that_holds_anything_else_is_refused(folder: Path, spoilt: object, why: str) -> None:
    from tf_linkage.errors import LinkageRefused

    assert hash_file(folder, "left", "hashes+bloom") == 0
    path = folder / "left.parquet"
    about = pl.read_parquet_metadata(path)
    held = io.BytesIO()
    spoilt(pl.read_parquet(path)).write_parquet(held, metadata={MARK: about[MARK]})  # type: ignore[operator]
    with pytest.raises(LinkageRefused, match=why) as refusal:
        unpacked(held.getvalue(), "left.parquet")
    assert "ARCHER" not in str(refusal.value)


@pytest.mark.parametrize(
    "about",
    [
        '{"version": 2}',
        "[]",
        "no JSON",
        '{"version": 1, "linkage_on": "clear", "key": "00ff00ff00ff00ff", "fields": [], "bloom": null}',
        '{"version": 1, "linkage_on": "hashes", "key": "x", "fields": ["surname"], "bloom": null}',
        '{"version": 1, "linkage_on": "hashes+bloom", "key": "00ff00ff00ff00ff", '
        '"fields": ["surname", "forename"], "bloom": {"size": 3}}',
        '{"version": 1, "linkage_on": "hashes", "key": "00ff00ff00ff00ff", '
        '"fields": ["height", "x"], "bloom": null}',
    ],
)
def test_a_file_that_says_nonsense_of_itself_is_refused(about: str) -> None:
    from tf_linkage.errors import LinkageRefused

    held = io.BytesIO()
    pl.DataFrame({"record_id": ["1"]}).write_parquet(held, metadata={MARK: about})
    with pytest.raises(LinkageRefused):
        unpacked(held.getvalue(), "theirs.parquet")
    for other in (b"", b"PAR1", b"name,born\nAmelia,1990"):
        with pytest.raises(LinkageRefused, match="not a table of hashes"):
            unpacked(other, "theirs.parquet")


@pytest.mark.parametrize("bloom", [None, Bloom()])
def test_what_is_packed_comes_back(bloom: Bloom | None) -> None:
    table = pl.DataFrame(
        {"id": ["a", "b"], "forename": ["Ann", None], "surname": ["Bell", "Day"], "postcode": ["N1 1AA", "N2 2BB"]}
    )
    model, key = model_of(("forename", "surname", "postcode")), HashingKey(bytes(range(32)), "families")
    made = [
        hash_table(table.lazy(), "id", model, key, bloom=bloom),
        hash_matchkeys(table.lazy().with_columns(date_of_birth=pl.lit("1990-01-02")), "id", model_of(FIELDS), key),
    ]
    for one in made:
        back = unpacked(packed(dataclasses.replace(one, frame=one.frame.reverse())), "file")
        assert back.frame.equals(one.frame)
        assert (back.key, back.linkage_on, back.fields, back.bloom) == (
            one.key, one.linkage_on, one.fields, one.bloom,
        )  # fmt: skip
