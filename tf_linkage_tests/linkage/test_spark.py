"""Engine `spark`: the links of engine `duckdb`, row for row; what it refuses; what it sends."""

from __future__ import annotations

import dataclasses
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sail import HOLDING, served

from tf_linkage.cli import main
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage import Cluster, Limits, LinkResult, department_model, link, model_json, saved_model
from tf_linkage.linkage.cluster import TOKEN
from tf_linkage.linkage.compare.candidates import affordable, block_and_compare
from tf_linkage.linkage.engines.duckdb import link_task
from tf_linkage.linkage.engines.spark import blocking, session
from tf_linkage.linkage.engines.spark.blocking import block_and_compare_on
from tf_linkage.linkage.engines.spark.frames import together
from tf_linkage.linkage.engines.spark.session import connected_to
from tf_linkage.linkage.estimate.deterministic import deterministic_pass
from tf_linkage.linkage.result import LinkageTask
from tf_linkage.linkage.standardise.fields import STANDARD_FIELDS
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import load
from tf_linkage.linkage.tables.records import prepare
from tf_linkage.rehearsal.cases import Case, sent_case
from tf_linkage.study import Preset, Study

MODEL = department_model("dwp", list(STANDARD_FIELDS))
FRAMES = ("links", "training", "blocking", "explanations", "training_curve", "weighed")


def same(one: LinkResult, other: LinkResult) -> None:
    """Everything that a linkage hands back, to the last digit."""
    for frame in FRAMES:
        assert_frame_equal(getattr(one, frame), getattr(other, frame), check_exact=True)
    assert one.counts == other.counts


@pytest.fixture(scope="module")
def here(village: Any) -> LinkResult:
    return link(village.cohort.lazy(), village.register.lazy(), MODEL)


@pytest.fixture(scope="module")
def bounds(spark: str) -> Limits:
    return Limits(cluster=Cluster(spark, invented=True))


def test_the_links_of_a_village_are_those_of_engine_duckdb(village: Any, here: LinkResult, bounds: Limits) -> None:
    found = link(village.cohort.lazy(), village.register.lazy(), MODEL, engine="spark", bounds=bounds)
    assert found.engine == "spark"
    same(found, here)


@pytest.mark.parametrize(("sent", "partitions"), [(400, 3), (1_000, 1), (10**6, 5)])
def test_nothing_depends_on_how_the_work_is_divided(
    village: Any, here: LinkResult, spark: str, sent: int, partitions: int
) -> None:
    order = village.register.sample(fraction=1.0, shuffle=True, seed=sent).lazy()
    with connected_to(Cluster(spark, invented=True)) as cluster:
        cluster.conf.set("spark.sql.shuffle.partitions", str(partitions))
        task = LinkageTask(village.cohort.lazy(), order, MODEL)
        same(link_task(task, block_and_compare_on(cluster, sent)), here)


class _Nested:
    """A frame that knows how deeply its plan is nested."""

    def __init__(self, depth: int = 0, rows: int = 1) -> None:
        self.depth, self.rows = depth, rows

    def unionAll(self, other: _Nested) -> _Nested:  # noqa: N802 - as Spark has it
        return _Nested(max(self.depth, other.depth) + 1, self.rows + other.rows)


@pytest.mark.parametrize("number", [1, 2, 225])
def test_many_pieces_make_no_deep_plan(number: int) -> None:
    """A plan of a hundred levels is no longer read by the other side."""
    whole = together([_Nested() for _ in range(number)])
    assert whole.rows == number
    assert whole.depth <= 8


def test_the_links_of_each_department_of_a_study_are_those_of_engine_duckdb(bounds: Limits) -> None:
    case = sent_case(Case.of(Study.of(Preset.TINY)))
    for name, department in DEPARTMENTS.items():
        asked = case.requests[name], case.registers[name], department_model(name, department.request_columns)
        same(link(*asked, engine="spark", bounds=bounds), link(*asked))


@pytest.mark.parametrize("kind", ["one-to-many", "many-to-many"])
def test_links_of_every_kind_are_those_of_engine_duckdb(village: Any, bounds: Limits, kind: str) -> None:
    """Where nothing is claimed beforehand the cluster finds every pair, and counts beside all certain links."""
    model = dataclasses.replace(MODEL, kind=kind, family_evidence=False)
    asked = village.cohort.lazy(), village.register.lazy(), model
    same(link(*asked, engine="spark", bounds=bounds), link(*asked))


def test_a_saved_model_is_applied_and_saved(village: Any, here: LinkResult, bounds: Limits) -> None:
    register = village.register.lazy()
    asked = village.cohort.head(100).lazy(), register, MODEL
    learnt = saved_model(here, register)
    found = link(*asked, engine="spark", bounds=bounds, learnt=learnt)
    same(found, link(*asked, learnt=learnt))
    again = link(village.cohort.lazy(), register, MODEL, engine="spark", bounds=bounds)
    assert model_json(saved_model(again, register)) == model_json(learnt)


