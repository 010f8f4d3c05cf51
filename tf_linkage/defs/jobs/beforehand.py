"""What a run makes and needs, read off the graph; its refusal before it works; the plan sealed before it reads."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import dagster as dg

from tf_linkage import intake
from tf_linkage.defs.assets.extracts import Incoming
from tf_linkage.defs.io import THIS_RUN, own_choices
from tf_linkage.errors import TfLinkageError
from tf_linkage.study import Study
from tf_linkage.workspace.beforehand import refuse_what_cannot_succeed
from tf_linkage.workspace.custodians.planned import RESEARCH, seal
from tf_linkage.workspace.custodians.review_tables import DECISIONS
from tf_linkage.workspace.store import Store
from tf_linkage.workspace.storing.stamps import MixedWorlds, Stamp, joined

Refuse = Callable[[Store, Study, Collection[dg.AssetKey]], None]
"""Refuses a run of some assets that cannot succeed (`CannotSucceed`)."""


def made_by(defs: dg.Definitions, job: str) -> frozenset[dg.AssetKey]:
    """The assets that a job makes; none where it does something else."""
    return frozenset(defs.resolve_job_def(job).asset_layer.executable_asset_keys)


def refusal_of(assets: Iterable[dg.AssetsDefinition]) -> Refuse:
    """What refuses runs of these assets.

    Args:
        assets: every asset of the study that a run can make.
    """
    assets = list(assets)
    inputs = {key: list(_loaded(made)) for made in assets for key in made.keys}
    own = {key: own_choices(made.metadata_by_key.get(key, {})) for made in assets for key in made.keys}

    def refuse(store: Store, study: Study, chosen: Collection[dg.AssetKey]) -> None:
        incoming = Incoming.of(study)
        makes = {key.to_user_string() for key in chosen if key in inputs}
        reads = {parent for key in chosen for parent in inputs.get(key, ())} - makes
        mixed = _mixed(store, {key: inputs[key] for key in chosen if key in inputs}, own, study)
        reads = {key for key in reads if not key.endswith(f"/{DECISIONS}")}  # there are none until a clerk decides
        stems = [stem for body, key in incoming.registers.items() if key in makes for stem in intake.stems_of(body)]
        refuse_what_cannot_succeed(
            store, makes=makes, reads=reads, extracts=stems, incoming=incoming.folder, mixed=mixed
        )

    return refuse


def seal_before_outcomes(store: Store, chosen: Collection[dg.AssetKey]) -> None:
    """Puts the plan of the analysis on record before a run by which researchers read outcomes."""
    if any(key.path[0] == RESEARCH for key in chosen):
        seal(store)


def _mixed(
    store: Store,
    inputs: Mapping[dg.AssetKey, Sequence[str]],
    own: Mapping[dg.AssetKey, Sequence[str]],
    study: Study,
) -> list[str]:
    """Which tables of different worlds a run would join: those that are there, and those that it makes itself."""
    stamps: dict[str, Stamp] = {}
    makes = {key.to_user_string(): key for key in inputs}
    found: list[str] = []

    def stamp_of(name: str) -> Stamp:
        if name not in stamps:
            key = makes.get(name)
            try:
                stamps[name] = store.made_with(name.split("/")) if key is None else made(key)
            except TfLinkageError as refusal:
                stamps[name] = {}
                if isinstance(refusal, MixedWorlds):  # of what cannot be read, others speak
                    found.append(str(refusal))
        return stamps[name]

    def made(key: dg.AssetKey) -> Stamp:
        chosen = {THIS_RUN: study.chosen(*own[key])} if own[key] else {}
        return joined({parent: stamp_of(parent) for parent in inputs[key]} | chosen)

    for name in sorted(makes):
        stamp_of(name)
    return found


def _loaded(made: dg.AssetsDefinition) -> Iterator[str]:
    """The assets whose content is handed to the computation. What it only comes after it can do without."""
    inputs = made.node_def.input_dict if made.is_executable else {}
    for name, parent in made.keys_by_input_name.items():
        if name in inputs and not inputs[name].dagster_type.is_nothing:
            yield parent.to_user_string()
