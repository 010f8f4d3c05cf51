"""Arrivals: a complete delivery starts the right job once; what is incomplete or refused is told once."""

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from tf_linkage import cli
from tf_linkage.definitions import build_defs
from tf_linkage.study import Study
from tf_linkage.workspace.jobs import COUNCIL


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extracts") / "in"
    assert cli.main(["export-extracts", str(folder), "--preset", "tiny"]) == 0
    return folder


class Looking:
    """The sensor over a folder of one's own, its cursor kept from tick to tick."""

    def __init__(self, study: Study, instance: dg.DagsterInstance) -> None:
        self.study, self.instance, self.cursor = study, instance, None
        self.sensor = build_defs(study).get_repository_def().get_sensor_def("arrivals")
        self.repository = build_defs(study).get_repository_def()

    def tick(self) -> dg.SensorResult:
        """Look once."""
        context = dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, repository_def=self.repository, sensor_name="arrivals"
        )
        found = self.sensor(context)
        assert isinstance(found, dg.SensorResult)
        self.cursor = found.cursor
        return found

    def settled(self) -> dg.SensorResult:
        """Look until what lies there was seen before; what was told first."""
        first = self.tick()
        return first if first.asset_events else self.tick()


@pytest.fixture
def looking(tmp_path: Path) -> Iterator[Looking]:
    (tmp_path / "in").mkdir()
    with dg.DagsterInstance.ephemeral() as instance:
        yield Looking(Study.of("tiny", source="files", incoming=tmp_path / "in", data=tmp_path / "data"), instance)


def copied(extracts: Path, looking: Looking, *names: str) -> None:
    for name in names:
        shutil.copy(extracts / name, looking.study.incoming / name)


def told(result: dg.SensorResult) -> list[str]:
    return [str(event.description) for event in result.asset_events or []]


def jobs(result: dg.SensorResult) -> list[str | None]:
    return [request.job_name for request in result.run_requests or []]


def test_it_is_off_and_absent_where_nothing_arrives(looking: Looking) -> None:
    assert looking.sensor.default_status is dg.DefaultSensorStatus.STOPPED
    names = [sensor.name for sensor in build_defs(Study.of("tiny")).get_repository_def().sensor_defs]
    assert "arrivals" not in names


def test_a_complete_delivery_starts_its_custodians_job_once(looking: Looking, extracts: Path) -> None:
    assert jobs(looking.settled()) == []
    copied(extracts, looking, "council_cohort.csv")
    first = looking.tick()
    assert jobs(first) == [], "it may still be copied"
    found = looking.tick()
    assert jobs(found) == [COUNCIL]
    assert told(found) == ["a complete delivery arrived"]
    assert [event.asset_key for event in found.asset_events or []] == [dg.AssetKey(["council", "cohort"])]
    (run,) = found.run_requests or []
    file = looking.study.incoming / "council_cohort.csv"
    os.utime(file, (1, 1))
    assert jobs(looking.settled()) == [], "only its times changed"
    other = [*file.read_text(encoding="utf-8").splitlines(), ""]
    file.write_text("\r\n".join(other), encoding="utf-8", newline="")
    (again,) = looking.settled().run_requests or []
    assert again.run_key != run.run_key, "other content, by whatever means, is another delivery"


def test_an_incomplete_delivery_is_told_once_and_starts_nothing(looking: Looking, extracts: Path) -> None:
    request = "dwp/link_request"
    place = Path(looking.study.data) / "custody" / "dwp" / "link_request"
    copied(extracts, looking, "dwp_people.csv", "dwp_benefits.csv")
    assert f"waits for {request}" in str(looking.settled().skip_reason)
    place.mkdir(parents=True)
    (place / "part").write_bytes(b"sealed")
    found = looking.settled()
    assert jobs(found) == []
    (words,) = told(found)
    assert words.startswith("not taken in: incomplete: dwp_employment.csv (or dwp_employment.parquet) is missing")
    assert told(looking.settled()) == [], "told once"
    copied(extracts, looking, "dwp_employment.csv")
    assert jobs(looking.settled()) == ["dwp"]


def test_a_refused_delivery_is_told_once_in_one_line_and_names_nobody(looking: Looking, extracts: Path) -> None:
    copied(extracts, looking, "council_cohort.csv")
    file = looking.study.incoming / "council_cohort.csv"
    text = file.read_text(encoding="utf-8")
    header, first, *rest = text.splitlines()
    columns = header.split(",")
    cells = first.split(",")
    cells[columns.index("identified_date")] = "Smith"
    file.write_text("\n".join([header, ",".join(cells), *rest]) + "\n", encoding="utf-8")
    found = looking.settled()
    assert jobs(found) == []
    (words,) = told(found)
    assert words.startswith("not taken in: refused: council_cohort.csv")
    assert "\n" not in words
    assert "Smith" not in words
    assert told(looking.settled()) == []
    file.write_text(text, encoding="utf-8")
    assert jobs(looking.settled()) == [COUNCIL]


def test_the_cursor_holds_digests_alone(looking: Looking, extracts: Path) -> None:
    copied(extracts, looking, "council_cohort.csv")
    looking.settled()
    kept = json.loads(str(looking.cursor))
    assert set(kept) == {"seen", "judged"}
    assert all(len(digest) in {0, 16} for part in kept.values() for digest in part.values())
    assert dt.date.today().isoformat() not in str(looking.cursor)
