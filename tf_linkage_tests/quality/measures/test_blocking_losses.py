"""Losses of blocking apart from losses of scoring, on a linkage small enough to follow."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import polars as pl

from tf_linkage.contracts.handovers import exchange
from tf_linkage.linkage import department_model
from tf_linkage.linkage.model.model import BlockingRule
from tf_linkage.quality import blocking_losses, figure

COLUMNS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode")


def person(i: int, **changes: object) -> dict[str, object]:
    return {
        "forename": f"NAME{chr(65 + i)}", "surname": f"SUR{chr(65 + i)}",
        "date_of_birth": dt.date(1980, 1 + i % 12, 1 + i), "gender": "female",
        "address": f"{i + 1} HIGH STREET", "postcode": "E8 1AA", **changes,
    }  # fmt: skip


def test_missed_by_blocking_and_missed_by_scoring(make: SimpleNamespace) -> None:
    world = make.world_of(20, [], set(range(20)))
    request = pl.DataFrame([{"request_ref": f"r-p{i:02}", **person(i)} for i in range(20)]).lazy()
    # p18 and p19 have another date of birth in the register: a rule on the date of birth never meets them
    other = {"date_of_birth": dt.date(1955, 3, 3)}
    register = pl.DataFrame(
        [{"dwp_key": f"k{i:02}", **person(i, **(other if i >= 18 else {}))} for i in range(20)]
    ).lazy()
    model = department_model("dwp", COLUMNS)
    rule = BlockingRule("date of birth", (("dob", "dob"),))
    model = SimpleNamespace(**{**vars(model), "blocking_rules": (rule,), "entity": model.entity})
    # p00 to p14 are found; p15 to p17 were compared and not believed
    links = world.with_links(
        dwp=make.table([make.link(f"p{i:02}", f"k{i:02}") for i in range(15)], exchange.Links)
    ).links
    found = blocking_losses(
        attributes=world.attributes, requested=world.requested, requests={"dwp": request},
        registers={"dwp": register}, links=links, models={"dwp": model}, truth=world.truth,  # type: ignore[dict-item]
    ).collect()  # fmt: skip
    assert figure(found, "dwp", "candidate_recall") == 18 / 20
    assert figure(found, "dwp", "blocking_missed") == 2
    assert figure(found, "dwp", "scoring_missed") == 3
