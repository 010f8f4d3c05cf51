"""The main job where no department was sent names: what each is sent instead, and what is made of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from rehearsing import Rehearsed, rehearse

from tf_linkage import custody, quality
from tf_linkage.cli import main
from tf_linkage.contracts.link_requests import FILTERED_VALUES, HASHED_VALUES, MOST_MATCHKEYS, HashedRequest
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.leak_scan import scan, sought
from tf_linkage.defs.assets.preview import would_be_sent
from tf_linkage.defs.checks.checks import hashes_alone
from tf_linkage.defs.resources import study_of
from tf_linkage.errors import LinkageRefused, StudyRefused
from tf_linkage.linkage import department_model
from tf_linkage.linkage.hashed import (
    Bloom,
    HashingKey,
    as_request,
    equality_only,
    hash_matchkeys,
    hash_table,
    link_hashed,
    link_matchkeys,
    matchkeys_for,
    of_request,
)
from tf_linkage.linkage.hashed.equality import asked_columns
from tf_linkage.study import LinkageOn, Study
from tf_linkage.workspace.custodians.clerical_review import export_review
from tf_linkage.workspace.custodians.linking import VARIABLE, hashing_key, linked, request_for
from tf_linkage.workspace.custodians.searching import lay_out_search

CHOSEN = {"dwp": "hashes", "moj": "matchkeys", "dfe": "hashes+bloom"}
ANOTHER = HashingKey(bytes(range(32)), "another study")


@pytest.fixture(scope="module")
def without_names(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    folder = tmp_path_factory.mktemp("without_names") / "data"
    return rehearse(Study.of("tiny", linkage_on=CHOSEN, data=folder))


def frame(run: Rehearsed, *key: str) -> pl.DataFrame:
    stored = run.store.read(list(key))
    assert isinstance(stored, pl.LazyFrame)
    return stored.collect()


def request_of(run: Rehearsed, name: str) -> pl.DataFrame:
    return frame(run, name, "link_request")


def test_the_main_job_passes_with_every_department_on_something_else(without_names: Rehearsed) -> None:
    assert without_names.result.success
    checks = without_names.result.get_asset_check_evaluations()
    failed = [f"{check.asset_key}: {check.check_name}" for check in checks if not check.passed]
    assert [name for name in failed if "gaps_within_bounds" not in name] == [], "that one warns, in the clear too"
    assert {f"{name}/link_request" for name in CHOSEN} <= {check.asset_key.to_user_string() for check in checks}


@pytest.mark.parametrize("name", CHOSEN)
def test_a_request_holds_no_identifier_in_the_clear(
    without_names: Rehearsed, rehearsed: Rehearsed, name: str, tmp_path: Path
) -> None:
    hashed, clear = request_of(without_names, name), request_of(rehearsed, name)
    assert hashed.columns == list(HashedRequest.columns())
    assert hashed["request_ref"].equals(clear["request_ref"]), "the same people, under the same references"
    target = sought([frame(without_names, "council", "cohort")])
    for kind, table in {"hashed": hashed, "clear": clear}.items():
        (tmp_path / kind).mkdir()
        table.write_parquet(tmp_path / kind / "request.parquet")
        table.write_csv(tmp_path / kind / "request.csv")
    assert scan([tmp_path / "hashed"], target).findings == []
    assert {one.file for one in scan([tmp_path / "clear"], target).findings} == {"request.parquet", "request.csv"}


@pytest.mark.parametrize("name", CHOSEN)
def test_a_request_holds_what_it_is_linked_on_and_nothing_more(without_names: Rehearsed, name: str) -> None:
    request, kind = request_of(without_names, name), LinkageOn(CHOSEN[name])
    assert hashes_alone(request.lazy(), kind, nino=name == "dwp").passed
    for other in set(LinkageOn) - {kind, LinkageOn.CLEAR}:
        assert not hashes_alone(request.lazy(), other, nino=name == "dwp").passed
    assert not hashes_alone(request.with_columns(forename=pl.lit("Ada")).lazy(), kind, nino=True).passed
    assert not hashes_alone(request.with_columns(hash_nino=pl.lit("0" * 32)).lazy(), kind, nino=False).passed
    empty = request.with_columns(pl.lit(None, pl.String).alias(one) for one in request.columns[3:])
    assert not hashes_alone(empty.lazy(), kind, nino=True).passed, "a request of nothing finds nobody"


def test_requests_of_two_departments_join_on_no_hash(without_names: Rehearsed, rehearsed: Rehearsed) -> None:
    def values(request: pl.DataFrame) -> set[str]:
        return set(request.drop("request_ref", "linkage_on", "key_name").unpivot()["value"].drop_nulls())

    one, other = (values(request_of(without_names, name)) for name in ("dwp", "dfe"))
    assert one
    assert other
    assert not one & other
    under_one_key = [
        values(as_request(hash_table(request_of(rehearsed, name).lazy(), "request_ref", model_of(name), ANOTHER)))
        for name in ("dwp", "dfe")
    ]
    assert len(under_one_key[0] & under_one_key[1]) > 100, "the control: under one key they would"


def model_of(name: str):  # type: ignore[no-untyped-def]
    return department_model(name, DEPARTMENTS[name].request_columns)


@pytest.mark.parametrize("name", CHOSEN)
def test_the_links_are_those_of_the_longer_study(without_names: Rehearsed, rehearsed: Rehearsed, name: str) -> None:
    """Under any key where equality alone is asked; bits of two names that meet by chance hang on the key."""
    model, register = model_of(name), frame(rehearsed, name, DEPARTMENTS[name].people[0])
    tables = ((request_of(rehearsed, name).lazy(), model.left_id), (register.lazy(), model.right_id))
    bloom = Bloom() if CHOSEN[name] == "hashes+bloom" else None
    key = hashing_key(without_names.study, name) if bloom else ANOTHER
    if CHOSEN[name] == "matchkeys":
        sent, held = (hash_matchkeys(table, column, model, key) for table, column in tables)
        expected = link_matchkeys(sent, held, model).links
    else:
        sent, held = (hash_table(table, column, model, key, bloom=bloom) for table, column in tables)
        expected = link_hashed(sent, held, model).links
    made = frame(without_names, "linkage", f"{name}_links").cast({"status": pl.String})
    named = expected.rename({"left_id": "request_ref", "right_id": "register_key"}).select(made.columns)
    assert made.sort("request_ref", "register_key").equals(named.sort("request_ref", "register_key"))


def test_the_longer_study_counts_the_same_links(without_names: Rehearsed, rehearsed: Rehearsed) -> None:
    truth = rehearsed.store.read(["population", "truth"])
    assert isinstance(truth, Mapping)
    attributes, request = frame(rehearsed, "ons", "attributes").lazy(), request_of(rehearsed, "moj").lazy()
    asked = custody.people_asked(request, attributes, custody.recipient_key(custody.REHEARSAL_KEY, "moj"))
    measured = quality.linkage_without_names(
        attributes=attributes, requested={"moj": asked}, requests={"moj": request},
        registers={"moj": frame(rehearsed, "moj", "people").lazy()}, truth=truth, key=ANOTHER,
    ).collect()  # fmt: skip
    told = measured.filter(arrangement="matchkeys", breakdown="all", measure="match_rate")
    links = frame(without_names, "linkage", "moj_links").filter(pl.col("status").cast(pl.String) == "link")
    assert told["numerator"].to_list() == [links["request_ref"].n_unique()]


def test_links_by_matchkeys_say_nothing_of_how_sure_they_are(without_names: Rehearsed) -> None:
    links = frame(without_names, "linkage", "moj_links")
    assert links["match_probability"].null_count() == links.height > 0
    returned = without_names.store.read(["moj", "return"])
    assert isinstance(returned, Mapping)
    assert set(returned["people"].collect()["link_confidence"].cast(pl.String)) == {"moderate"}
    with_hashes = without_names.store.read(["dwp", "return"])
    assert isinstance(with_hashes, Mapping)
    assert "very high" in set(with_hashes["people"].collect()["link_confidence"].cast(pl.String))


def test_what_was_sent_is_told_as_it_was_sent(without_names: Rehearsed) -> None:
    study, identifiers = without_names.study, frame(without_names, "ons", "identifiers").lazy()
    rows = [str(row.data["columns"]) for row in would_be_sent(identifiers, study).records]
    assert len(rows) == len(DEPARTMENTS)
    assert all("hash_surname" in row and " surname" not in row for row in rows)
    record = (study.data / "reports" / "record_of_processing.md").read_text()
    assert "hash_surname" in record
    clear = request_for(identifiers, study.model_copy(update={"linkage_on": {}}), "moj", custody.REHEARSAL_KEY)
    assert "surname" in clear.collect_schema()
    nobody = request_for(identifiers.head(0), study, "moj", custody.REHEARSAL_KEY).collect()
    assert nobody.columns == list(HashedRequest.columns())


def test_a_department_links_on_what_it_was_sent_alone(
    without_names: Rehearsed, rehearsed: Rehearsed, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = frame(rehearsed, "moj", "people").lazy()
    hashed, clear = (request_of(run, "moj").lazy() for run in (without_names, rehearsed))

    def link(request: pl.LazyFrame, kind: str) -> None:
        chosen = Study.of("tiny", linkage_on={"moj": kind}, data=without_names.study.data)
        linked(request, register, chosen, "moj", lambda _: None)

    with pytest.raises(LinkageRefused, match="was sent hashes, and is to link in the clear"):
        link(hashed, "clear")
    with pytest.raises(LinkageRefused, match="holds names, not hashes"):
        link(clear, "matchkeys")
    with pytest.raises(LinkageRefused, match="was sent matchkeys, and is to link on hashes"):
        link(hashed, "hashes")
    monkeypatch.setenv(VARIABLE, secrets.token_hex(32))
    with pytest.raises(LinkageRefused, match="different keys"):
        link(hashed, "matchkeys")


def test_what_needs_names_is_refused_plainly(without_names: Rehearsed, capsys: pytest.CaptureFixture[str]) -> None:
    store, study = without_names.store, without_names.study
    with pytest.raises(StudyRefused, match="moj is linked on matchkeys"):
        export_review(store, study, "moj", most=10)
    with pytest.raises(StudyRefused, match="dwp is linked on hashes"):
        lay_out_search(store, study, "dwp", most=None, seeds=1)
    assert main(["assess", "--data", str(study.data)]) == 2
    assert "dfe is linked on hashes+bloom" in capsys.readouterr().err


def test_real_people_need_a_key_that_both_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    (incoming / "council_cohort.csv").write_text("real\n")
    real = Study.of("tiny", source="files", incoming=incoming, data=tmp_path / "data")
    study = real.model_copy(update={"linkage_on": {"moj": LinkageOn.HASHES}})
    monkeypatch.setenv("TF_LINKAGE_STUDY_KEY", secrets.token_hex(32))
    with pytest.raises(StudyRefused, match="set TF_LINKAGE_HASHING_KEY at both"):
        hashing_key(study, "moj")
    assert study_of(study, {}) == study, "jobs that hash nothing, such as destruction, need no key"
    places = ["--source", "files", "--incoming", str(incoming), "--data", str(study.data)]
    assert main(["run", "--job", "moj", "--moj-linkage-on", "hashes", *places]) == 2
    assert "set TF_LINKAGE_HASHING_KEY at both" in capsys.readouterr().err
    one, other = secrets.token_hex(32), secrets.token_hex(32)
    monkeypatch.setenv(VARIABLE, one)
    assert hashing_key(study, "moj") == HashingKey(bytes.fromhex(one), f"{study.name}, moj")
    assert hashing_key(study, "moj").name != hashing_key(study, "dwp").name
    monkeypatch.setenv(VARIABLE, f"{one},{other}")
    whole = hashing_key(study, "moj").secret
    assert whole not in {bytes.fromhex(one), bytes.fromhex(other)}
    for wrong in ("x" * 64, one[:-1], f"{one},{one}"):
        monkeypatch.setenv(VARIABLE, wrong)
        with pytest.raises(StudyRefused, match=VARIABLE) as refusal:
            hashing_key(study, "moj")
        assert wrong[:20] not in str(refusal.value)


@pytest.mark.parametrize("name", DEPARTMENTS)
def test_the_contract_has_a_column_for_every_value_that_is_hashed(name: str) -> None:
    model = model_of(name)
    asked = set(asked_columns(equality_only(model, Bloom())))
    assert {one for one in asked if not one.startswith("bloom_")} <= set(HASHED_VALUES)
    assert {one for one in asked if one.startswith("bloom_")} == {f"bloom_{one}" for one in FILTERED_VALUES}
    assert len(matchkeys_for(model)) <= MOST_MATCHKEYS


def test_a_request_put_together_from_two_is_refused(without_names: Rehearsed) -> None:
    request = request_of(without_names, "dwp")
    rows = pl.int_range(pl.len())
    two = request.with_columns(key_name=pl.when(rows == 0).then(pl.lit("0" * 16)).otherwise("key_name"))
    for broken in (two, request.head(0)):
        with pytest.raises(LinkageRefused, match="no rows, or rows of two"):
            of_request(broken, DEPARTMENTS["dwp"].request_columns)
