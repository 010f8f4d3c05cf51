"""People's requests as jobs, on copies of the finished rehearsal."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from rehearsing import Rehearsed, digests

from tf_linkage.cli import main
from tf_linkage.contracts.council import Cohort
from tf_linkage.definitions import build_defs
from tf_linkage.defs.retention import END_OF_MONTH, END_OF_STUDY
from tf_linkage.defs.rights import CORRECT, ERASE, REBUILD, RIGHTS, WITHDRAW, told
from tf_linkage.defs.store import Store
from tf_linkage.study import Study

Record = tuple[str, str]


@dataclass(frozen=True)
class Desk:
    """A copy of the rehearsal, and what a clerk does with it."""

    study: Study
    store: Store
    capsys: pytest.CaptureFixture[str]
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
        self.capsys.readouterr()
        assert main(list(words)) == 0
        return self.capsys.readouterr().out

    def table(self, key: str) -> pl.DataFrame:
        """A stored table."""
        kept = self.store.read(key.split("/"))
        assert isinstance(kept, pl.LazyFrame)
        return kept.collect()

    def research(self) -> dict[str, str]:
        """Digests of the research tables."""
        return digests(self.study.data / "research")


def failure(result: dg.ExecuteInProcessResult) -> str:
    said = [event.step_failure_data.user_failure_data for event in result.get_step_failure_events()]
    return "; ".join(words.description or "" for words in said if words)


@pytest.fixture
def open_desk(
    rehearsed: Rehearsed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Desk]]:
    """Opens desks; whatever was done at the first, the councils' register stayed as it was (promise 12)."""
    desks: list[Desk] = []

    def opened(name: str = "here") -> Desk:
        folder = tmp_path / name
        shutil.copytree(rehearsed.study.data, folder / "data")
        study = Study.of("tiny", data=folder / "data")
        desks.append(Desk(study, Store(study.data), capsys, folder))
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
    people = desk.table("research/people")
    person = named_twice(attributes)
    assert desk.run(WITHDRAW, desk.ticket("withdraw", person)).success
    now = desk.table("linkage/linked_people")
    left = before.join(now, on="person_id", how="anti")
    (person_id,) = attributes.filter(la_code=person[0], person_ref=person[1])["person_id"]
    assert person_id in left["person_id"]
    assert left.height < 8, "the person, and at most a family without two problems"
    assert now.equals(before.join(left, on="person_id", how="anti", maintain_order="left"))
    refs = left["person_study_ref"]
    assert desk.table("research/people")["person_study_ref"].to_list() == (
        people.filter(~pl.col("person_study_ref").is_in(refs.implode()))["person_study_ref"].to_list()
    )
    for name in ("benefits_and_work", "offending", "schooling", "social_care"):
        assert not desk.table(f"research/{name}").filter(pl.col("person_study_ref").is_in(refs.implode())).height
    for name in ("dwp", "moj", "dfe"):
        returned = desk.store.read([name, "return"])
        assert isinstance(returned, dict)
        gone = left[f"{name}_ref"].drop_nulls()
        for table in returned.values():
            assert not table.filter(pl.col("request_ref").is_in(gone.implode())).collect().height


@pytest.mark.parametrize("right", RIGHTS)
def test_when_the_keys_are_destroyed_each_right_says_so(desk: Desk, right: str) -> None:
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
    assert "holds nobody" in desk.capsys.readouterr().err


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


def test_a_ticket_of_nobody_changes_nothing(desk: Desk) -> None:
    before = desk.research()
    result = desk.run(WITHDRAW, desk.ticket("withdraw", ("E09000012", "no such number")))
    assert "nothing is held under what this ticket names" in failure(result)
    assert "no such number" not in failure(result)
    for wrong, said in (("123", "twelve digits"), ("000000000000", "there is no ticket 000000000000")):
        assert said in failure(desk.run(WITHDRAW, wrong))
    assert "asks to access, not to withdraw" in failure(
        desk.run(WITHDRAW, desk.ticket("access", ("E09000012", "1")))
    )
    assert desk.research() == before
    assert "requests" not in desk.store.vault("ons").datasets()
