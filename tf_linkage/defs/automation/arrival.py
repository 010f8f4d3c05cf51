"""What arrives in the incoming folder: a complete delivery starts its custodian's job, anything else is told once.

A sensor, off until somebody turns it on. It goes by what the files hold, never by when they were written, and
judges a delivery once it lay the same for two ticks, so that no half-copied file is judged.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import dagster as dg

from tf_linkage import intake
from tf_linkage.custody.handover.kinds import HANDOVERS
from tf_linkage.defs.assets.extracts import Incoming
from tf_linkage.defs.internals import UnresolvedAssetJobDefinition
from tf_linkage.defs.metadata.description import asset_key
from tf_linkage.errors import FileMissing, InputRefused
from tf_linkage.study import Study
from tf_linkage.workspace.folder import store_of
from tf_linkage.workspace.masking import masked_errors

SEEN, JUDGED = "seen", "judged"
"""In the sensor's cursor, by body: the digest of what lay there at the last tick, and of what was judged last."""


def arrival_sensors(study: Study, jobs: Sequence[UnresolvedAssetJobDefinition]) -> list[dg.SensorDefinition]:
    """The sensor on the incoming folder; none where no body's register is a file.

    Args:
        study: where the files lie, and whose they are.
        jobs: every custodian's job, by whose name a body is known.
    """
    incoming = Incoming.of(study)
    starts = [job for job in jobs if job.name in incoming.registers]
    if not starts:
        return []

    @dg.sensor(
        name="arrivals",
        jobs=starts,
        minimum_interval_seconds=30,
        description="Looks for deliveries in the incoming folder. A complete one starts its custodian's job; one "
        "that is incomplete or refused is told once, on the page of the asset it would become. Off until turned "
        "on.",
    )
    def arrivals(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        with nullcontext() if store_of(study).is_rehearsal() else masked_errors():
            return _look(context, study, incoming)

    return [arrivals]


def _look(context: dg.SensorEvaluationContext, study: Study, incoming: Incoming) -> dg.SensorResult:
    cursor = json.loads(context.cursor or "{}")
    seen, judged = dict(cursor.get(SEEN, {})), dict(cursor.get(JUDGED, {}))
    runs: list[dg.RunRequest] = []
    events: list[dg.AssetObservation] = []
    said: list[str] = []
    for body, key in incoming.registers.items():
        found = delivered(incoming.folder, body)
        before, seen[body] = seen.get(body), found
        if not found or found == judged.get(body):
            continue
        if found != before:
            said.append(f"{body}: files are arriving")
            continue
        if reason := _waits(study, body):
            said.append(f"{body}: {reason}")
            continue
        judged[body] = found
        if refusal := wrong_with(incoming, body):
            context.log.warning(f"{body}: {refusal}")
            events.append(dg.AssetObservation(asset_key(key), description=f"not taken in: {refusal}"))
            said.append(f"{body}: not taken in, see {key}")
        else:
            events.append(dg.AssetObservation(asset_key(key), description="a complete delivery arrived"))
            runs.append(dg.RunRequest(run_key=f"{body} {found}", job_name=body, tags={"tf/arrival": found}))
    return dg.SensorResult(
        run_requests=runs,
        asset_events=events,
        cursor=json.dumps({SEEN: seen, JUDGED: judged}, sort_keys=True),
        skip_reason=None if runs else dg.SkipReason("; ".join(said) or "nothing new"),
    )


def delivered(folder: Path, body: str) -> str:
    """A digest of what lies there of a body, whole or not; empty where nothing does."""
    files: dict[str, str] = {}
    nothing = True
    for stem in intake.stems_of(body):
        try:
            files |= intake.digests_of(folder, stem)
        except FileMissing as missing:
            files[f"{stem} "] = str(missing)
            continue
        except InputRefused as refusal:
            files[f"{stem} "] = str(refusal)
        nothing = False
    if nothing:
        return ""
    words = "".join(f"{name}\0{digest}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def wrong_with(incoming: Incoming, body: str) -> str:
    """Why a delivery cannot be taken in, in one line: what is missing, or which rule it breaks; empty if it can."""
    missing = []
    for stem in intake.stems_of(body):
        try:
            intake.must_be_there(incoming.folder, stem)
        except InputRefused as refusal:
            missing.append(str(refusal))
    if missing:
        return "incomplete: " + "; ".join(missing)
    try:
        intake.check_delivery(incoming.folder, body, incoming.day, incoming.asked)
    except InputRefused as refusal:
        return "refused: " + "; ".join(str(refusal).splitlines())
    return ""


def _waits(study: Study, body: str) -> str:
    """What a body's job needs besides its own files and has not got yet: a department's request."""
    request = f"{body}/link_request"
    kept = store_of(study).in_vault(request.split("/")) if request in HANDOVERS else None
    return f"waits for {request}" if kept and kept[1] not in kept[0].datasets() else ""