def test_pairs_are_counted_beside_links_as_in_duckdb(village: Any, spark: str) -> None:
    """Links of any two records, so that pairs are these links, touch one of their records, both or none."""
    records = prepare(village.cohort.lazy(), village.register.lazy(), MODEL)
    with (
        connected_to(Cluster(spark, invented=True)) as cluster,
        connected(Limits()) as one,
        connected(Limits()) as two,
    ):
        ours, theirs = load(one, records, MODEL), load(two, records, MODEL)
        rules, before = affordable(ours, 10**8), deterministic_pass(ours)
        in_duckdb, there = (
            block_and_compare(ours, rules, before),
            block_and_compare_on(cluster)(theirs, rules, before),
        )
        assert_frame_equal(there.patterns, in_duckdb.patterns, check_dtypes=False)
        every = in_duckdb.pairs.of_patterns(in_duckdb.patterns["pattern"].unique().sort())
        assert every.height > before.links.height, "blocking found some"
        assert_frame_equal(there.pairs.of_patterns(every["pattern"].unique()), every, check_dtypes=False)
        taken = every.gather_every(3).unique("left_row", maintain_order=True).unique("entity", maintain_order=True)
        taken = pl.concat([taken, before.links.select(taken.columns[:3])], how="diagonal").unique(
            ["left_row", "entity"], maintain_order=True
        )
        taken = taken.select(l="left_row", entity="entity")
        counts = in_duckdb.pairs.counted_beside(taken)
        assert counts["certain"].sum() > 0
        assert 0 < counts["pairs"].sum() < every.height
        assert_frame_equal(there.pairs.counted_beside(taken), counts, check_dtypes=False)


def test_no_id_and_no_column_that_is_not_compared_is_sent(
    village: Any, bounds: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[pl.DataFrame] = []
    kept: Callable[..., Any] = blocking.to_cluster

    def watched(cluster: Any, frame: pl.DataFrame) -> Any:
        sent.append(frame)
        return kept(cluster, frame)

    monkeypatch.setattr(blocking, "to_cluster", watched)
    noted = village.register.with_columns(pl.lit("SEEN BY NOBODY").alias("notes")).lazy()
    link(village.cohort.lazy(), noted, MODEL, engine="spark", bounds=bounds)
    said = {value for frame in sent for column in frame for value in column.cast(pl.String).unique() if value}
    ids = {*village.cohort[MODEL.left_id].cast(pl.String), *village.register[MODEL.entity].cast(pl.String)}
    assert len(said) > 100
    assert not said & ids
    assert "SEEN BY NOBODY" not in said


ROWS = [
    f"{n},N{chr(65 + n % 26)}{chr(65 + n // 26)}o,M{chr(65 + n % 20)}a,19{40 + n % 60}-0{1 + n % 9}-1{n % 10}"
    for n in range(90)
]


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    head = "id,forename,surname,date_of_birth"
    changed = [row.replace("o,", "oo,", 1) if number % 7 == 0 else row for number, row in enumerate(ROWS)]
    for name, rows in (("left", ROWS[:60]), ("right", changed)):
        (tmp_path / f"{name}.csv").write_text("\n".join([head, *rows]) + "\n")
    return str(tmp_path / "left.csv"), str(tmp_path / "right.csv")


def test_two_files_are_linked_to_the_same_file(files: tuple[str, str], tmp_path: Path, spark: str) -> None:
    one, other = tmp_path / "duckdb.csv", tmp_path / "spark.csv"
    assert main(["link", *files, "-o", str(one)]) == 0
    assert main(["link", *files, "-o", str(other), "--engine", "spark", "--spark", spark, "--invented"]) == 0
    assert other.read_bytes() == one.read_bytes()
    assert pl.read_csv(one).height >= 50


FAR = "sc://cluster.example.org:443"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--engine", "spark"], "--engine spark needs a cluster: --spark sc://HOST:PORT"),
        (["--spark", "sc://localhost"], "--spark and --invented are for --engine spark, not duckdb"),
        (["--invented"], "--spark and --invented are for --engine spark, not duckdb"),
        (["--engine", "spark", "--spark", "http://localhost"], "a cluster is named sc://HOST:PORT"),
        (["--engine", "spark", "--spark", "sc://"], "the address given is not of that form"),
        (["--engine", "spark", "--spark", "sc://localhost:high"], "the address given is not of that form"),
        (["--engine", "spark", "--spark", "sc://localhost/a/b"], "the address given is not of that form"),
        (["--engine", "spark", "--spark", "sc://me@localhost"], "the address given is not of that form"),
        (["--engine", "spark", "--spark", f"{FAR}/;token=abc"], f"must not hold the token; set {TOKEN}"),
        (["--engine", "spark", "--spark", f"{FAR}/;user_id=abc"], "there is no 'user_id'"),
        (
            ["--engine", "spark", "--spark", FAR, "--invented"],
            "must be encrypted: sc://cluster.example.org:443/;use",
        ),
        (["--engine", "spark", "--spark", f"{FAR}/;use_ssl=false", "--invented"], "must be encrypted"),
        (
            ["--engine", "spark", "--spark", f"{FAR}/;use_ssl=true", "--invented"],
            f"must ask for a token: set {TOKEN}",
        ),
    ],
)
def test_what_must_not_begin_is_refused_in_a_sentence(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    code = main(["link", *files, "-o", str(tmp_path / "links.csv"), *words])
    told = capsys.readouterr().err
    assert code == 2
    assert said in told.strip().splitlines()[-1]
    assert "abc" not in told.replace("user_id=abc", "")
    assert "Traceback" not in told
    assert not (tmp_path / "links.csv").exists()


def test_real_records_are_sent_to_no_other_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "a-token")
    with pytest.raises(LinkageRefused, match="real records are not sent there") as refused:
        Cluster(f"{FAR}/;use_ssl=true")
    assert "a-token" not in str(refused.value)
    assert not Cluster(f"{FAR}/;use_ssl=true", invented=True).loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
