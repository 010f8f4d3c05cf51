"""What somebody sees who opens the web UI: the main job's graph, in a real browser.

The address that leaves a group out is Dagster's own and documented nowhere.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from browser import CHROMIUM, Browser

from tf_linkage.cli.dagster_home import INSTANCE, workspace_file
from tf_linkage.defs.metadata.description import GROUPS
from tf_linkage.workspace.jobs import LONG_STUDIES

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the page is not opened")
PATIENCE = 180


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The guarded server of a `tiny` study that was never run."""
    home = tmp_path_factory.mktemp("home")
    shutil.copy(workspace_file().with_name(INSTANCE), home)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TF_LINKAGE_")}
    command = ["-m", "tf_linkage.defs.web.guard", "-h", "127.0.0.1", "-p", str(port), "-w", str(workspace_file())]
    environment = ours | {
        "DAGSTER_HOME": str(home), "TF_LINKAGE_PRESET": "tiny", "TF_LINKAGE_DATA": str(home / "data"),
    }  # fmt: skip
    with subprocess.Popen([sys.executable, *command], env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + PATIENCE
            while not _answers(port):
                assert server.poll() is None, "the server ended"
                assert time.monotonic() < until, "the server did not start"
                time.sleep(0.5)
            yield f"http://localhost:{port}"
        finally:
            server.terminate()
            server.wait()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    tab = Browser(tmp_path_factory.mktemp("profile"))
    tab.ask("Emulation.setDeviceMetricsOverride", width=1400, height=900, deviceScaleFactor=1, mobile=False)
    yield tab
    tab.process.kill()
    tab.process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _seen(browser: Browser, address: str) -> tuple[int, list[str]]:
    """How many assets the button makes, and the lines of the page, as soon as the graph is there."""
    browser.ask("Page.navigate", url=address)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        text = str(browser.evaluate("document.body ? document.body.innerText : ''"))
        if made := re.search(r"Materialize all \((\d+)\)", text):
            return int(made[1]), text.splitlines()
        time.sleep(0.5)
    raise AssertionError(f"no graph at {address}")


def test_who_opens_the_web_ui_sees_eight_groups_and_makes_the_main_job(address: str, browser: Browser) -> None:
    makes, lines = _seen(browser, f"{address}/")
    assert makes == 32
    assert {line for line in lines if line in GROUPS} == set(GROUPS) - {LONG_STUDIES}


def test_the_whole_graph_is_there_for_who_asks_for_it(address: str, browser: Browser) -> None:
    makes, lines = _seen(browser, f"{address}/asset-groups?whole=1")
    assert makes > 32
    assert {line for line in lines if line in GROUPS} == set(GROUPS)
