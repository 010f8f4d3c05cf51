"""Every file of an incoming folder is taken in, refused with what to call it, or named as passed over."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path

import pytest

from tf_linkage.contracts.bodies.councils import codes_called
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.fresh import fresh_beside
from tf_linkage.intake import check_delivery, load_mapping, mapped_to_send, must_be_there, place_of, write_mapped
from tf_linkage.intake.reading.names import is_table, looks_like
from tf_linkage.intake.receipts import receipt_of

DAY = dt.date(2020, 3, 31)
EXAMPLE = Path(__file__).parent / "mapping" / "examples" / "f06"


def mapped_file(folder: Path, sender: str = "Hackney") -> Path:
    """What a sender's map-extract left in the incoming folder."""
    work = folder.parent / f"at_{sender}"
    work.mkdir()
    mapping = work / "mapping.toml"
    words = (EXAMPLE / "mapping.toml").read_text(encoding="utf-8").splitlines()
    mapping.write_text(
        "\n".join(f'sender = "{sender}"' if line.startswith("sender =") else line for line in words).replace(
            "E09000012", codes_called(sender)[0]
        ),
        encoding="utf-8",
    )
    loaded = load_mapping(mapping)
    path = place_of(folder, loaded)
    write_mapped(mapped_to_send(EXAMPLE / "in.csv", loaded, DAY)[0], loaded, path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "incoming"
    mapped_file(place)
    return place


def passed(folder: Path) -> tuple[str, ...]:
    return check_delivery(folder, "council", DAY).passed_over


@pytest.mark.parametrize(
    ("name", "call_it"),
    [
        ("council_cohort_leeds.csv", "council_cohort.leeds.csv"),
        ("council_cohort.leeds (1).csv", "council_cohort.leeds.csv"),
        ("council_cohort.leeds - Copy.csv", "council_cohort.leeds.csv"),
        ("Copy of council_cohort.leeds.csv", "council_cohort.leeds.csv"),
        ("Council_Cohort.leeds.CSV", "council_cohort.leeds.csv"),
        ("council_cohort.St Albans.csv", "council_cohort.st-albans.csv"),
        ("council cohort leeds.csv.gz", "council_cohort.leeds.csv.gz"),
        ("CouncilCohort.csv", "council_cohort.SENDER.csv"),
        ("councl_cohort.leeds.csv", "council_cohort.leeds.csv"),
        ("cohort of the council.csv", "council_cohort.of-the.csv"),
        ("council_cohort_old.csv", "remove it"),
        ("council_cohort.csv.bak", "mappings/SENDER"),
        ("council_cohort.leeds.xlsx", "leeds/council_cohort.xlsx"),
        ("council_cohort.leeds.txt", "mappings/leeds/council_cohort.toml"),
        ("council_cohort", "give it a mapping"),
    ],
)
def test_a_file_called_almost_as_a_tables_is_refused_with_what_to_call_it(
    folder: Path, name: str, call_it: str
) -> None:
    (folder / name).write_bytes(b"anything")
    for look in (lambda: must_be_there(folder, "council_cohort"), lambda: passed(folder)):
        with pytest.raises(InputRefused) as refusal:
            look()
        assert str(refusal.value).startswith(f"{name}: called almost")
        assert call_it.lower() in str(refusal.value).lower()


@pytest.mark.parametrize("table", extract_tables())
def test_what_a_table_may_be_called_is_close_to_no_other(table: str) -> None:
    for name in (f"{table}.csv", f"{table}.leeds.csv.gz", f"{table}.leeds-2.parquet"):
        assert is_table(name, table)
        assert [other for other in extract_tables() if looks_like(name, [other])] in ([], [table])
        assert looks_like(name, list(extract_tables())) is None


@pytest.mark.parametrize(
    "name", ["notes.docx", ".DS_Store", "Thumbs.db", "~$council_cohort.xlsx", "council_cohort.pdf", "letter.txt"]
)
def test_any_other_file_is_passed_over_and_named(folder: Path, name: str) -> None:
    assert passed(folder) == ()
    (folder / name).write_bytes(b"x")
    assert passed(folder) == (name,)


def test_what_lies_with_a_sender_and_is_no_table_is_named(folder: Path) -> None:
    (folder / "leeds").mkdir()
    (folder / "leeds" / "letter.pdf").write_bytes(b"x")
    assert passed(folder) == ("leeds/letter.pdf",)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("leeds/cohort.xls", "a form that is not read"),
        ("leeds.csv", "a table of which nothing would be made"),
        ("Hackney cohort.XLSX", "a table of which nothing would be made"),
        ("cohort.ods", "a table of which nothing would be made"),
        ("leeds/cohort.zip", "a form that is not read"),
        ("leeds/2020/cohort.csv", "lies too deep"),
        ("leeds/cohort.csv", "there is no mapping"),
        ("mappings/cohort.toml", "a mapping lies at mappings/SENDER/NAME.toml"),
        ("mappings/leeds/2020/cohort.toml", "a mapping lies at"),
        ("mappings/leeds/cohort.TOML", "a mapping lies at"),
        ("council_cohort.leeds.csv.mapping.json", "its file is not here"),
    ],
)
def test_what_would_never_be_looked_at_is_refused(folder: Path, name: str, said: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"x")
    with pytest.raises(InputRefused, match=said):
        must_be_there(folder, "council_cohort")


