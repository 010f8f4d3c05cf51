"""One definition of the choices: every choice of a study can be made by environment, make and launchpad."""

import re
from pathlib import Path

import tf_linkage
from tf_linkage.contracts.names import department_names
from tf_linkage.study import Dates, Study
from tf_linkage.workspace.choices import choices, chosen_study

MAKEFILE = Path(tf_linkage.__file__).parents[1] / "Makefile"


def test_every_choice_of_a_study_has_a_variable() -> None:
    days = {f"date_{name}" for name in Dates.model_fields}
    sources = {f"{name}_source" for name in department_names()}
    assert set(choices()) == (set(Study.model_fields) - {"dates", "sources"}) | days | sources


def test_make_takes_the_same_words() -> None:
    (line,) = re.findall(r"^CHOICES := (.*)$", MAKEFILE.read_text(encoding="utf-8"), re.MULTILINE)
    named = {name.lower() for name in line.split()}
    assert named == {name for name in choices() if not name.startswith("date_")} - {"name"}


def test_councils_are_a_list() -> None:
    found = chosen_study(environment={"TF_LINKAGE_COUNCILS": "E09000012, E08000003"}, remembered=False)
    assert found.councils == ("E09000012", "E08000003")


def test_thresholds_are_choices_of_the_environment() -> None:
    found = chosen_study(environment={"TF_LINKAGE_LINK_THRESHOLD": "0.9"}, remembered=False)
    assert found.link_threshold == 0.9
