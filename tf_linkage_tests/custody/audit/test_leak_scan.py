"""The leak scan: finds everybody who was planted, in whatever format, and nobody else."""

from pathlib import Path

import polars as pl
import pytest

from tf_linkage.custody.audit import leak_controls
from tf_linkage.custody.audit.leak_controls import CONTROLS, PLANTED, proven_scan
from tf_linkage.custody.audit.leak_scan import Scanned, scan, sought
from tf_linkage.custody.refusals import CustodyRefused

TARGET = sought([PLANTED])


@pytest.mark.parametrize("name", CONTROLS)
def test_each_control_is_found(tmp_path: Path, name: str) -> None:
    CONTROLS[name](tmp_path / name)
    (finding,) = {finding.file for finding in scan([tmp_path], TARGET).findings}
    assert finding == name


@pytest.mark.parametrize("name", [name for name in CONTROLS if name != "unknown.bin"])
def test_a_control_with_nobody_sought_is_clean(tmp_path: Path, name: str) -> None:
    """What is found is found because it is sought, not because of its format."""
    stranger = pl.DataFrame({"forename": ["Nobody"], "surname": ["Atall"], "date_of_birth": ["1900-01-01"]})
    CONTROLS[name](tmp_path / name)
    assert scan([tmp_path], sought([stranger])).findings == []


def test_all_controls_prove_the_scan() -> None:
    assert proven_scan([], TARGET) == Scanned(0, 0, [])


def test_a_blind_scan_is_noticed() -> None:
    stranger = sought([PLANTED.select(pl.all().str.reverse())])
    with pytest.raises(CustodyRefused, match=r"is blind: .*zstd\.parquet"):
        proven_scan([], stranger)


def test_a_missing_control_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(leak_controls.CONTROLS, "hidden.txt", lambda path: path.write_text("nothing"))
    with pytest.raises(CustodyRefused, match=r"hidden\.txt"):
        proven_scan([], TARGET)


def test_one_name_alone_is_nobody_but_a_column_of_them_is(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("Quorbledew is a surname")
    rest = [f"word{n}" for n in range(97)]
    pl.DataFrame({"a": [*PLANTED["surname"], *rest]}).write_parquet(tmp_path / "few.parquet")
    pl.DataFrame({"a": [*PLANTED["surname"], *rest[:8]]}).write_parquet(tmp_path / "many.parquet")
    assert [finding.file for finding in scan([tmp_path], TARGET).findings] == ["many.parquet"]


def test_findings_quote_nobody(tmp_path: Path) -> None:
    for name, plant in CONTROLS.items():
        plant(tmp_path / name)
    told = " ".join(finding.what for finding in scan([tmp_path], TARGET).findings).casefold()
    assert told
    assert not [value for row in PLANTED.iter_rows() for value in row if value.casefold() in told]


def test_a_truncated_file_is_a_finding(tmp_path: Path) -> None:
    pl.DataFrame({"a": range(1000)}).write_parquet(tmp_path / "half.parquet")
    half = tmp_path / "half.parquet"
    half.write_bytes(half.read_bytes()[:200])
    (finding,) = scan([tmp_path], TARGET).findings
    assert "cannot be opened" in finding.what


def test_what_is_left_out_is_not_searched(tmp_path: Path) -> None:
    (tmp_path / "world").mkdir()
    PLANTED.write_csv(tmp_path / "world" / "people.csv")
    assert scan([tmp_path], TARGET, leave_out=[tmp_path / "world"]).files == 0
