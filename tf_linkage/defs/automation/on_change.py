"""What goes by itself, when turned on: figures made again as their data change, and a month's deadline that shows.

Two choices of a study. Neither starts anything unless its sensor is turned on or people are real.
"""

import datetime as dt
from collections.abc import Sequence

import dagster as dg

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.vault.retention import Deadlines
from tf_linkage.workspace.catalogue import ASSESSED, STUDIES_PAGE

BY_VERSION = (
    dg.AutomationCondition.eager()
    .replace("newly_updated", dg.AutomationCondition.data_version_changed())
    .with_label("its inputs' data changed")
)
"""As `eager`, but an input that was made again with equal content starts nothing."""

FOLLOWS = ("research/", "published/", "quality/")
"""How the keys of assets begin that follow what they are made from."""

WARNED = dt.timedelta(days=3)
"""How long before its last day what a department holds shows a warning."""

Assets = Sequence[dg.AssetsDefinition | dg.AssetSpec]


def following(assets: Assets) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """The assets, with the condition on those that a study may let follow their data by themselves."""

    def conditioned(spec: dg.AssetSpec) -> dg.AssetSpec:
        key = spec.key.to_user_string()
        follows = key.startswith(FOLLOWS) and key not in {"research/linked_set", *ASSESSED, STUDIES_PAGE}
        return spec.replace_attributes(automation_condition=BY_VERSION) if follows else spec

    return [made.map_asset_specs(conditioned) if isinstance(made, dg.AssetsDefinition) else made for made in assets]


def with_deadlines(assets: Assets, deadlines: Deadlines) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """The assets; those that departments may hold for a month with a freshness that runs out with the month.

    Destruction removes their history, so that what was destroyed has no freshness to fail: red means overdue.
    """
    held = deadlines.month - deadlines.exchange
    policy = dg.FreshnessPolicy.time_window(fail_window=held, warn_window=held - WARNED)

    def dated(spec: dg.AssetSpec) -> dg.AssetSpec:
        held_a_month = spec.key.to_user_string() in KEPT_A_MONTH
        return spec.replace_attributes(freshness_policy=policy) if held_a_month else spec

    return [
        made.map_asset_specs(dated) if isinstance(made, dg.AssetsDefinition) else dated(made) for made in assets
    ]


KEPT_A_MONTH = frozenset(key for name in DEPARTMENTS for key in (f"{name}/link_request", f"linkage/{name}_links"))


def follow_sensor() -> dg.AutomationConditionSensorDefinition:
    """What evaluates the condition; off until somebody turns it on."""
    return dg.AutomationConditionSensorDefinition(
        "follow_the_data",
        target=dg.AssetSelection.groups("research", "quality"),
        default_status=dg.DefaultSensorStatus.STOPPED,
        minimum_interval_seconds=60,
        description="Makes research tables, figures and findings again when the content of what they are made from "
        "changed. Off until turned on: a run holds the data folder, and gates may refuse what nobody asked for.",
    )
