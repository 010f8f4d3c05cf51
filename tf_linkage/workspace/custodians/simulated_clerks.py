"""Clerks of a rehearsal: sheets filled in as people would who err now and then, and who know the truth."""

from pathlib import Path

import polars as pl

from tf_linkage import custody, intake
from tf_linkage.linkage.review.sheets import simulated_answers
from tf_linkage.quality.measures.judging import owners
from tf_linkage.workspace.custodians.review_tables import ReviewRefused, as_csv, laid_out, lazily, reviewers
from tf_linkage.workspace.store import Store


def simulate_clerks(store: Store, study_key: bytes, name: str, *, wrong: float) -> list[Path]:
    """Fill the sheets in as imperfect reviewers would, who know the truth; for a rehearsal.

    Args:
        store: the data folder of a simulated study.
        study_key: the key of its references.
        name: the department.
        wrong: share of answers that are wrong.

    Raises:
        ReviewRefused: no sheets, or no simulated world behind them.
    """
    desk, asked, paths = laid_out(store, name)
    if not store.simulated:
        raise ReviewRefused("only the people of a simulation can be told apart without a clerk")
    same = own_records(store, study_key, name)[0].rename({"request_ref": "left_id", "record_key": "right_id"})
    answers = {}
    for number, path in zip(reviewers(asked), paths, strict=True):
        decided = simulated_answers(asked, same, reviewer=number, wrong=wrong).select("pair", "decision")
        decided = decided.drop_nulls("decision")
        if not path.is_file():  # laid out as a page, which saves decisions alone
            answers[path.name] = as_csv(decided)
            continue
        shown = intake.read_table(path).collect()
        if answered := shown["decision"].drop_nulls().len():
            raise ReviewRefused(
                f"{path}: somebody has filled in {answered:,} decisions, which would be lost; import them, or lay "
                "the sheets out anew (review export --anew)"
            )
        shown = shown.drop("decision").with_columns(pl.col("pair").cast(pl.Int64))
        filled = shown.join(decided, on="pair", how="left", maintain_order="left")
        answers[path.name] = as_csv(filled.select("pair", "decision", pl.exclude("pair", "decision")))
    desk.clear()
    return desk.lay_out(answers)


def own_records(store: Store, study_key: bytes, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Which records of a simulated register are those of the people sent: what its clerks know.

    Args:
        store: the data folder of a simulated study.
        study_key: the key of its references.
        name: the department.

    Returns:
        `request_ref` and `record_key` of every such record; and every record of the register as the truth has it.
    """
    truth = store.read(["population", "truth"])
    assert isinstance(truth, dict)  # noqa: S101 - a set of tables by its contract
    attributes, request = (lazily(store, key) for key in (["ons", "attributes"], [name, "link_request"]))
    records = truth["records"].collect()
    people = custody.people_asked(request, attributes, custody.recipient_key(study_key, name)).collect()
    owned = owners(attributes.collect(), records).join(people, on="person_id")
    register = records.filter(pl.col("body").cast(pl.String) == name)
    return owned.join(register, on="true_person").select("request_ref", "record_key"), register
