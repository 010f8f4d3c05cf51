"""Who signed off the thresholds: on record for these thresholds alone, under a number and nobody's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tf_linkage.cli import main
from tf_linkage.errors import InputRefused
from tf_linkage.study import Study
from tf_linkage.workspace.custodians.signed_off import NOBODY, sign_off, signed_off
from tf_linkage.workspace.store import Store


def test_a_sign_off_holds_for_its_thresholds_alone(tmp_path: Path) -> None:
    store, study = Store(tmp_path), Study.of("tiny")
    assert signed_off(store, study) == NOBODY
    sign_off(store, study, "DLB/2020-17")
    day = store.clock().today()
    assert signed_off(store, study) == f"signed off on {day} under DLB/2020-17"
    for other in (
        Study.of("tiny", link_threshold=0.9),
        Study.of("tiny", review_threshold=0.2),
        Study.of("tiny", engine="recordlinkage"),
    ):
        assert signed_off(store, other) == f"{NOBODY} of this run; others were, on {day}"
    sign_off(store, Study.of("tiny", link_threshold=0.9), "DLB/2020-18")
    assert signed_off(store, study).endswith("DLB/2020-17"), "what was signed stays signed"


@pytest.mark.parametrize("reference", ["", "Jane Smith", "a\nb", "x" * 41, "/1", "é1"])
def test_what_is_no_number_is_refused_and_leaves_no_entry(tmp_path: Path, reference: str) -> None:
    store = Store(tmp_path)
    with pytest.raises(InputRefused, match="letters, digits") as refusal:
        sign_off(store, Study.of("tiny"), reference)
    assert not reference or reference not in str(refusal.value)
    assert store.ledger().entries() == []


def test_the_command_says_whether_and_signs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sign-off", "--data", "data"]) == 1
    assert NOBODY in capsys.readouterr().err
    assert main(["sign-off", "--data", "data", "--reference", "Jane Smith"]) == 2
    assert "Jane" not in capsys.readouterr().err
    assert main(["sign-off", "--data", "data", "--reference", "7.1"]) == 0
    assert "under 7.1" in capsys.readouterr().err
    assert main(["sign-off", "--data", "data"]) == 0
