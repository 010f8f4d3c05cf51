"""The graph: every asset described, the laws kept, on the rehearsal and on real extracts alike."""

import ast
import re
from pathlib import Path

import dagster as dg
import pytest
import yaml

import tf_linkage
from tf_linkage.definitions import build_defs
from tf_linkage.study import Study
from tf_linkage.workspace.catalogue import ASSESSED, EFFECT_RECOVERY, TABLES
from tf_linkage.workspace.jobs import ASSESS, REHEARSAL

PACKAGE = Path(tf_linkage.__file__).parent
GROUPS = ["population", "council", "dwp", "moj", "dfe", "ons", "linkage", "research", "quality", "published"]


@pytest.fixture(scope="module", params=["simulation", "files"])
def defs(request: pytest.FixtureRequest) -> dg.Definitions:
    return build_defs(Study.of("tiny", source=request.param))


def keys(defs: dg.Definitions) -> set[str]:
    return {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()}


def test_definitions_load(defs: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(defs)


def test_the_simulated_world_is_absent_on_real_extracts() -> None:
    rehearsal = keys(build_defs(Study.of("tiny")))
    real = keys(build_defs(Study.of("tiny", source="files")))
    world = {"population/people", "population/truth", "population/population_counts"}
    assert rehearsal - real == world | {"quality/gap_causes", EFFECT_RECOVERY, *ASSESSED}
    assert real < rehearsal


def test_every_contract_has_its_asset_and_every_table_its_contract() -> None:
    without_contract = keys(build_defs(Study.of("tiny"))) - set(TABLES)
    assert without_contract == {"population/people", "quality/report", "quality/papers", "research/linked_duckdb"}


def test_the_main_job_leaves_the_longer_studies_out() -> None:
    defs = build_defs(Study.of("tiny"))
    main, longer = (
        {str(name) for name in defs.resolve_job_def(job).graph.node_dict} for job in (REHEARSAL, ASSESS)
    )
    steps = {key.replace("/", "__") for key in ASSESSED}
    assert not main & steps
    assert not main & {f"{key.replace('/', '_')}_checks" for key in ASSESSED}
    assert "quality_linkage_quality_checks" in main
    assert steps <= longer
    assert {"quality__linkage_quality", "quality__report", "quality__gap_causes"} <= main
    assert "quality__report" in longer
    assert "population__people" not in longer


def test_every_asset_tells_what_it_is(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        name = key.to_user_string()
        assert node.description, name
        assert node.owners, name
        assert node.kinds, name
        assert node.code_version, name
        assert node.group_name in GROUPS, name
        assert node.tags.get("custodian"), name
        if name in TABLES:
            assert "dagster/column_schema" in node.metadata, name


def test_every_table_is_checked_against_its_contract(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    checked = {
        check.asset_key.to_user_string() for check in graph.asset_check_keys if check.name == "keeps_contract"
    }
    assert checked == {name for name in TABLES if name in keys(defs)}


def test_law_5_is_checked_wherever_nobody_may_be_named(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    checked = {
        check.asset_key.to_user_string() for check in graph.asset_check_keys if check.name == "holds_no_identifier"
    }
    wanted = {
        name
        for name in TABLES
        if name in keys(defs) and (name.endswith("/return") or name.split("/")[0] in GROUPS[7:])
    }
    assert checked == wanted


def test_law_6_no_departments_asset_is_downstream_of_research(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    departments = {"council", "dwp", "moj", "dfe"}
    for key in graph.get_all_asset_keys():
        if key.path[0] in departments:
            above = {ancestor.path[0] for ancestor in graph.get_ancestor_asset_keys(key)}
            assert not above & {"research", "quality", "published"}, key.to_user_string()


def test_only_quality_reads_the_truth() -> None:
    graph = build_defs(Study.of("tiny")).resolve_asset_graph()
    readers = {key.path[0] for key in graph.get(dg.AssetKey(["population", "truth"])).child_keys}
    assert readers == {"quality"}


def test_identifiers_leave_ons_only_by_requests() -> None:
    graph = build_defs(Study.of("tiny")).resolve_asset_graph()
    readers = {key.to_user_string() for key in graph.get(dg.AssetKey(["ons", "identifiers"])).child_keys}
    assert readers == {"dwp/link_request", "moj/link_request", "dfe/link_request", "linkage/linked_people"}


def test_law_3_dagster_stays_in_its_rooms() -> None:
    allowed = {"defs", "definitions.py", "run.py"}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] in allowed:
            continue
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(path.read_text()))
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert "dagster" not in imported, path.name


def test_workspace_names_the_same_code_location() -> None:
    root = PACKAGE.parent
    location = yaml.safe_load((root / "workspace.yaml").read_text())["load_from"][0]["python_module"]
    named = re.search(r'code_location_name = "(.+)"', (root / "pyproject.toml").read_text())
    assert named is not None
    assert location["location_name"] == named.group(1)
    assert location["module_name"] == "tf_linkage.definitions"


def test_a_change_of_scale_is_a_change_of_version() -> None:
    def version(key: str, study: Study) -> str | None:
        return build_defs(study).resolve_asset_graph().get(dg.AssetKey(key.split("/"))).code_version

    people = "population/people"
    assert version(people, Study.of("tiny")) == version(people, Study.of("tiny"))
    assert version(people, Study.of("tiny")) != version(people, Study.of("tiny", families=300))
    assert version("linkage/dwp_links", Study.of("tiny")) != version(
        "linkage/dwp_links", Study.of("tiny", link_threshold=0.9)
    )
    # Bounds change no link.
    assert version("linkage/dwp_links", Study.of("tiny")) == version(
        "linkage/dwp_links", Study.of("tiny", memory_gb=1, threads=1, most_pairs=10_000)
    )


def test_the_launchpad_offers_what_a_linkage_may_use_with_words() -> None:
    defs = build_defs(Study.of("tiny", memory_gb=2))
    fields = defs.resolve_job_def(REHEARSAL).resource_defs["linking"].config_schema.config_type.fields
    for name in ("memory_gb", "threads", "most_pairs"):
        assert fields[name].description, name
