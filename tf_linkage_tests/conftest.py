"""What the tests share: one run of the `tiny` rehearsal, whole, with every check."""

import os
from collections.abc import Iterator

import dagster as dg
import hypothesis
import pytest
from rehearsing import Rehearsed, home, rehearse
from sail import served

from tf_linkage.study import Study

# How long an example takes tells of the machine; what things cost stands in benchmarks/.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--accept-snapshots` writes what is found over the tracked snapshots; their difference is then reviewed."""
    parser.addoption("--accept-snapshots", action="store_true", help="write today's graph over tracked snapshots")


@pytest.fixture(scope="session")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    """The `tiny` rehearsal, run once for all tests. Read it; do not change it."""
    study = Study.of("tiny", data=tmp_path_factory.mktemp("rehearsal") / "data")
    return rehearse(study, dg.DagsterInstance.local_temp(str(home(study))))


@pytest.fixture(scope="session")
def spark() -> Iterator[str]:
    """Address of a cluster on this machine."""
    with served() as address:
        yield address


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a missing tool, and that is a failure; elsewhere it prints its reason."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