def test_a_mapped_file_with_its_receipt_is_taken_in_and_the_mapping_told(folder: Path) -> None:
    delivery = check_delivery(folder, "council", DAY)
    assert set(delivery.mappings) == {"council_cohort.hackney.csv"}
    assert not any("no receipt" in note for note in delivery.left_out["council_cohort"])


def test_a_file_changed_after_it_was_mapped_is_refused(folder: Path) -> None:
    path = folder / "council_cohort.hackney.csv"
    passed(folder)
    path.write_text(path.read_text(encoding="utf-8").replace("female", "male"), encoding="utf-8")
    with pytest.raises(InputRefused, match="changed after map-extract wrote it"):
        passed(folder)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mapping_sha256": "0" * 64}, "was changed after map-extract wrote it"),
        ({"rows": 5}, "was changed after map-extract wrote it"),
        ({"left out": ["x"]}, "was changed after map-extract wrote it"),
        ({"mapping_sha256": "anything"}, "not a receipt"),
        ({"more": 1}, "not a receipt"),
    ],
)
def test_a_receipt_changed_by_hand_is_refused(folder: Path, changes: dict[str, object], said: str) -> None:
    receipt = receipt_of(folder / "council_cohort.hackney.csv")
    passed(folder)
    told = json.loads(receipt.read_bytes())
    told = {"left out": ["nothing"]} | {name: told[name] for name in told if name != "left out"} | changes
    receipt.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(InputRefused, match=said):
        passed(folder)


def test_a_senders_file_without_its_receipt_is_noted(folder: Path) -> None:
    passed(folder)
    receipt_of(folder / "council_cohort.hackney.csv").unlink()
    (note,) = check_delivery(folder, "council", DAY).left_out["council_cohort"]
    assert note.startswith("council_cohort.hackney.csv: no receipt of map-extract is with it")


def test_a_receipt_speaks_of_its_own_file_alone(folder: Path) -> None:
    other = mapped_file(folder, "Leeds")
    receipt_of(other).write_bytes(receipt_of(folder / "council_cohort.hackney.csv").read_bytes())
    with pytest.raises(InputRefused, match=r"council_cohort\.leeds\.csv: its receipt speaks of another file"):
        passed(folder)


def test_a_packed_file_needs_no_receipt_but_says_so(folder: Path) -> None:
    path = folder / "council_cohort.hackney.csv"
    path.with_name("council_cohort.hackney.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
    receipt_of(path).unlink()
    path.unlink()
    (note,) = check_delivery(folder, "council", DAY).left_out["council_cohort"]
    assert "not on record" in note


def test_no_name_that_could_be_guessed_is_written_to_on_the_way(tmp_path: Path) -> None:
    """A link laid where half a file was known to lie once led to the workbook that the file was made of."""
    victim = tmp_path / "victim.xlsx"
    victim.write_bytes(b"what somebody filled in")
    place = tmp_path / "incoming"
    place.mkdir()
    guesses = [".council_cohort.hackney.csv.partial", ".council_cohort.hackney.csv.partial.csv"]
    for guess in guesses:
        (place / guess).symlink_to(victim)
    assert mapped_file(place).name == "council_cohort.hackney.csv"
    assert victim.read_bytes() == b"what somebody filled in"
    assert all((place / guess).is_symlink() for guess in guesses)
    assert len({fresh_beside(place / "a.csv") for _ in range(100)}) == 100
