"""What a person reads in a notebook: every asset of a rehearsal, and otherwise which password is missing."""

import dagster as dg
import polars as pl
import pytest
from rehearsing import Rehearsed

from tf_linkage.custody.refusals import PasswordMissing
from tf_linkage.custody.vault.passwords import Passwords
from tf_linkage.definitions import build_defs
from tf_linkage.workspace.catalogue import TABLES
from tf_linkage.workspace.store import Store


def test_every_table_loads_by_its_key_and_through_the_loader(rehearsed: Rehearsed) -> None:
    defs = build_defs(rehearsed.study)
    made = [key for key in TABLES if rehearsed.store.made_with(key.split("/"))]
    assert {"dwp/people", "ons/identifiers", "research/tables", "published/findings"} <= set(made)
    with dg.DagsterInstance.ephemeral() as instance, defs.get_asset_value_loader(instance=instance) as loader:
        for key in made:
            loaded = loader.load_asset_value(key.split("/"))
            for table in loaded.values() if isinstance(loaded, dict) else [loaded]:
                assert isinstance(table, pl.LazyFrame), key
        people = defs.load_asset_value(["research", "tables"], instance=instance)["people"]
    assert people.collect().height


def test_without_a_password_a_vaults_table_says_which_is_missing_and_open_tables_load(
    rehearsed: Rehearsed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "passwords", lambda _: Passwords(None))
    monkeypatch.delenv("TF_LINKAGE_ONS_PASSWORD", raising=False)
    defs = build_defs(rehearsed.study)
    with dg.DagsterInstance.ephemeral() as instance:
        assert defs.load_asset_value(["research", "tables"], instance=instance)["people"].collect().height
        with pytest.raises(PasswordMissing, match="set TF_LINKAGE_ONS_PASSWORD"):
            defs.load_asset_value(["ons", "identifiers"], instance=instance)


def test_reading_leaves_no_run_and_waits_for_nobody(rehearsed: Rehearsed) -> None:
    defs = build_defs(rehearsed.study)
    with dg.DagsterInstance.ephemeral() as instance, rehearsed.store.hold():
        defs.load_asset_value(["research", "tables"], instance=instance)["people"]
        assert instance.get_runs_count() == 0
