"""The jobs: what can be run as a whole.

Names and selections. What a job does is what its assets and checks do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg

from tf_linkage.contracts.departments import Department
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.handover.kinds import HANDOVERS
from tf_linkage.defs.internals import UnresolvedAssetJobDefinition
from tf_linkage.defs.metadata.description import asset_key
from tf_linkage.study import DepartmentSource, Study
from tf_linkage.workspace.catalogue import ASSESSED, POPULATION_COUNTS, STUDIES_PAGE
from tf_linkage.workspace.jobs import ASSESS, COUNCIL, HAND_OVER, ONS, PREVIEW, REHEARSAL, RESEARCH

LINKED_SET = "research/linked_set"


def rehearsal_job(besides: Sequence[str] = ()) -> UnresolvedAssetJobDefinition:
    """The main job: every asset and every check, from the bodies' registers to the findings.

    Args:
        besides: keys of the assets that it leaves out, with their checks.
    """
    selection: dg.AssetSelection = dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks()
    if besides:
        left_out = [asset_key(key) for key in besides]
        selection = selection - (
            dg.AssetSelection.assets(*left_out) | dg.AssetSelection.checks_for_assets(*left_out)
        )
    return dg.define_asset_job(
        REHEARSAL,
        selection=selection,
        description="The whole study, from the bodies' registers to the published findings, with every check.",
    )


def assess_job() -> UnresolvedAssetJobDefinition:
    """The longer studies of the linkage that the main job made, and their page."""
    longer = [asset_key(key) for key in ASSESSED]
    return dg.define_asset_job(
        ASSESS,
        selection=dg.AssetSelection.assets(*longer, asset_key(STUDIES_PAGE))
        | dg.AssetSelection.checks_for_assets(*longer),
        description="What linkage error does to the findings, what each identifier buys, and ranges over seeds and "
        "settings, for the linkage that the main job made; and a page with all of it. Takes minutes.",
    )


def custodian_jobs(
    assets: Sequence[dg.AssetsDefinition], study: Study, checks: Sequence[dg.AssetChecksDefinition]
) -> list[UnresolvedAssetJobDefinition]:
    """What a custodian does by itself: with its own vault's password, and of the others' vaults the locks alone.

    Args:
        assets: every asset of the study; a job makes those of its own that there are.
        study: which departments do their part here, and on which registers.
        checks: every check of the study; a job runs those that read nothing beyond what its custodian holds.
    """
    there = {key.to_user_string() for made in assets for key in made.keys}
    requests, returns = ([f"{name}/{kind}" for name in DEPARTMENTS] for kind in ("link_request", "return"))
    split, linked = ["ons/identifiers", "ons/attributes"], "linkage/linked_people"
    researchers = sorted(key for key in there if key.startswith(("research/", "published/")) and key != LINKED_SET)
    parts = [
        _Part(COUNCIL, ["council/cohort"], [], "The councils alone: what they send, put into ONS's vault."),
        _Part(
            PREVIEW,
            split,
            ["council/cohort"],
            "ONS alone: splits what the councils sent and shows what each department would be sent; sends nothing.",
        ),
        _Part(
            ONS,
            [*split, *requests],
            ["council/cohort"],
            "ONS alone: splits what the councils sent and puts a request into each department's vault.",
        ),
        *(
            _department_part(department, study.source_of(name))
            for name, department in DEPARTMENTS.items()
            if study.source_of(name) is not DepartmentSource.RETURN
        ),
        _Part(
            HAND_OVER,
            [linked, LINKED_SET],
            [*split, *returns],
            "ONS alone: checks the departments' returns, brings them together, and puts the linked set into the "
            "vault of those who make researchers' tables.",
        ),
        _Part(
            RESEARCH,
            researchers,
            [LINKED_SET, POPULATION_COUNTS],
            "Those who make researchers' tables, alone: from the linked set to the findings.",
        ),
    ]
    return [_job(part, there, checks) for part in parts]


@dataclass(frozen=True)
class _Part:
    """A custodian's part: the assets it makes, and those it received and may read."""

    name: str
    makes: Sequence[str]
    received: Sequence[str]
    description: str


def _department_part(department: Department, source: DepartmentSource) -> _Part:
    """A department alone. Where its register is a file, reading that is its own work too."""
    name = department.name
    register = [f"{name}/{department.people[0]}", f"{name}/{department.histories[0]}"]
    own = [f"linkage/{name}_links", f"{name}/return"]
    return _Part(
        name,
        own if source is DepartmentSource.SIMULATION else [*register, *own],
        [f"{name}/link_request", *register],
        f"{department.short} alone: checks the request in its vault, finds its people and puts the return into "
        "ONS's vault.",
    )


def _job(part: _Part, there: set[str], checks: Sequence[dg.AssetChecksDefinition]) -> UnresolvedAssetJobDefinition:
    """The part as a job: its assets, and checks of these and of what arrived, made with what its body holds."""
    body = ONS if part.name in (PREVIEW, HAND_OVER) else part.name
    sent = {name for name, handover in HANDOVERS.items() if handover.recipient != body}
    held = {*part.makes, *part.received} - sent
    arrived = {name for name in part.received if name in HANDOVERS}
    able = [
        check
        for check in checks
        if {key.to_user_string() for key in _read_by(check)} <= held
        and {key.asset_key.to_user_string() for key in check.check_keys} <= {*part.makes, *arrived}
    ]
    selection = dg.AssetSelection.assets(*(asset_key(key) for key in part.makes if key in there)).without_checks()
    selected = selection | dg.AssetSelection.checks(*(key for check in able for key in check.check_keys))
    return dg.define_asset_job(part.name, selection=selected, description=part.description)


def _read_by(check: dg.AssetChecksDefinition) -> set[dg.AssetKey]:
    """Every asset that a check reads or needs to be there."""
    return {*check.keys_by_input_name.values(), *(key.asset_key for key in check.check_keys)}
