"""What the graph says of each hand-over between bodies: who, to whom, what for, by what right, until when.

Laying the register of flows over the assets.
"""

import datetime as dt
from collections.abc import Sequence

import dagster as dg

from tf_linkage.contracts.flows import END, MONTH, Flow, flows, published
from tf_linkage.workspace.store import Store

FIELDS = ("sender", "recipient", "controller", "purpose", "legal_basis", "condition", "destroy_by")
PREFIX = "flow/"


def flow_of(key: str) -> Flow | None:
    """The hand-over that an asset is, if it is one."""
    return published(key) if key.startswith("published/") else flows().get(key)


def destroy_by(flow: Flow, store: Store) -> str:
    """The last day on which the recipient may hold it; in words where the study sets no day."""
    _, end = store.deadlines.of("ons")
    month = store.deadlines.month
    days: dict[str, dt.date] = {MONTH: month, END: end}
    return days[flow.kept].isoformat() if flow.kept in days else f"no day: {flow.kept}"


def flow_metadata(flow: Flow, store: Store) -> dict[str, str]:
    """What an asset that is handed over carries, by the field's name."""
    words = {name: getattr(flow, name) for name in FIELDS if name != "destroy_by"}
    return {f"{PREFIX}{name}": value for name, value in (words | {"destroy_by": destroy_by(flow, store)}).items()}


def with_flows(
    assets: Sequence[dg.AssetsDefinition | dg.AssetSpec], store: Store
) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """The assets, each hand-over among them with what makes it lawful."""

    def described(spec: dg.AssetSpec) -> dg.AssetSpec:
        flow = flow_of(spec.key.to_user_string())
        return spec.merge_attributes(metadata=flow_metadata(flow, store)) if flow else spec

    return [
        described(asset) if isinstance(asset, dg.AssetSpec) else asset.map_asset_specs(described)
        for asset in assets
    ]
