"""What passes between the trusted third party and a department: links and return, next to the request (`requests`).

A request holds what the notice lets that department see and a reference of its own. Links stay in the
department's temporary working area. A return holds attributes under the request's reference: no identifier and
no key of the register.
"""

from __future__ import annotations

from collections.abc import Mapping

import dataframely as dy

from tf_linkage.contracts.columns import ColumnClass, Table, code, number, text, whole

LINK_STATUSES = ("link", "review")
"""A link is used; a pair in review is near the threshold and waits for a clerk."""

CONFIDENCES = ("very high", "high", "moderate")
"""Band of the posterior probability of a link: .999 and over, .99 and over, below or unknown; a link that clerks
confirmed is in the first."""

CHECKED = "clerical review"
"""Stage of a link that reviewers confirmed."""


class Links(Table):
    """One row for each linked pair and each pair left for review."""

    request_ref = text(ColumnClass.REFERENCE, "The request's reference of a person", primary_key=True)
    register_key = text(ColumnClass.REFERENCE, "The register's key of a person", primary_key=True)
    match_weight = number(
        ColumnClass.ATTRIBUTE,
        "Evidence for the pair; empty where hashed matchkeys alone were compared",
        unit="bits",
        nullable=True,
    )
    match_probability = number(
        ColumnClass.ATTRIBUTE,
        "Posterior probability that both are one person; empty where hashed matchkeys alone were compared",
        nullable=True,
        least=0,
        most=1,
    )
    stage = text(ColumnClass.ATTRIBUTE, "The stage or matchkey that made the link")
    status = code(ColumnClass.ATTRIBUTE, "Link, or left for review", LINK_STATUSES)


class ReturnedPeople(Table):
    """One row for each person of the request whom the department linked."""

    request_ref = text(ColumnClass.REFERENCE, "The request's reference of a person", primary_key=True)
    link_confidence = code(ColumnClass.ATTRIBUTE, "How sure the link is", CONFIDENCES)


def return_tables(key: str, histories: Mapping[str, type[dy.Schema]]) -> dict[str, type[dy.Schema]]:
    """The tables of a department's return: people, and its histories under the request's reference.

    Args:
        key: the register's own key, which the return replaces.
        histories: the department's histories, by name.
    """
    return {"people": ReturnedPeople} | {name: _under_reference(key, table) for name, table in histories.items()}


def _under_reference(key: str, table: type[dy.Schema]) -> type[dy.Schema]:
    """A history's contract with the request's reference, and numbers in place of the register's other keys."""
    columns: dict[str, dy.Column] = {
        "request_ref": text(ColumnClass.REFERENCE, "The request's reference of a person")
    }
    for name, column in table.columns().items():
        if name == key:
            continue
        if (column.metadata or {})["class"] is ColumnClass.REFERENCE:
            columns[public_name(name)] = whole(
                ColumnClass.ATTRIBUTE, f"1, 2, 3 within the person, in place of {name}", least=1
            )
        else:
            columns[name] = column
    words = (table.__doc__ or "").strip().split("\n")[0]
    return type(f"Returned{table.__name__}", (Table,), {**columns, "__doc__": words})


def public_name(key: str) -> str:
    """The name under which a register's key is returned as a plain number: case_number for case_id."""
    return key.removesuffix("_id").removesuffix("_ref") + "_number"
