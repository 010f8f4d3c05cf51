"""Stamps: what may be joined, what may not, and that they change no version."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.custody.refusals import Tampered
from tf_linkage.workspace.store import Store
from tf_linkage.workspace.storing.stamps import MixedWorlds, joined

STAMPS = st.dictionaries(st.sampled_from(["seed", "noise", "engine"]), st.integers(0, 2), max_size=3)


def test_tables_of_two_worlds_are_refused_naming_both() -> None:
    words = "dwp/people: noise hard; dwp/link_request: noise realistic; .* make both again"
    with pytest.raises(MixedWorlds, match=words):
        joined({"dwp/link_request": {"seed": 1, "noise": "realistic"}, "dwp/people": {"seed": 1, "noise": "hard"}})


def test_a_choice_on_which_one_alone_depends_parts_nobody() -> None:
    assert joined({"one": {"seed": 1}, "other": {"engine": "duckdb"}}) == {"engine": "duckdb", "seed": 1}


@given(st.lists(STAMPS, max_size=4))
def test_joined_says_all_or_refuses(stamps: list[dict[str, int]]) -> None:
    pairs = {pair for stamp in stamps for pair in stamp.items()}
    mixed = len({choice for choice, _ in pairs}) < len(pairs)
    if mixed:
        with pytest.raises(MixedWorlds):
            joined({str(number): stamp for number, stamp in enumerate(stamps)})
    else:
        assert set(joined({str(number): stamp for number, stamp in enumerate(stamps)}).items()) == pairs


@pytest.mark.parametrize("key", [("research", "people"), ("ons", "identifiers")])
def test_a_stamp_travels_with_the_table_and_is_no_part_of_its_version(tmp_path: Path, key: tuple[str, str]) -> None:
    store, table = Store(tmp_path), pl.DataFrame({"a": [1, 2]})
    assert store.made_with(key) == {}
    first = store.write(key, table, {"seed": 1, "councils": ["E1"]})
    assert store.made_with(key) == {"seed": 1, "councils": ["E1"]}
    second = store.write(key, table, {"seed": 2})
    assert store.made_with(key) == {"seed": 2}
    assert first.digest == second.digest
    assert store.write(key, table.with_columns(a=pl.col("a") + 1)).digest != first.digest
    assert store.write(key, table.rename({"a": "b"})).digest != first.digest
    assert store.write(key, {"": table, "more": table}).digest != first.digest


def test_a_stamp_of_a_vault_cannot_be_changed_unseen(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(("ons", "identifiers"), pl.DataFrame({"a": [1]}), {"seed": 1})
    slot = tmp_path / "custody" / "ons" / "identifiers" / "key.json"
    slot.write_text(slot.read_text().replace('"seed": 1', '"seed": 2'))
    with pytest.raises(Tampered):
        store.read(("ons", "identifiers"))
