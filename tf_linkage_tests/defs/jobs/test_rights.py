"""People's requests as jobs, on copies of the finished rehearsal."""

import hashlib
import io
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from rehearsing import Rehearsed, digests

from tf_linkage.cli import main
from tf_linkage.contracts.bodies.council import Cohort
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.audit.sizes import size_class
from tf_linkage.custody.handover.kinds import HANDOVERS
from tf_linkage.custody.references.references import REHEARSAL_KEY, recipient_key, reference
from tf_linkage.custody.rights.bundle import unsealed
from tf_linkage.definitions import build_defs
from tf_linkage.defs.checks.leaks import leak_scan
from tf_linkage.defs.jobs.rights import told
from tf_linkage.errors import TfLinkageError
from tf_linkage.run import main as run_job
from tf_linkage.study import Study
from tf_linkage.workspace.catalogue import TABLES
from tf_linkage.workspace.jobs import (
    ACCESS,
    CORRECT,
    END_OF_MONTH,
    END_OF_STUDY,
    ERASE,
    REBUILD,
    RIGHTS,
    WITHDRAW,
)
from tf_linkage.workspace.store import Store

Record = tuple[str, str]


@dataclass(frozen=True)
class Desk:
    """A copy of the rehearsal, and what a clerk does with it."""

    study: Study
    store: Store
    files: Path

    def run(self, job: str, *tickets: str) -> dg.ExecuteInProcessResult:
        """Run a job; the words of its failures are in `failure`."""
        with dg.DagsterInstance.ephemeral() as instance:
            made = build_defs(self.study).resolve_job_def(job)
            return made.execute_in_process(instance=instance, raise_on_error=False, run_config=told(job, tickets))

    def ticket(self, kind: str, record: Record, *options: str, **values: str) -> str:
        """Make a ticket by the command."""
        file = self.files / "person.csv"
        pl.DataFrame([{"la_code": record[0], "person_ref": record[1], **values}]).write_csv(file)
        said = self.command("request", kind, str(file), *options, "--data", str(self.study.data))
        return said.splitlines()[0]

    def command(self, *words: str) -> str:
        """What a command prints."""
        with redirect_stdout(io.StringIO()) as said:
            assert main(list(words)) == 0
        return said.getvalue()

    def answer(self, ticket: str) -> Path:
        """Take an answer out of the vault."""
        file = self.files / f"{ticket}.json"
        self.command("take-answer", ticket, "-o", str(file), "--data", str(self.study.data))
        return file

    def refused(self, *words: str) -> str:
        """What a command says that refuses."""
        with redirect_stderr(io.StringIO()) as said:
            assert main(list(words)) == 2
        return said.getvalue()

    def table(self, key: str) -> pl.DataFrame:
        """A stored table, or one of a stored set: `research/tables/people`."""
        asset, _, name = key.partition("/tables/")
        kept = self.store.read([*asset.split("/"), *(["tables"] if name else [])])
        if isinstance(kept, dict):
            kept = kept[name]
        assert isinstance(kept, pl.LazyFrame)
        return kept.collect()

    def research(self) -> dict[str, str]:
        """Digests of the research tables."""
        return digests(self.study.data / "research")


def failure(result: dg.ExecuteInProcessResult) -> str:
    said = [event.step_failure_data.user_failure_data for event in result.get_step_failure_events()]
    return "; ".join(words.description or "" for words in said if words)


def desk_in(folder: Path, rehearsed: Rehearsed) -> Desk:
    shutil.copytree(rehearsed.study.data, folder / "data")
    study = Study.of("tiny", data=folder / "data")
    return Desk(study, Store(study.data), folder)


