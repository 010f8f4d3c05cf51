"""The web UI's server, asked in process: workspace.yaml loads, and it serves the graph."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from starlette.testclient import TestClient

import tf_linkage

ROOT = Path(tf_linkage.__file__).parent.parent


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with (
        dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("home"))) as instance,
        WorkspaceProcessContext(instance, WorkspaceFileTarget([str(ROOT / "workspace.yaml")])) as workspace,
    ):
        yield TestClient(create_app_from_workspace_process_context(workspace))


def ask(client: TestClient, query: str) -> dict[str, object]:
    answer = client.post("/graphql", json={"query": query}).json()
    assert "errors" not in answer
    return answer["data"]


def test_the_graph_is_served(client: TestClient) -> None:
    nodes = ask(client, "{ assetNodes { assetKey { path } groupName description } }")["assetNodes"]
    assert {"dwp/people", "linkage/dwp_links", "published/findings"} <= {
        "/".join(node["assetKey"]["path"]) for node in nodes
    }
    assert all(node["description"] for node in nodes)


def test_the_job_is_served(client: TestClient) -> None:
    found = ask(client, "{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } } } } }")
    (repository,) = found["repositoriesOrError"]["nodes"]
    assert "rehearsal" in {job["name"] for job in repository["jobs"]}
