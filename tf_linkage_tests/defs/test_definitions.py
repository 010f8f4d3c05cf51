"""The graph: every asset described, the laws kept, on the rehearsal and on real extracts alike."""

import ast
import re
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import tf_linkage
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.definitions import build_defs
from tf_linkage.defs.metadata.description import GROUPS
from tf_linkage.defs.resources import run_tags, study_of
from tf_linkage.study import LAUNCHPAD, OF_THE_FOLDER, SIZES, LinkageOn, Noise, Preset, Study
from tf_linkage.workspace.catalogue import ASSESSED, EFFECT_RECOVERY, STUDIES_PAGE, TABLES
from tf_linkage.workspace.jobs import ASSESS, LONG_STUDIES, REHEARSAL

PACKAGE = Path(tf_linkage.__file__).parent


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
    assert rehearsal - real == world | {"quality/gap_causes", EFFECT_RECOVERY, *ASSESSED, STUDIES_PAGE}
    assert real < rehearsal


def test_every_contract_has_its_asset_and_every_table_its_contract() -> None:
    without_contract = keys(build_defs(Study.of("tiny"))) - set(TABLES)
    decisions = {f"{name}/review_decisions" for name in DEPARTMENTS}
    pages = {"quality/report", STUDIES_PAGE}
    assert without_contract == {"population/people", "research/linked_duckdb"} | pages | decisions


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
    assert "quality__long_studies" in longer
    assert "quality__long_studies" not in main
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
        if name in keys(defs)
        and (name.endswith("/return") or name.split("/")[0] in {"research", "quality", "published"})
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
    # Limits change no link.
    assert version("linkage/dwp_links", Study.of("tiny")) == version(
        "linkage/dwp_links", Study.of("tiny", memory_gb=1, threads=1, most_pairs=10_000)
    )


def group_edges(defs: dg.Definitions) -> set[tuple[str, str]]:
    graph = defs.resolve_asset_graph()
    return {
        (str(graph.get(parent).group_name), str(graph.get(key).group_name))
        for key in graph.get_all_asset_keys()
        for parent in graph.get(key).parent_keys
        if graph.get(parent).group_name != graph.get(key).group_name
    }


@pytest.mark.parametrize("source", ["simulation", "files"])
def test_groups_form_no_circle_and_stand_in_the_order_of_the_story(source: str) -> None:
    edges = group_edges(build_defs(Study.of("tiny", source=source)))
    order = {group: number for number, group in enumerate(GROUPS)}
    assert not [(first, then) for first, then in edges if order[first] >= order[then]]
    departments = set(DEPARTMENTS)
    assert not [edge for edge in edges if set(edge) <= departments], "departments stand next to each other"


def test_the_main_job_has_eight_groups_at_most_and_no_long_study() -> None:
    defs = build_defs(Study.of("tiny"))
    graph, made = defs.resolve_asset_graph(), defs.resolve_job_def(REHEARSAL).asset_layer.executable_asset_keys
    groups = {graph.get(key).group_name for key in made}
    assert groups == set(GROUPS) - {LONG_STUDIES}
    assert len(groups) <= 8
    assert len(made) <= 39


