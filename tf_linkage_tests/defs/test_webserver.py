"""The web UI's server, asked in process: workspace.yaml loads, and it serves the graph."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import dagster as dg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.webserver import DagsterWebserver
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

import tf_linkage
from tf_linkage.definitions import build_defs
from tf_linkage.defs.web.guard import OnlyFromHere, first_picture, guard
from tf_linkage.pages.addresses import PAGES, address_of
from tf_linkage.study import Study
from tf_linkage.workspace.jobs import LONG_STUDIES, REHEARSAL

ROOT = Path(tf_linkage.__file__).parent.parent


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with (
        dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("home"))) as instance,
        WorkspaceProcessContext(instance, WorkspaceFileTarget([str(ROOT / "workspace.yaml")])) as workspace,
    ):
        guard()
        app = create_app_from_workspace_process_context(workspace)
        yield TestClient(app, base_url="http://localhost:3000")


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


LAUNCH = (
    'mutation { launchRun(executionParams: {selector: {repositoryLocationName: "tf_linkage", repositoryName: '
    '"__repository__", jobName: "rehearsal"}, runConfigData: {}, mode: "default"}) { __typename } }'
)
OURS = {"host": "localhost:3000"}
ATTACKS = {
    "mutation by GET": ("GET", "/graphql", {"params": {"query": LAUNCH}, "headers": {"accept": "text/html"}}),
    "question by GET": ("GET", "/graphql", {"params": {"query": "{ version }"}}),
    "mutation as plain text": ("POST", "/graphql", {"content": LAUNCH, "headers": {"content-type": "text/plain"}}),
    "plain text, question in the address": (
        "POST", "/graphql", {"params": {"query": LAUNCH}, "headers": {"content-type": "text/plain"}},
    ),
    "json, question in the address": ("POST", "/graphql", {"params": {"query": LAUNCH}, "json": {}}),
    "a form": ("POST", "/graphql", {"data": {"query": LAUNCH}}),
    "another origin": ("POST", "/graphql", {"json": {"query": LAUNCH}, "headers": {"origin": "http://evil.example"}}),
    "another port of this machine": (
        "POST", "/graphql", {"json": {"query": LAUNCH}, "headers": {"origin": "http://localhost:8000"}},
    ),
    "no origin at all": ("POST", "/graphql", {"json": {"query": LAUNCH}, "headers": {"origin": "null"}}),
    "another name for this machine": (
        "POST", "/graphql", {"json": {"query": LAUNCH}, "headers": {"host": "evil.example:3000"}},
    ),
    "a forged event": ("POST", "/report_asset_materialization/dwp/people", {"params": {"data_version": "forged"}}),
    "a forged event by GET": ("GET", "/report_asset_materialization/dwp/people", {}),
    "a forged check": ("POST", "/report_asset_check/dwp/people", {"params": {"check_name": "x", "passed": "true"}}),
    "an event of no run, from the page's own menu": (
        "POST", "/graphql", {"json": {"query": "mutation x($e: ReportRunlessAssetEventsParams!) "
        "{ reportRunlessAssetEvents(eventParams: $e) { __typename } }"}},
    ),
    "reading by another name": ("GET", "/server_info", {"headers": {"host": "evil.example"}}),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_another_page_could_send_is_refused(client: TestClient, attack: str) -> None:
    method, path, rest = ATTACKS[attack]
    answer = client.request(method, path, **rest)
    assert answer.status_code == 403, attack
    assert answer.text.startswith("refused: ")
    assert answer.text.count("\n") == 1


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ({}, True),
        ({"origin": "http://localhost:3000"}, True),
        ({"origin": "http://evil.example"}, False),
        ({"host": "evil.example:3000"}, False),
    ],
)
def test_a_foreign_websocket_is_closed(client: TestClient, headers: dict[str, str], accepted: bool) -> None:
    given = OURS | headers
    if accepted:
        with client.websocket_connect("ws://localhost:3000/graphql", ["graphql-ws"], headers=given) as socket:
            socket.send_json({"type": "connection_init"})
            assert socket.receive_json()["type"] == "connection_ack"
    else:
        with (
            pytest.raises(WebSocketDisconnect) as closed,
            client.websocket_connect("ws://localhost:3000/graphql", ["graphql-ws"], headers=given),
        ):
            pass
        assert closed.value.code == 1008


def test_the_servers_own_page_works(client: TestClient) -> None:
    assert client.get("/", headers={"accept": "text/html"}).status_code == 200
    same = {"origin": "http://localhost:3000", "sec-fetch-site": "same-origin"}
    assert client.post("/graphql", json={"query": "{ version }"}, headers=same).json()["data"]
    # The page names the operation in the address of every question; without that it shows nothing at all.
    named = client.post("/graphql?op=VersionQuery", json={"query": "query VersionQuery { version }"}, headers=same)
    assert named.json()["data"]
    assert client.post("/graphql?query={version}", json={"query": "{ version }"}, headers=same).status_code == 403


@pytest.fixture
def shown(tmp_path: Path) -> TestClient:
    """A guard with a data folder, before a server that has nothing."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "report.html").write_text("<h1>Report</h1>", encoding="utf-8")
    (tmp_path / "secret.html").write_text("nobody's business", encoding="utf-8")
    return TestClient(
        OnlyFromHere(PlainTextResponse("Dagster's own"), data=tmp_path), base_url="http://localhost:3000"
    )


