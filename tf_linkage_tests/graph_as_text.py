"""The graph of a study as lines that can be read and compared: assets, checks, jobs, schedules and sensors."""

from __future__ import annotations

import dagster as dg


def as_text(defs: dg.Definitions) -> str:
    """One line for each asset and check, one block for each job; sorted, so that a difference is a difference."""
    graph = defs.resolve_asset_graph()
    lines = ["# Assets: key, group, what it is made from"]
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        made = "" if node.is_materializable else " (received)"
        lines.append(f"{_name(key)}{made} [{node.group_name}] <- {_names(node.parent_keys)}")
    lines += [
        "",
        "# Checks: asset: name, whether a failure stops what follows, how severe it is, what else it reads",
    ]
    for check in sorted(graph.asset_check_keys, key=_check):
        spec = graph.get_check_spec(check)
        reads = _names(dep.asset_key for dep in spec.additional_deps)
        stops = "blocks" if spec.blocking else "does not block"
        lines.append(f"{_check(check)} [{stops}; {spec.metadata.get('severity', 'SAYS NOTHING')}] <- {reads}")
    lines += ["", "# Jobs: what each makes, and the checks it runs; steps of one that makes no asset"]
    for job in sorted(defs.resolve_all_job_defs(), key=lambda job: job.name):
        if not job.name.startswith("__"):
            lines += [job.name, *(f"  {line}" for line in _selected(job))]
    lines += ["", "# Schedules and sensors: the job each starts, when, and whether it is on from the start"]
    lines += sorted(
        f"{schedule.name} -> {schedule.job_name} [{schedule.cron_schedule}; {schedule.default_status.value}]"
        for schedule in defs.schedules or []
        if isinstance(schedule, dg.ScheduleDefinition)
    )
    lines += sorted(f"sensor {sensor.name} [{sensor.default_status.value}]" for sensor in defs.sensors or [])
    return "\n".join(lines) + "\n"


def _selected(job: dg.JobDefinition) -> list[str]:
    layer = job.asset_layer
    assets = sorted(_name(key) for key in layer.selected_asset_keys)
    checks = sorted(_check(key) for key in layer.asset_graph.asset_check_keys)
    made = [*assets, *(f"check {check}" for check in checks)]
    return made or [f"step {node}" for node in sorted(job.graph.node_dict)]


def _name(key: dg.AssetKey) -> str:
    return key.to_user_string()


def _names(keys: object) -> str:
    return ", ".join(sorted(_name(key) for key in keys)) or "nothing"  # type: ignore[attr-defined]


def _check(key: dg.AssetCheckKey) -> str:
    return f"{_name(key.asset_key)}: {key.name}"
