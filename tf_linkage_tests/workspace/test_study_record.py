"""What a data folder was made with: kept in it, taken from it, overruled by what is given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tf_linkage.errors import StudyRefused
from tf_linkage.study import SIZES, DepartmentSource, Noise, Preset, Source, Study
from tf_linkage.workspace.choices import chosen_study
from tf_linkage.workspace.study_record import FILE, record, recorded


def folder(tmp_path: Path, **choices: object) -> Path:
    data = tmp_path / "data"
    record(Study.of("tiny", data=data, incoming=data / "incoming", **choices))
    return data


def test_later_commands_take_what_the_folder_was_made_with(tmp_path: Path) -> None:
    data = folder(tmp_path, seed=7, noise="hard", dates={"exchange": "2020-05-01"}, sources={"dwp": "return"})
    study = chosen_study({"data": str(data)}, {})
    assert (study.preset, study.seed, study.noise) == (Preset.TINY, 7, Noise.HARD)
    assert study.dates.exchange.isoformat() == "2020-05-01"
    assert study.sources == {"dwp": DepartmentSource.RETURN}
    assert study.data == data
    assert chosen_study({}, {"TF_LINKAGE_DATA": str(data)}) == study


def test_what_is_given_wins_then_the_environment_then_the_folder(tmp_path: Path) -> None:
    data = folder(tmp_path, seed=7, noise="hard", sources={"dwp": "return"})
    environment = {"TF_LINKAGE_DATA": str(data), "TF_LINKAGE_SEED": "8", "TF_LINKAGE_NOISE": "clean"}
    study = chosen_study(
        {"noise": "realistic", "moj_source": "register", "date_extract": "2020-03-30"}, environment
    )
    assert (study.seed, study.noise, study.families) == (8, Noise.REALISTIC, SIZES[Preset.TINY][0])
    assert study.sources == {"dwp": DepartmentSource.RETURN, "moj": DepartmentSource.REGISTER}
    assert study.dates.extract.isoformat() == "2020-03-30"


def test_another_preset_brings_its_own_size(tmp_path: Path) -> None:
    data = folder(tmp_path, seed=7)
    study = chosen_study({"data": str(data), "preset": "demo"}, {})
    assert (study.families, study.population, study.seed) == (*SIZES[Preset.DEMO], 7)
    assert chosen_study({"data": str(data), "preset": "demo", "families": "300"}, {}).families == 300


def test_a_folder_may_be_told_to_count_for_nothing(tmp_path: Path) -> None:
    data = folder(tmp_path, seed=7)
    assert chosen_study({"data": str(data)}, {}, remembered=False).seed == Study().seed


def test_the_folder_can_be_moved_with_what_came_in(tmp_path: Path) -> None:
    data = folder(tmp_path, source="files")
    data.rename(tmp_path / "moved")
    moved = chosen_study({"data": str(tmp_path / "moved")}, {})
    assert (moved.source, moved.incoming) == (Source.FILES, tmp_path / "moved" / "incoming")
    outside = tmp_path / "elsewhere"
    record(moved.model_copy(update={"incoming": outside}))
    assert chosen_study({"data": str(tmp_path / "moved")}, {}).incoming == outside.resolve()


@settings(deadline=None)
@given(seed=st.integers(0, 2**40), noise=st.sampled_from(list(Noise)), multiplier=st.floats(0, 10))
def test_a_study_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, seed: int, noise: Noise, multiplier: float
) -> None:
    data = tmp_path_factory.mktemp("data")
    study = Study.of(
        "tiny", data=data, incoming=data / "incoming", seed=seed, noise=noise, noise_multiplier=multiplier
    )
    record(study)
    assert chosen_study({"data": str(data)}, {}) == study


def test_no_secret_and_no_half_a_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_LINKAGE_STUDY_KEY", "the key of this study, long enough")
    monkeypatch.setenv("TF_LINKAGE_ONS_PASSWORD", "the password of ons")
    data = folder(tmp_path)
    record(chosen_study({"data": str(data)}))
    assert [path.name for path in data.iterdir()] == [FILE]
    written = (data / FILE).read_text()
    assert "the key" not in written
    assert "the password" not in written
    assert "data" not in json.loads(written)["choices"]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"form": 2, "choices": {}}', '{"form": 1}', '{"form": 1, "choices": {"sede": 7}}'],
)
def test_a_file_that_is_no_record_is_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(StudyRefused, match=rf"{FILE}: .*remove it and give the study's choices again"):
        recorded(tmp_path)


def test_a_recorded_value_that_cannot_be_is_refused_by_the_files_name(tmp_path: Path) -> None:
    data = folder(tmp_path)
    changed = json.loads((data / FILE).read_text())
    changed["choices"]["seed"] = "many"
    (data / FILE).write_text(json.dumps(changed))
    with pytest.raises(StudyRefused, match=rf"{FILE}: seed: "):
        chosen_study({"data": str(data)}, {})