def test_the_launchpad_has_eight_choices_at_most_with_words_and_the_folders_values() -> None:
    job = build_defs(Study.of("tiny", memory_gb=2, clerk_error=0.3)).resolve_job_def(REHEARSAL)
    fields = job.run_config_schema.config_type.fields["resources"].config_type.fields
    assert {name for name, field in fields.items() if field.config_type.fields.get("config")} >= {"study"}
    configured = {
        name
        for name, field in fields.items()
        if getattr(field.config_type.fields["config"].config_type, "fields", None)
    }
    assert configured == {"study"}, "nothing else asks for anything"
    shown = fields["study"].config_type.fields["config"].config_type.fields
    assert set(shown) == {*LAUNCHPAD, "advanced"}
    assert len(shown) <= 8
    assert not [name for name, field in shown.items() if not field.description or field.is_required]
    assert {name: shown[name].default_value for name in ("preset", "seed", "memory_gb")} == {
        "preset": "tiny", "seed": 2015, "memory_gb": 2.0,
    }  # fmt: skip
    more = shown["advanced"].config_type.fields
    assert set(more) | set(LAUNCHPAD) | set(OF_THE_FOLDER) == set(Study.model_fields)
    assert {name for name, field in more.items() if field.default_provided} == {"clerk_error"}


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"seed": -7}, "seed: Input should be greater than or equal to 0"),
        (
            {"advanced": {"families": 5, "noise_multiplier": 99.0}},
            "families: .*20; noise_multiplier: .*10",
        ),
        ({"advanced": {"councils": ["X"]}}, "unknown council X"),
        ({"review_threshold": 0.9}, "review_threshold must not exceed"),
        ({"noise": "realstic"}, "one of clean, realistic, hard.* got realstic"),
        ({"engine": "pandas"}, "one of duckdb"),
        (
            {"advanced": {"linkage_on": {"dwp": "hash"}}},
            "one of clear, hashes, .* got hash",
        ),
        ({"advanced": {"linkage_on": {"hmrc": "hashes"}}}, "hmrc"),
        ({"engine": "splink", "advanced": {"linkage_on": {"dwp": "hashes"}}}, "which engine duckdb alone does"),
        ({"engine": "spark"}, "engine spark needs a cluster"),
        ({"engine": "spark", "advanced": {"spark": "http://localhost"}}, "spark: String should match pattern"),
        ({"engine": "spark", "advanced": {"spark": "sc://else.where"}}, "what is sent there must be encrypted"),
        ({"sede": 7}, "sede"),
    ],
)
def test_the_launchpad_refuses_before_there_is_a_run(config: dict[str, object], words: str) -> None:
    job = build_defs(Study.of("tiny")).resolve_job_def(REHEARSAL)
    with dg.DagsterInstance.ephemeral() as instance:
        with pytest.raises(dg.DagsterInvalidConfigError, match=words):
            instance.create_run_for_job(job, run_config={"resources": {"study": {"config": config}}})
        assert instance.get_runs_count() == 0


@given(st.fixed_dictionaries({}, optional={
    "seed": st.integers(0, 10**9), "noise": st.sampled_from([str(noise) for noise in Noise]),
    "memory_gb": st.floats(0.1, 1000), "advanced": st.fixed_dictionaries({}, optional={
        "families": st.integers(20, 400), "threads": st.integers(1, 64)}),
}))  # fmt: skip
def test_what_the_launchpad_leaves_out_is_as_the_folder_has_it(config: dict[str, Any]) -> None:
    folder = Study.of("tiny", seed=3, noise="hard", clerk_error=0.2)
    found = study_of(folder, config)
    given_ = {name: value for name, value in config.items() if name != "advanced"} | config.get("advanced", {})
    assert found == Study(**folder.model_dump() | given_)


def test_the_launchpad_says_of_single_departments_what_they_are_sent() -> None:
    folder = Study.of("tiny", linkage_on={"dwp": "hashes", "dfe": "matchkeys"})
    found = study_of(folder, {"advanced": {"linkage_on": {"dfe": "clear", "moj": "hashes+bloom"}}})
    assert found.linkage_on == {"dwp": LinkageOn.HASHES, "moj": LinkageOn.BLOOM}
    assert run_tags(found)["tf/linkage_on"] == "dwp hashes, moj hashes+bloom"


def test_another_preset_brings_its_own_size_unless_one_is_given() -> None:
    folder = Study.of("tiny", families=300)
    assert study_of(folder, {"preset": "demo"}).families == SIZES[Preset.DEMO][0]
    assert study_of(folder, {"preset": "tiny"}).families == 300
    assert study_of(folder, {"preset": "demo", "advanced": {"families": 400}}).families == 400


def test_the_first_picture_has_at_most_32_assets_in_eight_groups() -> None:
    """The main job is what a reader sees first: no right, no retention, no long study among it."""
    defs = build_defs(Study.of("study"))
    made = defs.resolve_job_def(REHEARSAL).asset_layer
    groups = {made.get(key).group_name for key in made.executable_asset_keys}
    assert len(made.executable_asset_keys) <= 32
    assert groups == set(GROUPS) - {LONG_STUDIES}
    assert len(groups) == 8


def test_no_release_of_a_study_of_which_any_research_table_broke_a_rule() -> None:
    """Its checks block: the release waits for every research table, also those it is not made from."""
    graph = build_defs(Study.of("tiny")).resolve_asset_graph()
    before = graph.get(dg.AssetKey(["research", "release"])).parent_keys
    assert dg.AssetKey(["research", "tables"]) in before
