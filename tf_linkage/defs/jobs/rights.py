"""The jobs by which people's requests are met: withdraw, correct, erase, object. They are told tickets alone.

The steps, and making the tables again afterwards, as a run of its own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, cast

import dagster as dg
import polars as pl
from pydantic import Field

from tf_linkage.custody.rights.request_lists import Requests, as_asked, whom
from tf_linkage.custody.rights.tickets import Ticket, opened, tickets
from tf_linkage.defs.assets.published import FINDINGS, RELEASE
from tf_linkage.defs.failures import plainly
from tf_linkage.defs.internals import DATA_VERSION_TAG, UnresolvedAssetJobDefinition
from tf_linkage.defs.io import ParquetStore, output_metadata
from tf_linkage.defs.jobs.confirmation import TAGS, UNDO, Confirmation
from tf_linkage.defs.metadata.description import asset_key
from tf_linkage.defs.resources import StudyKey
from tf_linkage.errors import TfLinkageError
from tf_linkage.study import Study
from tf_linkage.workspace import rights_requests as requests
from tf_linkage.workspace.environment import from_files
from tf_linkage.workspace.jobs import (
    CORRECT,
    ERASE,
    IRREVERSIBLE,
    LONG_STUDIES,
    OBJECT,
    REBUILD,
    REBUILD_RESEARCH,
    RIGHTS,
    WITHDRAW,
)
from tf_linkage.workspace.masking import masked_errors
from tf_linkage.workspace.rights_requests import ONS, Stage
from tf_linkage.workspace.store import Store

LEFT_ALONE = "A family left with fewer than two problems has left as a whole. "
REPORT_LATER = "The quality report is that of before until the main job runs again."
DONE = {WITHDRAW: "withdrawn", CORRECT: "corrected", ERASE: "erased", OBJECT: "objected"}
AS_PUBLISHED = (
    "What is published stays as it is: releases are renewed for many changes at once, so that no difference "
    "between two of them is one person."
)
NOWHERE = "nowhere"
Rebuild = Callable[[str, dg.DagsterInstance], dg.ExecuteInProcessResult]
"""Runs a job of the same study, by name, in a run of its own."""


class Tickets(dg.Config):  # type: ignore[misc]
    """Which requests to meet."""

    tickets: list[str] = Field(
        min_length=1, description="Numbers of tickets, as the command `request` printed them; nothing about anybody"
    )


def discretion(study: Study) -> dg.ResourceDefinition:
    """Lets no error of a step tell about real people; the data folder is held only while it is worked on."""

    @dg.resource(description="Whether nobody in the study is real; otherwise errors say where they arose alone")
    @contextmanager
    def discreet(_context: dg.InitResourceContext) -> Iterator[bool]:
        rehearsal = not from_files(study)
        with nullcontext() if rehearsal else masked_errors():
            yield rehearsal

    made: dg.ResourceDefinition = discreet
    return made


class ConfirmedTickets(Confirmation):
    """The same, for what cannot be undone."""

    tickets: list[str] = Field(
        min_length=1, description="Numbers of tickets, as the command `request` printed them"
    )


def told(job: str, tickets: Sequence[str] = ()) -> dict[str, Any]:
    """The run configuration of a job that needs some: its tickets, and its confirmation once a person gave it."""
    config: dict[str, Any] = {"tickets": list(tickets)} if job in RIGHTS else {}
    config |= {"confirm": job} if job in IRREVERSIBLE else {}
    return {"ops": {f"{job}_step": {"config": config}}} if config else {}


def rights_jobs(study: Study, rebuild: Rebuild) -> list[dg.JobDefinition]:
    """Withdraw, correct, erase and object."""
    return [
        _job(
            WITHDRAW,
            "A person or family leaves the study. While departments still have their requests, everything is made "
            "again without them, as if they had never been there; afterwards their rows go, everybody else's links "
            f"stay, and the research tables are made and checked again. {AS_PUBLISHED}",
            study,
            rebuild,
        ),
        _job(
            CORRECT,
            "What is held about a person is put right. While departments still have their requests, everything is "
            "made again with the right values; afterwards the research tables are, and links stay as they were. "
            f"{AS_PUBLISHED}",
            study,
            rebuild,
        ),
        _job(
            ERASE,
            "As `withdraw`; then tickets, corrections and answers of these people go from ONS's vault too. "
            f"{AS_PUBLISHED}",
            study,
            rebuild,
        ),
        _job(
            OBJECT,
            "A person or family objects to the study working with their data (UK GDPR Article 21), on grounds of "
            "their own that nobody asks for. Nobody weighs an objection against the study: each is upheld, and the "
            f"work stops as with `withdraw`. {AS_PUBLISHED}",
            study,
            rebuild,
        ),
    ]


def rebuild_jobs() -> list[UnresolvedAssetJobDefinition]:
    """Making again what follows from ONS's tables, without publishing; the rights run these by themselves."""
    # What is made again without being released makes no proposal either.
    public = dg.AssetSelection.assets(*(asset_key(key) for key in (RELEASE, FINDINGS)))
    spared = dg.AssetSelection.groups("quality", LONG_STUDIES) | public
    everything = dg.AssetSelection.assets(asset_key("ons/identifiers"), asset_key("ons/attributes")).downstream()
    research = dg.AssetSelection.assets(asset_key("linkage/linked_people")).downstream()
    return [
        dg.define_asset_job(
            REBUILD,
            selection=everything - spared,
            description="Requests, links, returns and research tables again, from the split on, with every check. "
            "Publishes nothing. The rights run it by themselves while departments can be asked.",
        ),
        dg.define_asset_job(
            REBUILD_RESEARCH,
            selection=research - spared,
            description="The research tables again from the links as they are, with every check. Publishes none. "
            "The rights run it by themselves once departments' requests are destroyed.",
        ),
    ]


