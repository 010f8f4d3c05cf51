"""Clerical review as a department does it: the command, on a copy of the finished rehearsal."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from rehearsing import Rehearsed

from tf_linkage.cli import main
from tf_linkage.custody.vault.passwords import CUSTODIANS, Passwords
from tf_linkage.definitions import build_defs
from tf_linkage.defs.checks.leaks import leak_scan
from tf_linkage.study import Study
from tf_linkage.workspace.custodians.review_tables import DECISIONS, PAIRS
from tf_linkage.workspace.store import Store

NAME = "dfe"


@pytest.fixture
def store(rehearsed: Rehearsed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    shutil.copytree(rehearsed.study.data, tmp_path / "data")
    monkeypatch.setenv("TF_LINKAGE_PRESET", "tiny")
    monkeypatch.setenv("TF_LINKAGE_DATA", str(tmp_path / "data"))
    return Store(tmp_path / "data")


def review(*words: str) -> int:
    return main(["review", *words])


def sheet(store: Store, number: int = 1) -> Path:
    return store.root / "custody" / NAME / "review" / f"sheet_{number}.csv"


def answer(store: Store, word: str, number: int = 1) -> None:
    """Fills a sheet in with one word throughout, as a spreadsheet would save it."""
    path = sheet(store, number)
    pl.read_csv(path, infer_schema=False).with_columns(decision=pl.lit(word)).write_csv(path)


def links(store: Store) -> pl.DataFrame:
    found = store.read(["linkage", f"{NAME}_links"])
    assert isinstance(found, pl.LazyFrame)
    return found.cast({"status": pl.String}).collect()


def pairs_of(store: Store, dataset: str) -> pl.DataFrame:
    found = store.read([NAME, dataset])
    assert isinstance(found, pl.LazyFrame)
    return found.collect().rename({"left_id": "request_ref", "right_id": "register_key"})


def link_again(store: Store) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        job = build_defs(Study.of("tiny", data=store.root)).resolve_job_def(NAME)
        assert job.execute_in_process(instance=instance).success


def test_clerks_decisions_change_the_links_of_the_next_run(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    before = links(store)
    assert review("export", NAME) == 0
    shown = pl.read_csv(sheet(store), infer_schema=False)
    assert {"pair", "decision", "surname", "surname candidate"} <= set(shown.columns)
    assert not set(shown.columns) & {"request_ref", "register_key", "left_id", "right_id", "match_probability"}
    answer(store, "non-link")
    if sheet(store, 2).exists():
        answer(store, "non-link", 2)
    assert review("import", NAME) == 0
    assert f"0 pairs confirmed, {shown.height} rejected, 0 left" in capsys.readouterr().err
    assert not sheet(store).parent.exists()
    link_again(store)
    rejected = pairs_of(store, DECISIONS)
    keys = ["request_ref", "register_key"]
    assert before.join(rejected, on=keys, how="semi").height == shown.height
    assert links(store).join(rejected, on=keys, how="semi").is_empty()
    # Anyone who competed with no rejected pair is linked as before; a record that fell free may be somebody else's.
    rest = before.join(rejected, on=keys, how="anti").select(keys).sort(keys)
    assert links(store).join(rest, on=keys, how="semi").select(keys).sort(keys).equals(rest)
    freed = [pl.col(key).is_in(rejected[key].implode()) for key in keys]
    assert links(store).join(rest, on=keys, how="anti").filter(~(freed[0] | freed[1])).is_empty()


def test_what_was_decided_is_not_asked_again(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert review("export", NAME, "--most", "3") == 0
    answer(store, "link")
    assert review("import", NAME) == 0
    first = pairs_of(store, DECISIONS)
    assert first.height == 3
    assert review("export", NAME, "--most", "1000") == 0
    asked = pairs_of(store, PAIRS)
    assert asked.height
    assert asked.join(first, on=["request_ref", "register_key"]).is_empty()
    answer(store, "unsure")
    answer(store, "unsure", 2)
    assert review("import", NAME) == 0
    assert pairs_of(store, DECISIONS).join(first, on=first.columns).height == 3
    assert review("export", NAME) == 2
    assert "no pair of dfe is left" in capsys.readouterr().err


def test_a_sheet_that_is_not_sound_stays_on_the_desk_and_changes_nothing(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert review("export", NAME, "--most", "3") == 0
    assert review("import", NAME) == 2
    assert (
        "sheet_1.csv: 3 rows (2, 3, 4) without a decision; write one of link, non-link, unsure"
        in capsys.readouterr().err
    )
    assert sheet(store).exists()
    assert DECISIONS not in store.vault(NAME).datasets()
    assert review("export", NAME) == 2
    assert "import them first" in capsys.readouterr().err
    assert review("export", NAME, "--anew", "--most", "2") == 0
    assert pl.read_csv(sheet(store)).height == 2


def test_every_reviewers_sheet_is_needed(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert review("import", NAME) == 2
    assert "review export dfe" in capsys.readouterr().err
    assert review("export", NAME, "--most", "5") == 0
    answer(store, "unsure")
    sheet(store, 2).unlink()
    assert review("import", NAME) == 2
    assert "sheet_2.csv is not there" in capsys.readouterr().err


def test_simulated_clerks_answer_and_agree_as_people_do(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert review("export", NAME, "--most", "1000") == 0
    assert review("simulate", NAME, "--wrong", "0") == 0
    # What is filled in, by a clerk for all anybody knows, is not written over.
    capsys.readouterr()
    assert review("simulate", NAME, "--wrong", "0") == 2
    assert "somebody has filled in" in capsys.readouterr().err
    said = pl.read_csv(sheet(store), infer_schema=False)
    assert "link" in set(said["decision"]) <= {"link", "non-link", "unsure"}
    twice = pl.read_csv(sheet(store, 2)).height
    assert review("import", NAME) == 0
    assert re.search(rf"agree with kappa \S+ on the {twice} pairs? that both answered", capsys.readouterr().err)
    link_again(store)
    truth = store.read(["population", "truth"])
    assert isinstance(truth, dict)
    stages = links(store).filter(pl.col("stage") == "clerical review")
    confirmed = pairs_of(store, DECISIONS).filter(pl.col("decision") == "link")
    assert stages.join(confirmed, on=["request_ref", "register_key"], how="semi").height == stages.height > 0


def test_sheets_on_the_desk_are_the_custodians_and_no_leak(store: Store) -> None:
    assert review("export", NAME) == 0
    assert leak_scan(store).findings == []
    shutil.copy(sheet(store), store.root / "published" / "sheet.csv")
    assert any(finding.file == "published/sheet.csv" for finding in leak_scan(store).findings)


def test_a_department_reviews_with_its_own_password_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = store.passwords().of(NAME)
    (store.root / "world" / "passwords.json").unlink()
    monkeypatch.setattr(Store, "passwords", lambda _: Passwords(None))
    for custodian in CUSTODIANS:
        monkeypatch.delenv(f"TF_LINKAGE_{custodian.upper()}_PASSWORD", raising=False)
    assert review("export", NAME) == 2
    assert "set TF_LINKAGE_DFE_PASSWORD" in capsys.readouterr().err
    monkeypatch.setenv("TF_LINKAGE_DFE_PASSWORD", own)
    assert review("export", NAME, "--most", "3") == 0
    answer(store, "unsure")
    assert review("import", NAME) == 0


def decide(folder: Path, number: int, words: Sequence[str]) -> None:
    """What a page saves, once each pair is decided."""
    folder.mkdir(exist_ok=True)
    rows = [f"{pair},{word},1.5" for pair, word in enumerate(words, start=1)]
    (folder / f"sheet_{number}.csv").write_text("\r\n".join(["pair,decision,seconds", *rows, ""]), encoding="utf-8")


def test_pages_hold_nobody_in_the_clear_and_their_decisions_come_back(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert review("export", NAME, "--pages", "--most", "10") == 0
    said = capsys.readouterr().err
    pages = sorted(sheet(store).parent.iterdir())
    assert [page.name for page in pages] == ["sheet_1.html", "sheet_2.html"]
    keys = dict(re.findall(r"key of (\S+): (\S+)", said))
    assert len(set(keys.values())) == len(keys) == 2
    request = store.read([NAME, "link_request"])
    assert isinstance(request, pl.LazyFrame)
    asked = request.collect().join(pairs_of(store, PAIRS).select("request_ref"), on="request_ref", how="semi")
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert not [name for name in asked["surname"].drop_nulls() if name in html]
        assert keys[page.name] not in html
    assert leak_scan(store).findings == []
    assert review("import", NAME) == 2
    assert "sheet_1.csv is not there" in capsys.readouterr().err
    pairs = pairs_of(store, PAIRS)
    twice = pairs.filter(pl.col("reviewers") == 2)["pair"].to_list()
    assert twice == [5, 10]
    decide(tmp_path / "saved", 1, ["non-link"] * pairs.height)
    (tmp_path / "saved" / "sheet_2.csv").write_text(
        "pair,decision,seconds\n5,link,2\n10,non-link,2\n", encoding="utf-8"
    )
    assert review("import", NAME, "--from", str(tmp_path / "saved")) == 0
    said = capsys.readouterr().err
    assert "0 pairs confirmed, 9 rejected, 1 left as they were" in said
    assert re.search(
        r"on 1 pair two reviewers differ; a third may settle them: \S*tf-linkage review settle dfe", said
    )
    assert not sheet(store).parent.exists()
    assert (tmp_path / "saved" / "sheet_1.csv").exists()


def test_a_third_reviewer_settles_what_two_differ_on(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert review("settle", NAME) == 2
    assert "no two reviewers of dfe differ" in capsys.readouterr().err
    assert review("export", NAME, "--most", "10") == 0
    answer(store, "non-link")
    answer(store, "link", 2)
    differ = pl.read_csv(sheet(store, 2)).height
    assert review("import", NAME) == 0
    before = pairs_of(store, DECISIONS)
    assert review("settle", NAME) == 0
    shown = pl.read_csv(sheet(store, 3), infer_schema=False)
    assert shown.height == differ
    assert set(shown["earlier decisions"]) == {"non-link and link"}
    answer(store, "link", 3)
    assert review("import", NAME) == 0
    assert f"{differ} pairs confirmed, 0 rejected, 0 left" in capsys.readouterr().err
    after = pairs_of(store, DECISIONS)
    assert after.height == before.height + differ
    assert after.filter(pl.col("reviewer") < 3).equals(before)
    assert review("settle", NAME) == 2
    link_again(store)
    settled = after.filter(pl.col("reviewer") == 3)
    made = links(store).join(settled, on=["request_ref", "register_key"], how="semi")
    assert set(made["stage"]) <= {"clerical review"}


def test_a_page_in_a_rehearsal_is_decided_by_simulated_clerks(store: Store) -> None:
    assert review("export", NAME, "--pages") == 0
    assert review("simulate", NAME, "--wrong", "0") == 0
    assert {"link", "non-link"} >= set(pl.read_csv(sheet(store), infer_schema=False)["decision"]) - {"unsure"}
    assert review("import", NAME) == 0


def searched(store: Store, clerk: int) -> Path:
    return store.root / "custody" / NAME / "review" / f"search_{clerk}.csv"


def test_two_clerks_search_for_people_without_a_link_and_recall_follows(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    """With clerks who never err and everybody searched for, it is the share of people present who are linked."""
    assert review("search", NAME, "--most", "5000") == 0
    shown = pl.read_csv(searched(store, 1), infer_schema=False)
    assert shown.equals(pl.read_csv(searched(store, 2), infer_schema=False))
    assert {"search", "record", "surname", "date_of_birth"} <= set(shown.columns)
    assert not set(shown.columns) & {"request_ref", "ref", "stratum", "links", "register_key"}
    assert review("simulate", NAME, "--wrong", "0") == 0
    assert review("searched", NAME) == 0
    assert not searched(store, 1).parent.exists()
    said = capsys.readouterr()
    value, low, high = (float(figure) for figure in re.findall(r"[01]\.\d+", said.out))
    figures = store.read(["quality", "linkage_quality"])
    assert isinstance(figures, pl.LazyFrame)
    at = figures.cast({"department": pl.String, "measure": pl.String, "breakdown": pl.String}).filter(
        department=NAME, breakdown="all", measure="recall"
    )
    true = at.collect()["value"][0]
    assert value == pytest.approx(true, abs=0.003)
    assert low <= true + 0.0005
    assert true - 0.0005 <= high
    assert re.search(r"linked: \d+ people, 60 searched for, (59|60) found by both clerks", said.err)


def test_a_search_that_is_not_sound_is_refused_and_stays(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert review("searched", NAME) == 2
    assert "review search" in capsys.readouterr().err
    assert review("search", NAME, "--most", "20", "--hidden", "5") == 0
    assert review("searched", NAME) == 2
    assert "has no answer (25 in all)" in capsys.readouterr().err
    path = searched(store, 1)
    whole = pl.read_csv(path, infer_schema=False)
    whole.with_columns(record=pl.lit("Somebody Real")).write_csv(path)
    assert review("searched", NAME) == 2
    said = capsys.readouterr().err
    assert "is no key of the register (25 in all)" in said
    assert "Somebody" not in said
    whole.with_columns(record=pl.lit("none"))[1:].write_csv(path)
    assert review("searched", NAME) == 2
    assert "not those that were laid out" in capsys.readouterr().err
    assert review("search", NAME) == 2, "sheets lie there"
    for clerk in (1, 2):
        whole.with_columns(record=pl.lit("none")).write_csv(searched(store, clerk))
    assert review("searched", NAME) == 0
    assert "no recall can be told" in capsys.readouterr().err, "clerks who find nobody say nothing of anybody"