def test_pages_that_people_open_are_shown_and_nothing_else_of_the_folder(shown: TestClient) -> None:
    answer = shown.get(address_of("report"))
    assert (answer.status_code, answer.text) == (200, "<h1>Report</h1>")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "materialise" in shown.get(address_of("findings")).text, "not made yet"
    for path in (
        "/pages/../secret.html",
        "/pages/..%2fsecret.html",
        "/pages/secret.html",
        "/pages//etc/passwd",
        "/pages/",
    ):
        told = shown.get(path)
        assert "nobody's business" not in told.text, path
        assert told.text == "Dagster's own", path
    assert shown.get("/pages/report", headers={"host": "evil.example"}).status_code == 403
    assert shown.get("/assets").text == "Dagster's own"


SIMULATED, OF_FILES = Study.of("tiny"), Study.of("tiny", source="files")


@pytest.mark.parametrize("entrance", ["/", "/asset-groups", "/asset-groups/"])
def test_who_arrives_sees_the_graph_without_the_long_studies(entrance: str) -> None:
    guarded = TestClient(
        OnlyFromHere(PlainTextResponse("Dagster's own"), first=first_picture(SIMULATED)),
        base_url="http://localhost:3000",
    )
    page = {"accept": "text/html"}
    answer = guarded.get(entrance, headers=page, follow_redirects=False)
    assert answer.status_code == 302
    assert unquote(answer.headers["location"]) == '/asset-groups~not group:"long_studies"'
    assert answer.headers["cache-control"] == "no-store"
    assert guarded.get(entrance, headers=page).text == "Dagster's own", "and gets there"
    for asked in (f"{entrance}?asked=1", "/asset-groups~", "/runs", "/asset-groups/x"):
        assert guarded.get(asked, headers=page, follow_redirects=False).status_code == 200, asked
    assert guarded.get(entrance, follow_redirects=False).status_code == 200, "no page is asked for"
    assert guarded.post(entrance, headers=page, follow_redirects=False).status_code == 200
    assert guarded.get(entrance, headers=page | {"host": "evil.example"}).status_code == 403


def test_real_extracts_have_no_long_studies_to_leave_out() -> None:
    assert first_picture(OF_FILES) == "/asset-groups"
    guarded = TestClient(
        OnlyFromHere(PlainTextResponse("Dagster's own"), first=first_picture(OF_FILES)),
        base_url="http://localhost:3000",
    )
    assert guarded.get("/", headers={"accept": "text/html"}).text == "Dagster's own"


def test_the_first_picture_is_the_main_job() -> None:
    graph = build_defs(SIMULATED).resolve_asset_graph()
    seen = {key for key in graph.executable_asset_keys if graph.get(key).group_name != LONG_STUDIES}
    main = build_defs(SIMULATED).resolve_job_def(REHEARSAL).asset_layer.executable_asset_keys
    assert seen == set(main)


def test_a_refusal_in_the_launchpad_is_our_sentence_and_nothing_of_the_framework(client: TestClient) -> None:
    launch = """mutation Launch($config: RunConfigData!) { launchRun(executionParams: {
      selector: {repositoryLocationName: "tf_linkage", repositoryName: "__repository__", jobName: "rehearsal"},
      runConfigData: $config}) { __typename ... on PythonError { message stack causes { message } } } }"""
    choices = {"seed": -7, "advanced": {"families": 5}}
    config = {"resources": {"study": {"config": choices}}}
    answer = client.post("/graphql", json={"query": launch, "variables": {"config": config}}).json()["data"]
    told = answer["launchRun"]
    assert told == {
        "__typename": "PythonError",
        "message": "families: Input should be greater than or equal to 20; "
        "seed: Input should be greater than or equal to 0",
        "stack": [],
        "causes": [],
    }


def test_an_asset_links_to_the_page_that_the_server_shows() -> None:
    for name, place in PAGES.items():
        assert address_of(name) == f"/pages/{name}"
        assert place[-1] == f"{name}.html"
    with pytest.raises(KeyError):
        address_of("secret")


def test_unguarded_the_same_server_does_what_a_link_says(tmp_path: Path) -> None:
    """The positive control: without the guard the attack of the issue goes through."""
    with (
        dg.DagsterInstance.local_temp(str(tmp_path)) as instance,
        WorkspaceProcessContext(instance, WorkspaceFileTarget([str(ROOT / "workspace.yaml")])) as workspace,
    ):
        app = DagsterWebserver(workspace).create_asgi_app()
        app.user_middleware.clear()
        answer = TestClient(app, base_url="http://evil.example").get(
            "/graphql", params={"query": "mutation { setNuxSeen }"}
        )
    assert answer.status_code == 200
    assert answer.json()["data"]