def _job(name: str, description: str, study: Study, rebuild: Rebuild) -> dg.JobDefinition:
    kind = ConfirmedTickets if name in IRREVERSIBLE else Tickets

    # The usual keeper of outputs would hold the data folder while the tables are made again; there is none to keep.
    @dg.op(name=f"{name}_step", description=description, out=dg.Out(dg.Nothing, io_manager_key=NOWHERE))
    def meet(
        context: dg.OpExecutionContext,
        config: kind,  # type: ignore[valid-type]
        study_key: dg.ResourceParam[StudyKey],
        discretion: dg.ResourceParam[bool],
    ) -> None:
        store, key, chosen = ParquetStore.of(study).store, study_key.key(), cast("ConfirmedTickets", config)
        with plainly():
            if name in IRREVERSIBLE:
                chosen.must_name(name)
            with store.hold():
                now = requests.stage(store)
                asked = requests.read_tickets(store, chosen.tickets, name)
                lists = requests.laid_over(store, name, asked, key, study.dates.extract)
                _can_be_kept(store, name, lists, key)
                requests.take_up(store, asked)
                requests.write_lists(store, lists)
                requests.take_out_of_cohort(store, lists, key, name)
                if now is Stage.FROZEN:
                    _afterwards(context, store, name, key)
            _again(rebuild, REBUILD if now is Stage.REDO else REBUILD_RESEARCH, context.instance)
            with store.hold():
                if name == ERASE:
                    _forget(store, asked, key)
                for number in asked:
                    requests.note(store, DONE[name], number, how=now.value)
        context.add_output_metadata({"tickets": len(asked), "how": now.value, "published": AS_PUBLISHED})
        tickets = f"{len(asked)} ticket{'s' if len(asked) > 1 else ''}"
        alone = "" if name == CORRECT else LEFT_ALONE
        context.log.info(f"{tickets} {DONE[name]}: {now.value}. {alone}{AS_PUBLISHED} {REPORT_LATER}")

    words, tags = (f"{UNDO} {description}", TAGS) if name in IRREVERSIBLE else (description, {})

    @dg.job(name=name, description=words, tags=tags, executor_def=dg.in_process_executor)
    def made() -> None:
        meet()

    return made


def _can_be_kept(store: Store, name: str, lists: Requests, key: bytes) -> None:
    """Refuses lists that what ONS holds could not be made to keep, before anything is written."""
    if requests.stage(store) is Stage.REDO:
        cohort = store.read(requests.COHORT)
        assert isinstance(cohort, pl.LazyFrame)  # noqa: S101 - the asset is one table by its contract
        as_asked(cohort, lists, key)
    else:
        requests.afterwards(store, lists, key, name)


def _afterwards(context: dg.OpExecutionContext, store: Store, name: str, key: bytes) -> None:
    """Lays the lists over what ONS holds, and tells the web UI."""
    written = requests.write_afterwards(store, requests.afterwards(store, requests.lists(store, name), key, name))
    for asset, what in written.items():
        context.log_event(
            dg.AssetMaterialization(
                asset_key(asset), metadata=output_metadata(what), tags={DATA_VERSION_TAG: what.digest}
            )
        )


def _again(rebuild: Rebuild, job: str, instance: dg.DagsterInstance) -> None:
    """Makes the tables again in a run of its own.

    Raises:
        TfLinkageError: they could not be made, or do not pass a check.
    """
    result = rebuild(job, instance)
    refused = sorted(
        f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name}"
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed and evaluation.severity is dg.AssetCheckSeverity.ERROR
    )
    if refused or not result.success:
        failed = sorted(event.step_key or "" for event in result.get_step_failure_events())
        raise TfLinkageError(
            f"the request is on the lists, but job {job} did not succeed ({'; '.join([*refused, *failed])}). Mend "
            "what its run names, then run this ticket again: until then the research tables are not to be used"
        )


def _forget(store: Store, asked: Mapping[str, Ticket], key: bytes) -> None:
    """Removes what ONS's vault still tells of the people who left: corrections, tickets, answers."""
    vault, lists = store.vault(ONS), requests.lists(store, ERASE)
    attributes = requests.table(store, requests.ATTRIBUTES, ERASE)
    people = pl.concat(whom(attributes, lists, ticket.record, ticket.scope, key) for ticket in asked.values())
    requests.write_lists(store, lists.forget(people, key))
    theirs = [number for number in tickets(vault) if requests.is_of(opened(vault, number), people, key)]
    # The tickets at hand go last: with them a run that was killed is finished.
    for number in sorted(theirs, key=lambda number: number in asked):
        requests.destroy_ticket(store, number)
