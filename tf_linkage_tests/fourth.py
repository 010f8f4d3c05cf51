"""Runs a study with whatever departments are installed, and prints what came of a department's part as JSON.

    python tf_linkage_tests/fourth.py DEPARTMENT main|everything

The study is that of the environment. A process of its own, since departments are known from the first import.
"""

import io
import json
import sys
from contextlib import redirect_stdout
from typing import Any

import dagster as dg
import polars as pl
from rehearsing import Rehearsed, digests, rehearse

from tf_linkage.cli import main as command
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.custody.rights.bundle import unsealed
from tf_linkage.definitions import build_defs
from tf_linkage.defs.jobs.rights import told
from tf_linkage.workspace.choices import study_from_environment
from tf_linkage.workspace.jobs import ACCESS, END_OF_MONTH, WITHDRAW
from tf_linkage.workspace.rights_requests import take_answer


def run(done: Rehearsed, job: str, *tickets: str) -> dict[str, Any]:
    """Runs a further job on the study's data: whether it went well, and what it said if not."""
    with dg.DagsterInstance.ephemeral() as instance:
        made = build_defs(done.study).resolve_job_def(job)
        result = made.execute_in_process(instance=instance, raise_on_error=False, run_config=told(job, tickets))
    said = [event.step_failure_data.user_failure_data for event in result.get_step_failure_events()]
    return {"success": result.success, "said": [words.description for words in said if words]}


def table(done: Rehearsed, key: str) -> pl.DataFrame:
    """A stored table."""
    kept = done.store.read(key.split("/"))
    assert isinstance(kept, pl.LazyFrame)
    return kept.collect()


def ticket(done: Rehearsed, kind: str, record: tuple[str, str]) -> list[str]:
    """Asks for a right by the command; what it prints, line by line."""
    file = done.study.data / "person.csv"
    pl.DataFrame([{"la_code": record[0], "person_ref": record[1]}]).write_csv(file)
    with redirect_stdout(io.StringIO()) as said:
        assert command(["request", kind, str(file), "--data", str(done.study.data)]) == 0
    file.unlink()
    return said.getvalue().splitlines()


def main_job(done: Rehearsed, name: str) -> dict[str, Any]:
    """What the main job made of the department."""
    department = DEPARTMENTS[name]
    returned = done.store.read([name, "return"])
    assert isinstance(returned, dict)
    links = table(done, f"linkage/{name}_links").filter(pl.col("status").cast(pl.String) == "link")
    people = table(done, f"{name}/{department.people[0]}").join(
        links, left_on=department.key, right_on="register_key", how="semi"
    )
    return {
        "success": done.result.success,
        "checks": {
            f"{found.asset_key.to_user_string()}: {found.check_name}": found.passed
            for found in done.result.get_asset_check_evaluations()
        },
        "departments": list(DEPARTMENTS),
        "jobs": sorted(job.name for job in build_defs(done.study).jobs or []),
        "request": table(done, f"{name}/link_request").columns,
        "links": links.height,
        "return": {part: frame.collect_schema().names() for part, frame in returned.items()},
        "secrets": people.select(pl.exclude("gender", "date_of_birth").cast(pl.String)).to_dict(as_series=False),
    }


def rights(done: Rehearsed, name: str) -> dict[str, Any]:
    """What becomes of one person whom the department found: what they are shown, and their leaving."""
    linked = table(done, "linkage/linked_people").filter(pl.col(f"{name}_link") == "very high")
    person = (
        linked.join(table(done, "ons/attributes"), on="person_id").sort("la_code", "person_ref").row(0, named=True)
    )
    record = person["la_code"], person["person_ref"]
    number, *words = ticket(done, ACCESS, record)
    answered = run(done, ACCESS, number)
    leaving = ticket(done, WITHDRAW, record)[0]
    return {
        "person": person["person_study_ref"],
        "access": answered,
        "answer": sorted(unsealed(take_answer(done.store, number), words[-1].split()[-1]))
        if answered["success"]
        else [],
        "said": words,
        "withdraw": run(done, WITHDRAW, leaving),
    }


def what_came_of(name: str, *, afterwards: bool) -> dict[str, Any]:
    """The main job; and afterwards the department's own job, the end of the month, and one person's rights."""
    done = rehearse(study_from_environment())
    found = {"main": main_job(done, name)}
    if not afterwards:
        return found
    before = digests(done.study.data, simulated=done.store.simulated)
    found["alone"] = run(done, name) | {
        "same": before == digests(done.study.data, simulated=done.store.simulated),
    }
    found["month"] = run(done, END_OF_MONTH) | {"holds": sorted(done.store.vault(name).holds())}
    found["rights"] = rights(done, name)
    return found


if __name__ == "__main__":
    said = what_came_of(sys.argv[1], afterwards=sys.argv[2] == "everything")
    print(json.dumps(said))