@pytest.fixture
def open_desk(rehearsed: Rehearsed, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Opens desks; whatever was done at the first, the councils' register stayed as it was (promise 12)."""
    desks: list[Desk] = []

    def opened(name: str = "here") -> Desk:
        desks.append(desk_in(tmp_path / name, rehearsed))
        return desks[-1]

    yield opened
    assert register(desks[0].study.data) == register(rehearsed.study.data)


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk()


def register(data: Path) -> str:
    return hashlib.sha256((data / "world" / "council" / "cohort.parquet").read_bytes()).hexdigest()


def named_twice(attributes: pl.DataFrame) -> Record:
    """Somebody whom two councils named."""
    councils = attributes.filter(pl.col("la_code").n_unique().over("person_id") > 1)
    assert councils.height
    row = councils.sort("person_id").row(0, named=True)
    return row["la_code"], row["person_ref"]


def of_a_large_family(attributes: pl.DataFrame, besides: Record) -> Record:
    """Somebody of a family of four or more with whom the other has nothing to do."""
    other = attributes.filter(la_code=besides[0], person_ref=besides[1])["family_id"].item()
    large = attributes.filter(pl.len().over("family_id") >= 4, pl.col("family_id") != other)
    row = large.sort("family_id", "person_ref").row(0, named=True)
    return row["la_code"], row["person_ref"]


def without_them(desk: Desk, people: pl.DataFrame) -> None:
    """Takes people's records out of the council's extract, which then sends only families that are eligible."""
    path = desk.study.data / "world" / "council" / "cohort.parquet"
    left = pl.read_parquet(path).join(people, on=["la_code", "person_ref"], how="anti", maintain_order="left")
    eligible, _ = Cohort.filter(left)
    assert people.height <= pl.read_parquet(path).height - eligible.height < people.height + 12
    left.join(eligible, on=["la_code", "person_ref"], how="semi", maintain_order="left").write_parquet(path)


def test_who_left_might_never_have_been_there(open_desk: Callable[..., Desk]) -> None:
    """Every unreleased research table equals, digest for digest, that of a run without the person's records.

    Someone whom two councils named leaves by the lead worker's route, then a whole family by the officer's. The
    other world's council extract never had them.
    """
    here, there = open_desk("here"), open_desk("there")
    before, published = here.research(), digests(here.study.data / "published")
    attributes = here.table("ons/attributes")
    person = named_twice(attributes)
    family = of_a_large_family(attributes, besides=person)
    first = here.ticket("withdraw", person)
    second = here.ticket("withdraw", family, "--family", "--through", "dpo")
    assert here.run(WITHDRAW, first, second).success

    ids = [attributes.filter(la_code=la, person_ref=ref).row(0, named=True) for la, ref in (person, family)]
    family_id = ids[1]["family_id"]
    leaving = attributes.filter(
        (pl.col("person_id") == ids[0]["person_id"])
        | pl.col("person_id").is_in(attributes.filter(family_id=family_id)["person_id"].implode())
    ).select("la_code", "person_ref")
    assert leaving.height >= 6
    without_them(there, leaving)
    assert there.run(REBUILD).success

    assert here.research() == there.research()
    assert set(here.research()) == set(before)
    assert here.research() != before
    assert digests(here.study.data / "published") == published, "what is published stays as it was"
    for key in ("ons/attributes", "dwp/link_request", "linkage/dfe_links", "linkage/linked_people"):
        assert here.table(key).equals(there.table(key)), key
    held = " ".join(f"{la} {ref}" for la, ref in here.table("ons/attributes").select(leaving.columns).iter_rows())
    assert not [ref for la, ref in leaving.iter_rows() if f"{la} {ref} " in held]

    without = here.table("ons/attributes")
    assert here.run("ons").success, "whoever is on the list stays away, and no check misses them"
    assert here.table("ons/attributes").equals(without)


def test_afterwards_rows_go_and_everybody_elses_links_stay(desk: Desk) -> None:
    assert desk.run(END_OF_MONTH).success
    attributes, before = desk.table("ons/attributes"), desk.table("linkage/linked_people")
    people = desk.table("research/tables/people")
    person = named_twice(attributes)
    assert desk.run(WITHDRAW, desk.ticket("withdraw", person)).success
    now = desk.table("linkage/linked_people")
    left = before.join(now, on="person_id", how="anti")
    (person_id,) = attributes.filter(la_code=person[0], person_ref=person[1])["person_id"]
    assert person_id in left["person_id"]
    assert left.height < 8, "the person, and at most a family without two problems"
    assert now.equals(before.join(left, on="person_id", how="anti", maintain_order="left"))
    refs = left["person_study_ref"]
    assert desk.table("research/tables/people")["person_study_ref"].to_list() == (
        people.filter(~pl.col("person_study_ref").is_in(refs.implode()))["person_study_ref"].to_list()
    )
    for name in ("benefits_and_work", "offending", "schooling", "social_care"):
        assert (
            not desk.table(f"research/tables/{name}")
            .filter(pl.col("person_study_ref").is_in(refs.implode()))
            .height
        )
    for name in ("dwp", "moj", "dfe"):
        returned = desk.store.read([name, "return"])
        assert isinstance(returned, dict)
        gone = left[f"{name}_ref"].drop_nulls()
        for table in returned.values():
            assert not table.filter(pl.col("request_ref").is_in(gone.implode())).collect().height


@pytest.mark.parametrize("right", RIGHTS)
def test_when_the_keys_are_destroyed_each_right_says_so(
    desk: Desk, right: str, capsys: pytest.CaptureFixture[str]
) -> None:
    person = desk.table("ons/attributes").select("la_code", "person_ref").row(0)
    values = {"crime": "OFF"} if right == CORRECT else {}
    ticket = desk.ticket(right, person, **values)
    assert desk.run(END_OF_STUDY).success
    before = desk.research()
    result = desk.run(right, ticket)
    assert not result.success
    said = failure(result)
    assert "ONS destroyed all personal information on 2022-12-31, as the privacy notice promises" in said
    assert "nothing can be shown, corrected, erased or withdrawn" in said
    assert desk.research() == before
    file = desk.files / "person.csv"
    assert main(["request", right, str(file), "--data", str(desk.study.data)]) == 2
    assert "holds nobody" in capsys.readouterr().err


def test_the_ledger_and_dagster_know_the_ticket_alone(desk: Desk) -> None:
    assert desk.run(END_OF_MONTH).success
    attributes = desk.table("ons/attributes")
    person = named_twice(attributes)
    row = attributes.filter(la_code=person[0], person_ref=person[1]).row(0, named=True)
    identifiers = desk.table("ons/identifiers").filter(person_id=row["person_id"]).row(0, named=True)
    ticket = desk.ticket("withdraw", person, "--through", "dpo")
    with dg.DagsterInstance.ephemeral() as instance:
        job = build_defs(desk.study).resolve_job_def(WITHDRAW)
        result = job.execute_in_process(instance=instance, run_config=told(WITHDRAW, [ticket]))
        runs = instance.get_runs()
        kept = " ".join(
            [str(run.run_config) + str(run.tags) for run in runs]
            + [str(entry) for run in runs for entry in instance.all_logs(run.run_id)]
        )
    assert result.success
    assert {run.job_name for run in runs} == {WITHDRAW, "rebuild_research"}
    told_of = [(entry.event, entry.facts) for entry in desk.store.ledger().entries() if ticket in entry.about]
    assert [event for event, _ in told_of] == ["requested", "withdrawn"]
    assert told_of[0][1] == {"kind": "withdraw", "through": "dpo"}
    kept += desk.store.ledger().path.read_text()
    assert ticket in kept
    telling = [row["person_id"], row["family_id"], *(identifiers[n] for n in ("surname", "address", "nino"))]
    assert not [value for value in telling if value and f"{value}" in kept]


def sizes_told(events: Iterable[dg.DagsterEvent]) -> dict[tuple[str, str], object]:
    """Every number and every class of rows in the events of assets that are made from people's records."""
    told: dict[tuple[str, str], object] = {}
    for event in events:
        made = event.step_materialization_data.materialization
        asset = made.asset_key.to_user_string()
        for name, kept in made.metadata.items():
            whole = isinstance(kept, dg.IntMetadataValue) and not asset.startswith("research/")
            if whole or (isinstance(kept, dg.TextMetadataValue) and kept.value in SIZES):
                told[asset, name] = kept.value
    return told


def rows_held(desk: Desk) -> dict[str, int]:
    """The exact rows of every dataset of ONS's vault and of the research tables: what nobody may be told."""
    vault, found = desk.store.vault("ons"), {}
    for dataset in ("identifiers", "attributes", "linked_people", "returns/dwp", "returns/moj", "returns/dfe"):
        kept = vault.read(dataset)
        tables = kept.values() if isinstance(kept, dict) else [kept]
        found[dataset] = sum(table.select(pl.len()).collect().item() for table in tables)
    return found


def test_that_a_family_left_can_be_read_from_no_size_that_anything_tells(desk: Desk, rehearsed: Rehearsed) -> None:
    """Ledger and events of before and after tell the same; the control, to the nearest five, does not."""
    events = sizes_told(rehearsed.result.get_asset_materialization_events())
    held = rows_held(desk)
    attributes = desk.table("ons/attributes")
    family = of_a_large_family(attributes, besides=named_twice(attributes))
    facts_told = [entry.facts for entry in desk.store.ledger().entries()]
    assert not [facts for facts in facts_told if any(isinstance(value, int) for value in facts.values())]
    sizes = {entry.about: entry.facts["size"] for entry in desk.store.ledger().entries() if "size" in entry.facts}
    ticket = desk.ticket("withdraw", family, "--family")
    with dg.DagsterInstance.ephemeral() as instance:
        job = build_defs(desk.study).resolve_job_def(WITHDRAW)
        assert job.execute_in_process(instance=instance, run_config=told_of(ticket)).success
        logs = [log for run in instance.get_runs() for log in instance.all_logs(run.run_id)]
    again = sizes_told(
        log.dagster_event for log in logs if log.dagster_event and log.dagster_event.is_step_materialization
    )
    assert {"ons/attributes", "moj/return", "linkage/dfe_links", "research/tables"} <= {asset for asset, _ in again}
    assert again == {name: events[name] for name in again}
    now = {entry.about: entry.facts["size"] for entry in desk.store.ledger().entries() if "size" in entry.facts}
    assert {about: now[about] for about in sizes} == sizes
    after = rows_held(desk)
    assert all(after[dataset] < held[dataset] for dataset in ("identifiers", "attributes", "linked_people"))
    fives = [dataset for dataset in held if round(after[dataset] / 5) != round(held[dataset] / 5)]
    assert "attributes" in fives or "identifiers" in fives, "the control: rounded to five, the family shows"


SIZES = {size_class(10**power) for power in range(10)}


def told_of(ticket: str) -> dict[str, object]:
    return told(WITHDRAW, [ticket])


def test_erasing_leaves_no_ticket_and_no_correction_behind(desk: Desk) -> None:
    assert desk.run(END_OF_MONTH).success
    attributes = desk.table("ons/attributes")
    person = of_a_large_family(attributes, besides=named_twice(attributes))
    member = attributes.filter(
        pl.col("family_id") == attributes.filter(la_code=person[0], person_ref=person[1])["family_id"].item(),
        pl.col("person_ref") != person[1],
    ).row(0, named=True)
    others = desk.ticket("access", (member["la_code"], member["person_ref"]))
    assert desk.run(CORRECT, desk.ticket("correct", person, surname="Newname")).success
    vault = desk.store.vault("ons")
    assert desk.table("ons/identifiers").filter(surname="Newname").height == 1
    assert desk.run(ERASE, desk.ticket("erase", person)).success
    assert not desk.table("ons/identifiers").filter(surname="Newname").height
    assert [name for name in vault.holds() if name.startswith("tickets/")] == [f"tickets/{others}"]
    lists = vault.read("requests")
    assert isinstance(lists, dict)
    assert lists["corrections"].collect().is_empty()
    assert lists["withdrawn"].collect().height == 1
    assert not list(vault.folder.rglob(".*")), "nothing is left of what was written before"


def test_a_request_for_nobody_is_refused_at_once(desk: Desk) -> None:
    """The same words whether nobody ever had the number or somebody left, and nothing of it repeated."""
    attributes = desk.table("ons/attributes")
    person, other = attributes.select("la_code", "person_ref").rows()[0], ("E09000012", "no such number")
    assert desk.run(WITHDRAW, desk.ticket("withdraw", person)).success
    said = set()
    for record in (person, other):
        file = desk.files / "asked.csv"
        pl.DataFrame([dict(zip(("la_code", "person_ref"), record, strict=True))]).write_csv(file)
        for kind in ("withdraw", "access", "object"):
            words = desk.refused("request", kind, str(file), "--data", str(desk.study.data))
            assert record[1] not in words
            said.add(words)
    assert len(said) == 1
    assert "nothing is held" in said.pop()


def test_without_the_custodians_password_nothing_is_asked_and_no_answer_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = desk.table("ons/attributes").row(0, named=True)
    ticket = desk.ticket("access", (row["la_code"], row["person_ref"]))
    assert desk.run(ACCESS, ticket).success
    monkeypatch.setenv("TF_LINKAGE_ONS_PASSWORD", "somebody who guesses")
    data = ["--data", str(desk.study.data)]
    for words in (
        ["request", "access", str(desk.files / "person.csv"), *data],
        ["take-answer", ticket, "-o", str(desk.files / "answer.json"), *data],
    ):
        assert "wrong password for the vault of ons" in desk.refused(*words)
    assert not (desk.files / "answer.json").exists()


def test_any_number_of_tickets_is_met_or_refused_by_name(desk: Desk) -> None:
    assert desk.run(END_OF_MONTH).success
    people = desk.table("ons/attributes").unique("family_id", keep="first", maintain_order=True)
    first, second, third = people.select("la_code", "person_ref").rows()[:3]
    one, two, access = desk.ticket("withdraw", first), desk.ticket("withdraw", second), desk.ticket("access", third)
    before = desk.research()
    said = failure(desk.run(WITHDRAW, one, "000000000000", access, two))
    assert "there is no ticket 000000000000" in said
    assert f"ticket {access} asks to access, not to withdraw" in said
    assert desk.research() == before, "then none is met"
    assert "requests" not in desk.store.vault("ons").datasets()
    words = ["--job", "withdraw", "--ticket", one, "--ticket", two, "--confirm", "withdraw", "--preset", "tiny"]
    assert run_job([*words, "--data", str(desk.study.data)]) == 0
    left = desk.table("ons/attributes").select("la_code", "person_ref").rows()
    assert not {first, second} & set(left)
    assert third in left
    again = desk.run(WITHDRAW, one)
    assert f"ticket {one}: nothing is held" in failure(again), "nobody leaves twice"


def test_an_objection_stops_the_work_as_a_withdrawal_does(open_desk: Callable[..., Desk]) -> None:
    here, there = open_desk("here"), open_desk("there")
    person = named_twice(here.table("ons/attributes"))
    for desk, kind in ((here, "object"), (there, "withdraw")):
        assert desk.run(END_OF_MONTH).success
        assert desk.run(kind, desk.ticket(kind, person)).success
    assert here.research() == there.research()
    ends = [[entry.event for entry in desk.store.ledger().entries()][-1] for desk in (here, there)]
    assert ends == ["objected", "withdrawn"]


@pytest.mark.parametrize(("band", "told"), [("moderate", False), ("high", False), ("very high", True)])
def test_an_answer_keeps_back_what_a_link_that_is_not_sure_brought(desk: Desk, band: str, told: bool) -> None:
    """Another's records planted under a person's reference: told only if the link were sure, and it is said."""
    linked = desk.table("linkage/linked_people")
    returned = desk.store.read(["moj", "return"])
    assert isinstance(returned, dict)
    tables = {name: table.collect() for name, table in returned.items()}
    history = next(name for name, table in tables.items() if name != "people" and table.height)
    wrong = tables[history].row(0, named=True)["request_ref"]
    mine = linked.filter(pl.col("moj_ref").is_null() | (pl.col("moj_ref") != wrong)).row(0, named=True)
    moj_ref = mine["moj_ref"] or asked_as(desk, mine["person_id"])
    swapped = pl.when(pl.col("request_ref") == wrong).then(pl.lit(moj_ref)).otherwise("request_ref")
    planted = {
        name: table.filter(pl.col("request_ref") != moj_ref).with_columns(swapped.alias("request_ref"))
        for name, table in tables.items()
    }
    desk.store.take_out(HANDOVERS["moj/return"], planted)
    key = ["linkage", "linked_people"]
    own = pl.col("person_id") == mine["person_id"]
    changed = linked.with_columns(pl.when(own).then(pl.lit(moj_ref)).otherwise("moj_ref").alias("moj_ref"))
    desk.store.write(key, changed, desk.store.made_with(key))
    surely_linked(desk, mine["person_id"], moj=band)
    record = desk.table("ons/attributes").filter(person_id=mine["person_id"]).select("la_code", "person_ref").row(0)
    file = desk.files / "person.csv"
    pl.DataFrame([dict(zip(("la_code", "person_ref"), record, strict=True))]).write_csv(file)
    said = desk.command("request", "access", str(file), "--data", str(desk.study.data)).split()
    assert desk.run(ACCESS, said[0]).success
    files = unsealed(desk.answer(said[0]).read_bytes(), said[-1])
    assert (f"return_moj_{history}.csv" in files) is told
    assert ("research_offending.csv" in files) is told
    assert ("research_panel.csv" in files) is told
    about = files["about.txt"].decode()
    assert ("Kept back" in about) is not told
    if told:
        assert files[f"return_moj_{history}.csv"].count(b"\n") > 1, "the control: there was something to keep back"
    else:
        assert DEPARTMENTS["moj"].title in about.split("Kept back")[1]
        assert b"moj_link" not in b"".join(files.values())


def asked_as(desk: Desk, person_id: str) -> str:
    """The reference by which MoJ is asked about a person."""
    key = recipient_key(REHEARSAL_KEY, "moj")
    return str(reference(key, "request", [pl.Series([person_id])]).item())


def surely_linked(desk: Desk, person_id: str, **otherwise: str | None) -> None:
    """Makes every link of a person as sure as can be, or as it is said by department."""
    key = ["linkage", "linked_people"]
    linked = desk.table("linkage/linked_people")
    said = {f"{name}_link": otherwise.get(name, "very high") for name in ("dwp", "moj", "dfe")}
    own = pl.col("person_id") == person_id
    changed = linked.with_columns(
        pl.when(own & pl.col(name.replace("_link", "_ref")).is_not_null())
        .then(pl.lit(value, dtype=linked.schema[name]))
        .otherwise(name)
        .alias(name)
        for name, value in said.items()
    )
    desk.store.write(key, changed, desk.store.made_with(key))


Answered = tuple[Desk, Record, dict[str, pl.DataFrame], str]


@pytest.fixture(scope="module")
def answered(rehearsed: Rehearsed, tmp_path_factory: pytest.TempPathFactory) -> Answered:
    """Somebody of a large family whom DWP and DfE found asked, after a correction, and opened the answer."""
    desk = desk_in(tmp_path_factory.mktemp("answered"), rehearsed)
    attributes, people = desk.table("ons/attributes"), desk.table("linkage/linked_people")
    found = people.filter(pl.all_horizontal(pl.col("dwp_ref", "dfe_ref").is_not_null()))["person_id"]
    large = attributes.filter(pl.len().over("family_id") >= 4, pl.col("person_id").is_in(found.implode()))
    row = large.sort("person_id").row(0, named=True)
    record = (row["la_code"], row["person_ref"])
    assert desk.run(END_OF_MONTH).success
    assert desk.run(CORRECT, desk.ticket("correct", record, address="1 Moss Row")).success
    surely_linked(desk, row["person_id"])
    identifiers = desk.table("ons/identifiers")
    formula = pl.when(person_id=row["person_id"]).then(pl.lit("=HYPERLINK(1)")).otherwise("address")
    desk.store.write(["ons", "identifiers"], identifiers.with_columns(formula.alias("address")))
    file = desk.files / "person.csv"
    pl.DataFrame({"la_code": [record[0]], "person_ref": [record[1]]}).write_csv(file)
    said = desk.command("request", "access", str(file), "--data", str(desk.study.data)).split()
    assert desk.run(ACCESS, said[0]).success
    files = unsealed(desk.answer(said[0]).read_bytes(), said[-1])
    tables = {
        name.removesuffix(".csv"): pl.read_csv(content, infer_schema=False)
        for name, content in files.items()
        if name.endswith(".csv")
    }
    assert register(desk.study.data) == register(rehearsed.study.data)
    return desk, record, tables, "\n".join(content.decode() for content in files.values())


def test_an_answer_is_complete(answered: Answered) -> None:
    """Every stored table with rows of the person is in it, with as many rows; walked table by table."""
    desk, record, tables, _ = answered
    row = desk.table("ons/attributes").filter(la_code=record[0], person_ref=record[1]).row(0, named=True)
    linked = desk.table("linkage/linked_people").filter(person_id=row["person_id"]).row(0, named=True)
    families = ("family", "outcome")
    own = {linked[name] for name in linked if name.endswith(("_ref", "_id")) and not name.startswith(families)}
    covered = []
    for key in TABLES:
        if key.startswith(("population/", "quality/", "published/")) or not (stored := there(desk.store, key)):
            continue
        if key.split("/")[0] in ("council", "dwp", "moj", "dfe") and not key.endswith(("/return", "/link_request")):
            continue  # what a body holds by itself, and the answer says so
        for name, table in stored.items():
            references = [column for column in table.columns if column.endswith(("_ref", "_id"))]
            mine = pl.any_horizontal(
                pl.lit(value=False), *(pl.col(c).is_in(list(own - {None})) for c in references)
            )
            if not (rows := table.filter(mine).height):
                continue
            body, kind = key.split("/")
            where = {
                "linked_set": LINKED_SET_IN.get(name) or "return_" + name,
                "return": f"return_{body}_{name}",
                "tables": f"research_{name}",
            }.get(kind, f"research_{kind}" if body == "research" else kind)
            assert tables[where].height == rows, (key, name)
            covered.append(key)
    assert {"ons/identifiers", "ons/attributes", "dwp/return", "dfe/return", "research/tables"} <= set(covered)
    assert tables["identifiers"].height == 1
    assert tables["corrections"]["column"].unique().to_list() == ["address"]
    assert tables["requests"]["asked for"].sort().to_list() == ["access", "correct"]
    went = {row["what"]: row for row in tables["where_it_went"].iter_rows(named=True)}
    assert went["dwp/link_request"]["handed over on"] == "2020-04-06"
    assert went["dwp/link_request"]["destroyed on"] == "2020-05-06"
    assert went["research/linked_set"]["to be destroyed by"] == "2022-12-31"
    sent = tables["sent_to_dwp"].columns
    assert sent == ["forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino"]
    assert "nino" not in tables["sent_to_dfe"].columns


LINKED_SET_IN = {"people": "linked_people", "records": "attributes"}
"""The linked set is made of what ONS holds; these of its tables go by other names there."""


def there(store: Store, key: str) -> dict[str, pl.DataFrame]:
    """A stored asset's tables; none where it was destroyed or not made."""
    try:
        stored = store.read(key.split("/"))
    except TfLinkageError:
        return {}
    return {name: table.collect() for name, table in (stored if isinstance(stored, dict) else {"": stored}).items()}


def test_an_answer_tells_nothing_of_the_family(answered: Answered) -> None:
    desk, record, tables, text = answered
    attributes, identifiers = desk.table("ons/attributes"), desk.table("ons/identifiers")
    own = attributes.filter(la_code=record[0], person_ref=record[1]).row(0, named=True)
    mine = identifiers.filter(person_id=own["person_id"]).row(0, named=True)
    family = attributes.filter(pl.col("family_id") == own["family_id"], pl.col("person_id") != own["person_id"])
    others = identifiers.filter(pl.col("person_id").is_in(family["person_id"].implode()))
    assert others.height >= 3
    words = set(text.replace("\n", ",").split(","))
    for column in ("forename", "date_of_birth", "nino"):
        theirs = {str(value) for value in others[column].drop_nulls()} - {str(mine[column])}
        assert theirs
        assert not theirs & words, column
    assert not set(family["person_ref"]) & words
    everybody = desk.table("linkage/linked_people")
    references = {
        value for name in everybody.columns if name.endswith(("_ref", "_id")) for value in everybody[name]
    }
    assert not (references - {None}) & words, "nor any reference of the study, the person's own included"
    assert not {"research_families", "research_family_outcomes"} & set(tables)
    assert mine["forename"] in words


def test_an_answer_opens_in_a_spreadsheet_without_harm(
    answered: Answered,
) -> None:
    _, _, tables, _ = answered
    assert tables["identifiers"]["address"].to_list() == ["'=HYPERLINK(1)"]
    for name, table in tables.items():
        for cell in (cell for row in table.iter_rows() for cell in row if cell):
            number = cell.lstrip("-").replace(".", "").isdigit()
            assert number or cell[0] not in "=+-@\t\r", name


def test_an_answer_opens_by_the_command_and_only_with_its_password(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = desk.files / "person.csv"
    row = desk.table("ons/attributes").row(0, named=True)
    pl.DataFrame([{name: row[name] for name in ("la_code", "person_ref")}]).write_csv(file)
    said = desk.command("request", "access", str(file), "--data", str(desk.study.data)).split()
    assert desk.run(ACCESS, said[0]).success
    answer = desk.answer(said[0])
    assert answer.stat().st_mode & 0o777 == 0o600
    for password, code in (("another", 2), (said[-1], 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        assert main(["open-answer", str(answer), "-o", str(desk.files / "opened")]) == code
    names = {path.name for path in (desk.files / "opened").iterdir()}
    assert {"about.txt", "identifiers.csv", "where_it_went.csv"} <= names
    assert {path.stat().st_mode & 0o777 for path in (desk.files / "opened").iterdir()} == {0o600}
    answers = desk.study.data / "custody" / "ons" / "answers"
    assert {path.stat().st_mode & 0o077 for path in answers.rglob("*")} == {0}
    kept = b"".join(path.read_bytes() for path in (desk.study.data / "custody").rglob("*") if path.is_file())
    assert said[-1].encode() not in kept
    assert leak_scan(desk.store).findings == []
    assert desk.run(END_OF_STUDY).success
    assert not answers.exists()


def test_a_correction_is_as_if_the_council_had_sent_it(open_desk: Callable[..., Desk]) -> None:
    """Before destruction: every research table equals that of a run whose extract had the right values."""
    here, there = open_desk("here"), open_desk("there")
    before = here.research()
    row = here.table("ons/attributes").filter(pl.col("crime").is_null(), pl.col("age") > 20).row(0, named=True)
    person = (row["la_code"], row["person_ref"])
    right = {"date_of_birth": "1961-02-03", "crime": "ASB"}
    assert here.run(CORRECT, here.ticket("correct", person, **right)).success
    records = here.table("ons/attributes").filter(person_id=row["person_id"])
    path = there.study.data / "world" / "council" / "cohort.parquet"
    names = pl.concat_str("la_code", "person_ref", separator=" ")
    own = names.is_in(records.select(names).to_series().implode())
    one = (pl.col("la_code") == person[0]) & (pl.col("person_ref") == person[1])
    cohort = pl.read_parquet(path).with_columns(
        date_of_birth=pl.when(own).then(pl.date(1961, 2, 3)).otherwise("date_of_birth"),
        crime=pl.when(one).then(pl.lit("ASB", dtype=pl.read_parquet_schema(path)["crime"])).otherwise("crime"),
    )
    cohort.write_parquet(path)
    assert there.run(REBUILD).success
    assert here.research() == there.research()
    assert here.research() != before


def test_afterwards_a_correction_changes_rows_and_no_link(desk: Desk) -> None:
    assert desk.run(END_OF_MONTH).success
    row = desk.table("ons/attributes").filter(pl.col("crime").is_null()).row(0, named=True)
    linked = desk.table("linkage/linked_people")
    ref = linked.filter(person_id=row["person_id"])["person_study_ref"].item()
    ticket = desk.ticket("correct", (row["la_code"], row["person_ref"]), crime="OFF", surname="Newname")
    assert desk.run(CORRECT, ticket).success
    assert desk.table("linkage/linked_people").equals(linked)
    given = desk.store.read(["research", "linked_set"])
    assert isinstance(given, dict)
    assert given["records"].filter(person_study_ref=ref).collect()["crime"].to_list() == ["OFF"]
    assert desk.table("research/tables/people").filter(person_study_ref=ref).height == 1
    assert desk.table("ons/identifiers").filter(person_id=row["person_id"])["surname"].to_list() == ["Newname"]


def test_the_command_line_runs_a_right_by_its_ticket(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"PRESET": "tiny", "DATA": str(desk.study.data)}.items():
        monkeypatch.setenv(f"TF_LINKAGE_{name}", value)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    row = desk.table("ons/attributes").row(0, named=True)
    ticket = desk.ticket("access", (row["la_code"], row["person_ref"]))
    assert run_job(["--job", "access", "--ticket", ticket]) == 0
    assert f"ticket {ticket}: answered" in capsys.readouterr().out
    for wrong in (["--job", "access"], ["--job", "ons", "--ticket", ticket]):
        assert run_job(wrong) == 2
        assert "need the tickets they are to meet" in capsys.readouterr().err