def test_this_machine_is_known(host: str) -> None:
    assert Cluster(f"sc://{host}:7077").loopback


def asked(village: Any, bounds: Limits) -> LinkResult:
    return link(village.cohort.lazy(), village.register.lazy(), MODEL, engine="spark", bounds=bounds)


def test_real_records_need_workers_here_that_encrypt_what_they_write(
    village: Any, here: LinkResult, spark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Limits(cluster=Cluster(spark))
    with pytest.raises(LinkageRefused, match="does not say that it encrypts what it writes to disk"):
        asked(village, real)
    monkeypatch.setattr(session, "_encrypts_what_it_writes", lambda _: True)
    same(asked(village, real), here)
    monkeypatch.setattr(session, "boot_of_machine", lambda: "another")
    with pytest.raises(LinkageRefused, match="its workers run elsewhere"):
        asked(village, real)


def test_workers_with_another_duckdb_are_refused(
    village: Any, bounds: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session.duckdb, "__version__", "9.9.9")
    monkeypatch.setattr(session, "_looker", lambda: _looks_like("3.11", "1.4.0"))
    with pytest.raises(
        LinkageRefused, match=r"Python 3.11 with DuckDB 1.4.0, and this machine .* with DuckDB 9.9.9"
    ):
        asked(village, bounds)
    monkeypatch.setattr(session, "_looker", lambda: _looks_like("3.11", ""))
    with pytest.raises(LinkageRefused, match="with no DuckDB"):
        asked(village, bounds)


def _looks_like(python: str, duckdb: str) -> Callable[[Iterator[Any]], Iterator[Any]]:
    def look(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        for _ in batches:
            yield pa.RecordBatch.from_pydict({"python": [python], "duckdb": [duckdb], "boot": ["here"]})

    return look


def test_a_cluster_that_holds_no_tables_is_refused(village: Any) -> None:
    without = {name: value for name, value in HOLDING.items() if "CHECKPOINT" not in name}
    with (
        served(without) as address,
        pytest.raises(LinkageRefused, match="start Sail with SAIL_EXECUTION__CHECKPOINT"),
    ):
        asked(village, Limits(cluster=Cluster(address, invented=True)))


def test_where_nothing_or_something_else_answers_it_is_said(village: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_PATIENCE", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"sc://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(LinkageRefused, match="no Spark Connect server answers"):
            asked(village, Limits(cluster=Cluster(address, invented=True)))
    with pytest.raises(LinkageRefused, match="is it running, and may this machine reach it"):
        asked(village, Limits(cluster=Cluster(address, invented=True)))


def test_what_goes_wrong_there_quotes_nobody(village: Any, bounds: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = "SELECT l, r, entity, rules, error('it is ' || l_surname)::BIGINT AS pattern FROM given"
    monkeypatch.setattr(blocking, "comparing_sql", lambda *_: broken)
    with pytest.raises(LinkageRefused, match=r"the cluster gave up .*; its own log says why") as refused:
        asked(village, bounds)
    assert "it is" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_without_the_client_the_engine_says_what_to_install(village: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(LinkageRefused, match=r"pip install 'tf_linkage\[spark\]'"):
        asked(village, Limits(cluster=Cluster("sc://localhost", invented=True)))


def test_a_program_that_is_no_file_may_link(spark: str, files: tuple[str, str]) -> None:
    """Spark's client takes such a program for a test of itself."""
    program = (
        "import polars as pl\n"
        "from tf_linkage.linkage import Cluster, Limits, general_model, link\n"
        f"tables = [pl.scan_csv(file, infer_schema=False) for file in {files!r}]\n"
        "columns = [table.collect_schema().names() for table in tables]\n"
        "model = general_model(*columns, left_id='id', right_id='id')\n"
        f"bounds = Limits(cluster=Cluster({spark!r}, invented=True))\n"
        "print(link(*tables, model, engine='spark', bounds=bounds).links.height)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(ran.stdout) >= 50


def test_without_a_cluster_it_is_refused(village: Any) -> None:
    with pytest.raises(LinkageRefused, match="needs a cluster; name one"):
        asked(village, Limits())
