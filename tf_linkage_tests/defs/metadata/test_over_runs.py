"""What is plotted from run to run: together where it may be compared, apart where not, silent on real people."""

import polars as pl

from tf_linkage.contracts.outputs.quality import Metrics
from tf_linkage.defs.metadata.charts import NOISE, SEED, THRESHOLD, plots
from tf_linkage.defs.resources import run_tags
from tf_linkage.study import BOUNDS, Study, advanced


def figures(**measures: float) -> pl.DataFrame:
    """Overall figures of DWP, and one of a group, which is not plotted."""
    rows = [("all", "all", name, value) for name, value in measures.items()]
    rows += [("community", "others", "recall", 0.1)]
    named = pl.DataFrame(rows, schema=["breakdown", "level", "measure", "value"], orient="row")
    whole = named.with_columns(
        pl.lit("dwp").alias("department"),
        *(pl.lit(None).alias(n) for n in ("numerator", "denominator", "low", "high")),
    )
    return Metrics.cast(whole.select(Metrics.column_names()))


FOUND = figures(sent=3_291, present=3_188, linked=3_170, recall=0.99412, match_rate=0.963)


def test_runs_of_one_size_share_a_plot_and_of_another_do_not() -> None:
    realistic, hard = (plots(FOUND, Study.of("tiny", noise=noise)) for noise in ("realistic", "hard"))
    assert realistic["recall: DWP (tiny)"] == hard["recall: DWP (tiny)"] == 0.9941
    assert (realistic[NOISE], hard[NOISE]) == (1, 2), "and are told apart beside"
    assert "1 realistic, 2 hard" in NOISE
    other, odd = plots(FOUND, Study.of("demo")), plots(FOUND, Study.of("tiny", families=300))
    shared = {NOISE, SEED, THRESHOLD}
    assert not (set(realistic) & set(other)) - shared
    assert not (set(realistic) & set(odd)) - shared
    assert "recall: DWP (300 families among 8,000 people)" in odd
    assert all(isinstance(value, int | float) for value in realistic.values()), "words are not plotted"


def test_real_extracts_plot_no_count_of_people() -> None:
    drawn = plots(FOUND, Study.of("tiny", source="files"))
    assert drawn == {
        "match rate: DWP (real extracts)": 0.963,
        "recall: DWP (real extracts)": 0.9941,
        THRESHOLD: 0.5,
    }
    mixed = plots(FOUND, Study.of("tiny", sources={"moj": "register"}))
    assert not [name for name in mixed if name.startswith(("sent", "linked", "present"))]
    assert "linked: DWP (tiny)" in plots(FOUND, Study.of("tiny"))


def test_a_run_says_every_choice_in_which_it_differs_from_its_preset() -> None:
    usual = run_tags(Study.of("tiny"))
    assert {name: usual[f"tf/{name}"] for name in ("preset", "seed", "noise", "families", "source")} == {
        "preset": "tiny", "seed": "2015", "noise": "realistic", "families": "200", "source": "simulation",
    }  # fmt: skip
    others = {
        "noise_multiplier": 2.0,
        "councils": ("E10000016", "E09000012"),
        "clerk_error": 0.2,
        "population": 9_000,
    }
    told = run_tags(Study.of("tiny", **others))
    assert {name: told[f"tf/{name}"] for name in others} == {
        "noise_multiplier": "2.0", "councils": "E10000016, E09000012", "clerk_error": "0.2", "population": "9000",
    }  # fmt: skip
    assert set(told) - set(usual) == {f"tf/{name}" for name in others}
    assert not [name for name in (*BOUNDS, *advanced()) if f"tf/{name}" in usual and name != "families"]
