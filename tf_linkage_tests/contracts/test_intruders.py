"""The declared intruders: what a table can be searched by is known to somebody who is held off, and told of."""

import pytest

from tf_linkage.contracts.columns import ColumnClass, columns_of
from tf_linkage.contracts.intruders import COUNCIL, INTRUDERS, LEAD_WORKER, NEIGHBOUR, Held
from tf_linkage.contracts.ladders import STEPS
from tf_linkage.contracts.outputs.research import RESEARCH_TABLES


def test_five_are_declared_and_each_says_why() -> None:
    assert list(INTRUDERS) == ["neighbour", "lead worker", "council", "newspaper reader", "another department"]
    for one in INTRUDERS.values():
        assert one.knows
        assert one.why
        assert (one.alike is not None) == (one.held is Held.ALIKE), one.name
    assert {one.alike for one in INTRUDERS.values() if one.held is Held.ALIKE} == {10}


@pytest.mark.parametrize("table", STEPS)
def test_each_of_the_three_knows_all_that_the_one_before_knows(table: str) -> None:
    known = [set(one.columns_in(table)) for one in (NEIGHBOUR, LEAD_WORKER, COUNCIL)]
    assert known[0] < known[1] <= known[2]


@pytest.mark.parametrize("table", STEPS)
def test_whatever_is_a_quasi_identifier_is_known_to_a_lead_worker(table: str) -> None:
    quasi = {one.name for one in columns_of(RESEARCH_TABLES[table]) if one.column_class is ColumnClass.QUASI}
    assert quasi <= set(LEAD_WORKER.columns_in(table))
