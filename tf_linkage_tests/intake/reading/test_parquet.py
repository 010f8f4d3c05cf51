"""A damaged Parquet file gives nothing, and nothing is said of what it holds."""

import io
import os
import random
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.intake.reading.parquet import parquet_of


def written() -> bytes:
    kept = io.BytesIO()
    pl.DataFrame({"name": ["somebody"] * 1_000, "number": range(1_000)}).write_parquet(kept)
    return kept.getvalue()


def damaged(file: bytes, seed: int) -> bytes:
    drawn, spoilt = random.Random(seed), bytearray(file)
    for _ in range(drawn.randint(1, 8)):
        spoilt[drawn.randrange(len(spoilt))] = drawn.randrange(256)
    return bytes(spoilt)


def panics(file: bytes) -> bool:
    try:
        pl.read_parquet(io.BytesIO(file))
    except Exception:
        return False
    except BaseException:
        return True
    return False


def test_the_reader_says_nothing_where_it_panics(capfd: pytest.CaptureFixture[str]) -> None:
    files = [damaged(written(), seed) for seed in range(120)]
    panicking = [file for file in files if panics(file)]
    assert panicking  # a change of polars may need other damage
    assert capfd.readouterr().err
    read = [parquet_of(file) for file in files]
    assert capfd.readouterr() == ("", "")
    assert all(parquet_of(file) is None for file in panicking)
    assert any(frame is None for frame in read)


def test_a_whole_file_is_read_from_bytes_and_from_a_path(tmp_path: Path) -> None:
    (tmp_path / "whole.parquet").write_bytes(written())
    for source in (written(), tmp_path / "whole.parquet"):
        frame = parquet_of(source)
        assert frame is not None
        assert frame.shape == (1_000, 2)


def test_what_is_said_of_errors_comes_back_afterwards(capfd: pytest.CaptureFixture[str]) -> None:
    assert parquet_of(b"PAR1") is None
    os.write(2, b"later")
    assert capfd.readouterr().err == "later"
