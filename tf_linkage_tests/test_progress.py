"""Long work says what, how far, how long still; short work says nothing."""

from __future__ import annotations

import runpy
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from tf_linkage.cli import wording
from tf_linkage.progress import EVERY, Working, counted, standing

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("share", "seconds", "words"),
    [
        (0.5, 40, "40 s so far, about 40 s still"),
        (0.1, 60, "60 s so far, about 9 min still"),
        (0.0, 12, "12 s so far"),
        (1.0, 12, "12 s so far"),
        (None, 300, "5 min so far"),
    ],
)
def test_how_long_still(share: float | None, seconds: float, words: str) -> None:
    assert standing(share, seconds) == words


class Clock:
    """Goes on by so many seconds each time it is looked at."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        """Seconds."""
        self.now += self.step
        return self.now


def test_items_are_counted_every_few_seconds() -> None:
    lines: list[str] = []
    assert list(counted(range(100), "files searched", lines.append, clock=Clock(1.0))) == list(range(100))
    assert len(lines) == pytest.approx(100 / EVERY, abs=1)
    assert lines[0] == "files searched: 4 of 100; 5 s so far, about 2 min still"
    assert all("still" in line for line in lines)


def test_quick_work_says_nothing_and_an_unknown_end_is_not_foretold() -> None:
    lines: list[str] = []
    list(counted(range(100), "files", lines.append, clock=Clock(0.01)))
    assert lines == []
    list(counted(iter(range(20)), "files", lines.append, clock=Clock(1.0)))
    assert lines
    assert not any("still" in line or " of " in line for line in lines)


def test_silence_is_broken_and_ends_with_the_work() -> None:
    lines: list[str] = []
    before = threading.active_count()
    with Working(lines.append, "linking", lambda: 0.5, every=0.1) as working:
        working.say("standardised")
        time.sleep(0.35)
        working.now("comparing")
        time.sleep(0.25)
    assert threading.active_count() == before
    assert lines[0] == "standardised"
    assert lines[1] == "linking (after: standardised): 0 s so far, about 0 s still"
    assert any(line.startswith("comparing: ") for line in lines)
    assert 3 <= len(lines) <= 8
    said = len(lines)
    time.sleep(0.25)
    assert len(lines) == said


def test_what_others_write_counts_as_a_line_and_an_error_ends_it() -> None:
    lines: list[str] = []
    with pytest.raises(ValueError, match="broken"), Working(lines.append, "linking", every=0.3) as working:
        for _ in range(6):
            time.sleep(0.1)
            working.noticed()
        raise ValueError("broken")
    assert lines == []


def test_nothing_is_said_while_a_person_is_asked() -> None:
    lines: list[str] = []
    with Working(lines.append, "opening", every=0.1) as working:
        with working.hushed():
            time.sleep(0.35)
        assert lines == []
        time.sleep(0.25)
    assert lines


def test_of_two_that_are_under_way_the_inner_one_speaks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wording, "Working", partial(Working, every=0.1))
    with wording.under_way("tf-linkage link"):
        with wording.under_way("linking", lambda: 0.5):
            time.sleep(0.25)
            wording.say("trained")
            time.sleep(0.25)
        inner = capsys.readouterr().err.splitlines()
        time.sleep(0.25)
    assert inner[0].startswith("linking: ")
    assert "trained" in inner
    assert inner[-1].startswith("linking (after: trained): ")
    assert not any("tf-linkage link:" in line for line in inner)
    assert capsys.readouterr().err.startswith("tf-linkage link: ")
    wording.say("done")
    assert capsys.readouterr().err == "done\n"


PIP = """#!/bin/sh
for name in a b c d; do echo "Collecting $name==1"; echo "  Downloading $name"; sleep 0.1; done
for name in a b c d; do mkdir "{place}/$name-1.dist-info"; sleep 0.1; done
exit {code}
"""
"""Stands for pip in an environment: finds four packages, then puts them in place."""


@pytest.mark.parametrize("code", [0, 3])
def test_setting_up_says_how_far_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str], code: int) -> None:
    place = tmp_path / "lib" / "python3.11" / "site-packages"
    (place / "pip-1.dist-info").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text(PIP.format(place=place, code=code), encoding="utf-8")
    (tmp_path / "bin" / "python").chmod(0o700)
    (tmp_path / "lock").write_text("# pinned\na==1\nb==1\nc==1\nd==1\n", encoding="utf-8")
    install = runpy.run_path(str(ROOT / "deploy" / "install.py"))["main"]
    assert install([str(tmp_path), str(tmp_path / "lock")], every=0.02) == code
    said = capsys.readouterr().err.splitlines()
    assert all(line.startswith(f"installing 4 packages into {tmp_path}: ") for line in said)
    assert any(line.endswith(" still") for line in said)
