"""One definition of the choices: every choice of a study can be made by environment, make and launchpad."""

import re
from pathlib import Path

import pytest

import tf_linkage
from tf_linkage.contracts.names import department_names
from tf_linkage.errors import StudyRefused
from tf_linkage.study import Dates, LinkageOn, Study
from tf_linkage.workspace.choices import choices, chosen_study
from tf_linkage.workspace.study_record import record

MAKEFILE = Path(tf_linkage.__file__).parents[1] / "Makefile"


def test_every_choice_of_a_study_has_a_variable() -> None:
    days = {f"date_{name}" for name in Dates.model_fields}
    of_departments = {f"{name}_{choice}" for name in department_names() for choice in ("source", "linkage_on")}
    assert set(choices()) == (set(Study.model_fields) - {"dates", "sources", "linkage_on"}) | days | of_departments


def test_make_takes_the_same_words() -> None:
    (line,) = re.findall(r"^CHOICES := (.*)$", MAKEFILE.read_text(encoding="utf-8"), re.MULTILINE)
    named = {name.lower() for name in line.split()}
    assert named == {name for name in choices() if not name.startswith("date_")} - {"name"}


def test_councils_are_a_list() -> None:
    found = chosen_study(environment={"TF_LINKAGE_COUNCILS": "E09000012, E08000003"}, remembered=False)
    assert found.councils == ("E09000012", "E08000003")


def test_what_a_department_is_sent_is_chosen_for_each_and_kept(tmp_path: Path) -> None:
    given = {"data": str(tmp_path), "dwp_linkage_on": "hashes", "moj_linkage_on": "matchkeys"}
    record(chosen_study(given, {}))
    again = chosen_study({"data": str(tmp_path)}, {"TF_LINKAGE_DWP_LINKAGE_ON": "clear"})
    assert again.linkage_on == {"moj": LinkageOn.MATCHKEYS}, "in the clear goes without saying"
    assert again.linkage_on_of("dwp") is LinkageOn.CLEAR
    with pytest.raises(StudyRefused, match="--moj-linkage-on: 'hash' is not one of them; choose clear, hashes"):
        chosen_study({"moj_linkage_on": "hash"}, {})
    with pytest.raises(StudyRefused, match="moj is linked on hashes, which engine duckdb alone does"):
        chosen_study({"moj_linkage_on": "hashes", "engine": "splink"}, {})


def test_thresholds_are_choices_of_the_environment() -> None:
    found = chosen_study(environment={"TF_LINKAGE_LINK_THRESHOLD": "0.9"}, remembered=False)
    assert found.link_threshold == 0.9
