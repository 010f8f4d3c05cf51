"""The record of processing and the draft impact assessment say what the flows and the figures say."""

import re
from pathlib import Path

import polars as pl
import pytest

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.flows import flows, published
from tf_linkage.contracts.outputs.quality import Disclosures, Gaps, Metrics
from tf_linkage.contracts.registry import DEPARTMENTS, direct_identifiers, extract_tables
from tf_linkage.custody.papers import Carried, Measured, impact_assessment, policy_document, record_of_processing
from tf_linkage.custody.papers.measured import NOT_MEASURED
from tf_linkage.custody.papers.policy_document import BACKUPS, PROCEDURES
from tf_linkage.custody.papers.risks import RISKS

TESTS = Path(__file__).parents[1]


def carried() -> list[Carried]:
    contracts = {f"{name}/link_request": {"": department.request} for name, department in DEPARTMENTS.items()}
    contracts["council/cohort"] = {"": extract_tables()["council_cohort"]}
    return [
        Carried(flow, "2020-05-06", contracts.get(flow.asset, {}))
        for flow in [*flows().values(), published("published/findings")]
    ]


def measured(*, value: float | None, rehearsed: bool = True) -> Measured:
    rows = [("dwp", "all", "all", value), ("moj", "gender", "F", 0.5)]
    figures = pl.DataFrame(rows, schema=["department", "breakdown", "level", "value"], orient="row").with_columns(
        measure=pl.lit("false_discovery_rate")
    )
    wanted = schema_of(Metrics)
    whole = figures.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in wanted.items() if name not in figures.columns
    )
    return Measured(
        whole.select(pl.col(name).cast(dtype) for name, dtype in wanted.items()),
        gaps=pl.DataFrame(schema=schema_of(Gaps)),
        rehearsed=rehearsed,
    )


def test_the_record_has_a_section_for_every_flow_with_all_that_the_law_asks() -> None:
    record = record_of_processing(carried())
    for one in carried():
        section = record.split(f"## {one.flow.asset}\n")[1].split("\n## ")[0]
        for words in (one.flow.sender, one.flow.recipient, one.flow.controller, one.flow.purpose):
            assert words in section
        assert one.flow.legal_basis in section
        assert one.destroy_by in section


def test_the_record_tells_by_which_mappings_tables_were_made_where_any_were() -> None:
    assert "Made by mappings" not in record_of_processing(carried())
    record = record_of_processing(carried(), {"ons/cohort": "ab" * 32})
    assert f"| ons/cohort | `{'ab' * 32}` |" in record


def test_the_record_tells_the_columns_of_each_request_by_class() -> None:
    record = record_of_processing(carried())
    for name, department in DEPARTMENTS.items():
        section = record.split(f"## {name}/link_request\n")[1].split("\n## ")[0]
        sent = set(re.split(r", ", re.search(r"\| Direct identifiers \| (.+) \|", section)[1]))  # type: ignore[index]
        assert sent == direct_identifiers() & set(department.request_columns)
        assert ("nino" in sent) == (name == "dwp")


def test_a_figure_stands_at_its_risk_and_only_that_of_everybody() -> None:
    draft = impact_assessment(carried(), measured(value=0.0123))
    risk = draft.split("### 5.1 ")[1].split("### 5.2 ")[0]
    assert "of the links at DWP 1.23% are of different people" in risk
    assert "MOJ" not in risk


def test_what_was_not_measured_is_said() -> None:
    draft = impact_assessment(carried(), measured(value=None))
    risk = draft.split("### 5.1 ")[1].split("### 5.2 ")[0]
    assert f"| Measured | {NOT_MEASURED} |" in risk
    assert "job `assess` does it" in draft


@pytest.mark.parametrize(("rehearsed", "words"), [(True, "nobody in it is real"), (False, "real extracts")])
def test_a_rehearsals_figures_are_called_so(rehearsed: bool, words: str) -> None:
    assert words in impact_assessment(carried(), measured(value=0.01, rehearsed=rehearsed))


def test_what_identifiers_buy_is_quoted() -> None:
    wanted = schema_of(Disclosures)
    row = {
        "department": "dwp",
        "disclosed": "without NINO",
        "tells": "name",
        "precision": 0.5,
        "recall": None,
        "f1": None,
        "recall_gap": None,
        "outcome": "x",
        "true_difference": None,
        "found_difference": None,
        "bias": None,
    }
    figures = measured(value=0.01)
    told = Measured(figures.figures, figures.gaps, disclosures=pl.DataFrame([row], schema=wanted))
    draft = impact_assessment(carried(), told)
    assert "| DWP | without NINO | 50.0% | too few |" in draft
    assert "without NINO: precision 50.0%, recall too few" in draft


def test_every_proof_of_a_risk_is_a_test_or_a_check_that_exists() -> None:
    tests = "\n".join(path.read_text() for path in TESTS.rglob("test_*.py"))
    graph = (TESTS / "defs" / "graph" / "simulation.txt").read_text()
    for risk in RISKS:
        assert risk.proof, risk.name
        for proof in risk.proof:
            there = f"def {proof}(" in tests if proof.startswith("test_") else f": {proof} [" in graph
            assert there, f"{proof} proves nothing: there is no such test or check"


def test_the_policy_document_has_every_condition_principle_and_last_day() -> None:
    paper = policy_document(carried())
    for one in carried():
        assert f"| {one.flow.asset} | {one.flow.recipient} | {one.flow.condition} |" in paper
        assert f"| {one.flow.asset} | {one.flow.recipient} | {one.destroy_by} |" in paper
    assert [one.principle[-3:] for one in PROCEDURES] == ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)"]
    for sentence in BACKUPS:
        assert sentence in paper


def test_every_proof_of_the_policy_document_is_a_test_or_a_check_that_exists() -> None:
    tests = "\n".join(path.read_text() for path in TESTS.rglob("test_*.py"))
    graph = (TESTS / "defs" / "graph" / "simulation.txt").read_text()
    for one in PROCEDURES:
        there = f"def {one.proof}(" in tests if one.proof.startswith("test_") else f": {one.proof} [" in graph
        assert there, one.proof


def test_how_many_are_asked_about_is_told_in_classes() -> None:
    """One family's departure changes no word of it; the control: the exact numbers differ."""
    said = []
    for sent in (5_133.0, 5_127.0):
        told = measured(value=sent)
        figures = told.figures.with_columns(pl.lit("sent").cast(told.figures.schema["measure"]).alias("measure"))
        said.append(Measured(figures, told.gaps).people_sent())
    assert said[0] == said[1] == "DWP is asked about 1,000 to 9,999 people"
