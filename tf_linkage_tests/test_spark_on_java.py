"""Engine `spark` on Spark itself, with records that are taken for real: the links of engine `duckdb`.

`make test-spark`; the tests of the suite run on Sail.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage import Cluster, Limits, department_model, link
from tf_linkage.linkage.engines.duckdb import link_task
from tf_linkage.linkage.engines.spark.blocking import block_and_compare_on
from tf_linkage.linkage.engines.spark.session import connected_to
from tf_linkage.linkage.result import LinkageTask, LinkResult
from tf_linkage.rehearsal.cases import Case, Sent, sent_case
from tf_linkage.study import Preset, Study

SPARK = Path(__file__).parents[1] / ".venv-spark"
SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"

pytestmark = pytest.mark.slow


@contextmanager
def served(folder: Path, *settings: str) -> Iterator[str]:
    """Address of a Spark Connect server of this machine, with two workers of its own Python."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    chosen = [
        "spark.ui.enabled=false", "spark.driver.bindAddress=127.0.0.1",
        "spark.connect.grpc.binding.address=127.0.0.1", f"spark.connect.grpc.binding.port={port}", *settings,
    ]  # fmt: skip
    words = [word for setting in chosen for word in ("--conf", setting)]
    environment = os.environ | {"PYSPARK_PYTHON": str(SPARK / "bin" / "python"), "SPARK_LOCAL_IP": "127.0.0.1"}
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [SPARK / "bin" / "spark-submit", "--master", "local[2]", "--class", SERVER, *words, "spark-internal"],
            cwd=folder, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        for _ in range(240):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, (folder / "server.log").read_text()[-2_000:]
            time.sleep(0.5)
        yield f"sc://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(60)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("spark"), "spark.io.encryption.enabled=true") as found:
        yield found


@pytest.fixture(scope="module")
def sent() -> Sent:
    return sent_case(Case.of(Study.of(Preset.TINY)))


def same(one: LinkResult, other: LinkResult) -> None:
    for frame in ("links", "training", "blocking", "explanations", "training_curve", "weighed"):
        assert_frame_equal(getattr(one, frame), getattr(other, frame), check_exact=True)
    assert one.counts == other.counts


def test_the_links_of_each_department_are_those_of_engine_duckdb(sent: Sent, address: str) -> None:
    bounds = Limits(cluster=Cluster(address))
    for name, department in DEPARTMENTS.items():
        asked = sent.requests[name], sent.registers[name], department_model(name, department.request_columns)
        same(link(*asked, engine="spark", bounds=bounds), link(*asked))


def test_nothing_depends_on_how_the_work_is_divided(sent: Sent, address: str) -> None:
    model = department_model("moj", DEPARTMENTS["moj"].request_columns)
    task = LinkageTask(sent.requests["moj"], sent.registers["moj"], model)
    usual = link(task.left, task.right, model)
    for pieces, partitions in ((50, 7), (10**6, 1)):
        with connected_to(Cluster(address)) as session:
            session.conf.set("spark.sql.shuffle.partitions", str(partitions))
            session.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")
            same(link_task(task, block_and_compare_on(session, pieces)), usual)


def test_real_records_are_refused_where_what_is_written_is_not_encrypted(sent: Sent, tmp_path: Path) -> None:
    model = department_model("moj", DEPARTMENTS["moj"].request_columns)
    clear = pytest.raises(LinkageRefused, match="encrypts what it writes to disk")
    with served(tmp_path) as found, clear:
        link(
            sent.requests["moj"], sent.registers["moj"], model,
            engine="spark", bounds=Limits(cluster=Cluster(found)),
        )  # fmt: skip
