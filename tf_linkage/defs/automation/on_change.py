"""What goes by itself, when turned on: figures made again as their data change, and a month's deadline that shows.

Two choices of a study. Neither starts anything unless its sensor is turned on or people are real.
"""

import datetime as dt
from collections.abc import Sequence

import dagster as dg

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.workspace.catalogue import ASSESSED, STUDIES_PAGE
from tf_linkage.workspace.store import Store

BY_VERSION = (
    dg.AutomationCondition.eager()
    .replace("newly_updated", dg.AutomationCondition.data_version_changed())
    .with_label("its inputs' data changed")
)
"""As `eager`, but an input that was made again with equal content starts nothing."""

FOLLOWS = ("research/", "published/", "quality/")
"""How the keys of assets begin that follow what they are made from."""

Assets = Sequence[dg.AssetsDefinition | dg.AssetSpec]


def following(assets: Assets) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """The assets, with the condition on those that a study may let follow their data by themselves."""

    def conditioned(spec: dg.AssetSpec) -> dg.AssetSpec:
        key = spec.key.to_user_string()
        follows = key.startswith(FOLLOWS) and key not in {"research/linked_set", *ASSESSED, STUDIES_PAGE}
        return spec.replace_attributes(automation_condition=BY_VERSION) if follows else spec

    return [made.map_asset_specs(conditioned) if isinstance(made, dg.AssetsDefinition) else made for made in assets]


def with_deadlines(assets: Assets, store: Store) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """The assets; what departments hold with a freshness that fails when the study's month is over.

    However late it was made or made again. Destruction removes its history, so that what was destroyed has no
    freshness to fail: red means overdue.
    """
    policy = over_after(store.deadlines.month)

    def dated(spec: dg.AssetSpec) -> dg.AssetSpec:
        kept = store.in_vault(spec.key.path)
        held_a_month = kept is not None and kept[0].custodian in DEPARTMENTS
        return spec.replace_attributes(freshness_policy=policy) if held_a_month else spec

    return [
        made.map_asset_specs(dated) if isinstance(made, dg.AssetsDefinition) else dated(made) for made in assets
    ]


def over_after(last: dt.date) -> dg.FreshnessPolicy:
    """A freshness that fails from the end of a day on, for whatever was made in the year before it.

    Dagster asks whether something was made within a minute of a moment, which has to come round: here once a year.
    What is made in that last minute is taken for what comes after.
    """
    over = last + dt.timedelta(days=1)
    return dg.FreshnessPolicy.cron(
        deadline_cron=f"0 0 {over.day} {over.month} *",
        lower_bound_delta=dt.timedelta(minutes=1),
        timezone="Europe/London",
    )


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
