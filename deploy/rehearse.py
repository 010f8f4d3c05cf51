"""`make deployment`: the deployment of docs/deployment.md on this machine, tried once from start to stop.

PostgreSQL, code server, guarded web server and daemon; the main job at `tiny` and a second one behind it in the
queue; runs of the page and by command that are killed; the end of the month. Everything lies in a folder that is
removed afterwards.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DATABASE, WEB, CODE = 55432, 3100, 4266
USER = "dagster"
MINUTE = 60
PATIENCE = 300
"""Seconds within which anything that is waited for has to happen."""

LAUNCH = """mutation Launch($job: String!, $config: RunConfigData!) { launchRun(executionParams: {
  selector: {repositoryLocationName: "tf_linkage", repositoryName: "__repository__", jobName: $job},
  runConfigData: $config}) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
RUN = """query Run($id: ID!) { runOrError(runId: $id) { ... on Run { status tags { key value } } } }"""


def main() -> int:
    """Try it; 0 when everything was as the page says."""
    if not (tools := _postgres()):
        print("PostgreSQL is not installed: apt-get install postgresql", file=sys.stderr)
        return 2
    with ExitStack() as stack:
        folder = Path(stack.enter_context(_folder()))
        environment = _environment(folder)
        stack.enter_context(_database(tools, folder, environment["DAGSTER_PG_PASSWORD"]))
        print("PostgreSQL is up")
        server = ["dagster", "code-server", "start", "-m", "tf_linkage.definitions", "-h", "127.0.0.1"]
        for command in (
            [*server, "-p", str(CODE), "--location-name", "tf_linkage"],
            ["tf_linkage.defs.web.guard", "-h", "127.0.0.1", "-p", str(WEB), "-w", str(HERE / "workspace.yaml")],
            ["dagster._daemon", "run", "-w", str(HERE / "workspace.yaml")],
        ):
            stack.enter_context(_process(command, environment, folder / f"{command[0]}.log"))
            _until(_code_is_up if command[0] == "dagster" else lambda: True, "the code server")
        _until(_web_is_up, "the web server")
        print("code server, web server and daemon are up")
        return _tried(tools, environment)


def _tried(tools: Path, environment: Mapping[str, str]) -> int:
    first, second = _launch("rehearsal"), _launch("ons_preview")
    wanted = [
        _seen(
            lambda: _status(first) == "STARTED" and _status(second) == "QUEUED", "the second waits for the first"
        ),
        _seen(lambda: _status(first) == "SUCCESS", "the main job at tiny succeeds"),
        _seen(lambda: _status(second) == "SUCCESS", "the second goes on and succeeds"),
    ]
    launched = _launch("rehearsal")
    wanted.append(_ends_when_killed(launched, "of the page"))
    with subprocess.Popen(
        [sys.executable, "-m", "tf_linkage", "run"], env=dict(environment), stdout=subprocess.DEVNULL
    ) as command:
        _until(lambda: bool(_at_work()), "a run by command to begin")
        wanted.append(_ends_when_killed(_at_work()[0], "by command"))
        command.wait()
    steps = {"end_of_month_step": {"config": {"confirm": "end_of_month"}}}
    last = _launch("end_of_month", {"ops": steps})
    wanted.append(_seen(lambda: _status(last) == "SUCCESS", "the end of the month is reached"))
    query = "select count(*) from event_logs where asset_key like '%dwp%link_request%'"
    asked = [tools / "psql", "-h", "127.0.0.1", "-p", str(DATABASE), "-U", USER, "-At", "-c", query, "dagster"]
    passed = {**environment, "PGPASSWORD": environment["DAGSTER_PG_PASSWORD"]}
    left = subprocess.run(asked, env=passed, capture_output=True, text=True, check=True).stdout.strip()
    # Destruction itself reports the day on which the request went, and nothing else of it is left.
    print(f"  events of the destroyed request in PostgreSQL: {left}, that of its destruction")
    wanted.append(left == "1")
    return 0 if all(wanted) else 1


def _ends_when_killed(run: str, whose: str) -> bool:
    """Kill a run's process; whether it is marked failed within a minute, and what waits behind it goes on."""
    _until(lambda: bool(_process_of(run)), f"a run {whose} to say its process")
    behind = _launch("ons_preview")
    os.kill(_process_of(run), signal.SIGKILL)
    began = time.monotonic()
    marked = _seen(lambda: _status(run) == "FAILURE", f"a killed run {whose} is marked failed")
    took = time.monotonic() - began
    print(f"  {took:.0f} s after it was killed")
    return marked and took < MINUTE and _seen(lambda: _status(behind) == "SUCCESS", "the queue goes on")


def _process_of(run: str) -> int:
    """The number of the process that does a run's work; 0 as long as it has not said so."""
    said = [tag["value"] for tag in _run(run)["tags"] if tag["key"] == "tf/process"]
    return int(said[0].split(":")[-2]) if said else 0


@contextmanager
def _folder() -> Iterator[str]:
    """A folder that PostgreSQL's user may enter, removed with all that is in it."""
    folder = tempfile.mkdtemp(prefix="tf_linkage_deployment_")
    Path(folder).chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    home = folder / "home"
    home.mkdir(mode=0o700)
    shutil.copy(HERE / "dagster.yaml", home)
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TF_LINKAGE_")}
    return ours | {
        "DAGSTER_HOME": str(home),
        "DAGSTER_PG_HOST": "127.0.0.1",
        "DAGSTER_PG_PORT": str(DATABASE),
        "DAGSTER_PG_PASSWORD": secrets.token_urlsafe(24),
        "TF_LINKAGE_PRESET": "tiny",
        "TF_LINKAGE_DATA": str(folder / "data"),
    }


def _postgres() -> Path | None:
    """The folder of PostgreSQL's programs, as Debian has it or on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def _database(tools: Path, folder: Path, password: str) -> Iterator[None]:
    """A cluster of its own with the database of the instance; PostgreSQL refuses to run as root."""
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    place, secret = folder / "postgres", folder / "password"
    place.mkdir()
    secret.write_text(password, encoding="ascii")
    secret.chmod(0o600)
    if as_user:
        shutil.chown(place, "postgres")
        shutil.chown(secret, "postgres")

    def call(tool: str, *arguments: object) -> None:
        command = [*as_user, str(tools / tool), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)

    call("initdb", "-A", "scram-sha-256", f"--pwfile={secret}", "-U", USER, "-D", place / "cluster")
    options = f"-k {place} -p {DATABASE} -c listen_addresses=127.0.0.1"
    call("pg_ctl", "-D", place / "cluster", "-l", place / "log", "-o", options, "-w", "start")
    try:
        passed = {**os.environ, "PGPASSWORD": password}
        created = [tools / "createdb", "-h", "127.0.0.1", "-p", str(DATABASE), "-U", USER, "dagster"]
        subprocess.run(created, check=True, env=passed)
        yield
    finally:
        call("pg_ctl", "-D", place / "cluster", "-m", "fast", "-w", "stop")


@contextmanager
def _process(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[None]:
    """A part of the deployment, ended when it is no longer needed; its last lines are shown if all went wrong."""
    with log.open("w") as said:
        part = subprocess.Popen(
            [sys.executable, "-m", *command], env=dict(environment), stdout=said, stderr=subprocess.STDOUT
        )
    try:
        yield
    except BaseException:
        print(f"-- {log.stem}\n" + "\n".join(log.read_text().splitlines()[-15:]), file=sys.stderr)
        raise
    finally:
        part.send_signal(signal.SIGINT)
        try:
            part.wait(20)
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()


def _ask(query: str, **variables: object) -> dict[str, Any]:
    body = json.dumps({"query": query, "variables": variables}).encode()
    asked = urllib.request.Request(f"http://localhost:{WEB}/graphql", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)["data"]
    return found


def _launch(job: str, config: Mapping[str, object] | None = None) -> str:
    answer = _ask(LAUNCH, job=job, config=config or {})["launchRun"]
    if "run" not in answer:
        raise SystemExit(f"{job} was not launched: {answer}")
    return str(answer["run"]["runId"])


def _run(run: str) -> dict[str, Any]:
    found: dict[str, Any] = _ask(RUN, id=run)["runOrError"]
    return found


def _status(run: str) -> str:
    return str(_run(run)["status"])


def _at_work() -> list[str]:
    found = _ask("{ runsOrError(filter: {statuses: [STARTED]}) { ... on Runs { results { runId } } } }")
    return [str(run["runId"]) for run in found["runsOrError"]["results"]]


def _web_is_up() -> bool:
    try:
        return bool(_ask("{ version }"))
    except OSError:
        return False


def _code_is_up() -> bool:
    command = [sys.executable, "-m", "dagster", "api", "grpc-health-check", "-p", str(CODE)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _seen(there: Callable[[], bool], what: str) -> bool:
    """Wait for something, and say whether it came."""
    try:
        _until(there, what)
    except SystemExit as late:
        print(f"NOT: {late}")
        return False
    print(f"ok: {what}")
    return True


def _until(there: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not there():
        if time.monotonic() > end:
            raise SystemExit(f"{what}: not within {PATIENCE} s")
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
