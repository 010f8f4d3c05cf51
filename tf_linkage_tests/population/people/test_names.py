"""Names are as skewed as England's, and change when lives do."""

from __future__ import annotations

import numpy as np
import pytest

from tf_linkage.population.people.name_pools import MOHAMMED_SPELLINGS, fold, pools
from tf_linkage.population.people.names import surname_at


def _shares(odds) -> np.ndarray:
    return np.sort(np.bincount(odds.codes) / len(odds.codes))[::-1]


def test_english_surnames_have_their_tail() -> None:
    share = _shares(pools().surname_odds[0, 0][0])
    assert share[0] == pytest.approx(0.0115, abs=0.0005)  # Smith
    assert share[:100].sum() == pytest.approx(0.208, abs=0.01)
    assert 1 / (share**2).sum() == pytest.approx(1_250, rel=0.1)
    assert (share > 0).sum() > 40_000


@pytest.mark.parametrize(("cohort", "top10", "effective"), [(4, 0.206, 131), (6, 0.140, 236), (7, 0.110, 300)])
def test_girls_names_follow_their_cohort(cohort: int, top10: float, effective: float) -> None:
    """E&W 1996, 2008 and between 2008 and 2020: share of the top ten and effective number."""
    share = _shares(pools().forename_odds[0, 1, cohort][0])
    assert share[:10].sum() == pytest.approx(top10, abs=0.03)
    assert 1 / (share**2).sum() == pytest.approx(effective, rel=0.3)


def test_spellings_of_mohammed_share_the_name_as_published() -> None:
    built = pools()
    odds, codes = built.forename_odds[9, 0, 7]
    share = np.bincount(codes[odds.codes], minlength=len(built.forenames)) / len(odds.codes)
    by = {name: share[built.forenames.index_of(name)] for name in MOHAMMED_SPELLINGS}
    assert by["Muhammad"] / by["Mohammed"] == pytest.approx(3710 / 1615, rel=0.05)


def test_pools_hold_plain_letters_alone() -> None:
    for names in (pools().surnames, pools().forenames):
        assert names.str.contains(r"^[A-Za-z' -]+$").all()
        assert names.n_unique() == len(names)
    assert fold("Yıldırım") == "Yildirim"
    assert fold("Łukasz") == "Lukasz"


def test_a_surname_holds_from_the_day_it_changes() -> None:
    person = {
        "surname_a_0": np.array([1]), "surname_b_0": np.array([-1]), "surname_from_1": np.array([100]),
        "surname_a_1": np.array([2]), "surname_b_1": np.array([3]), "surname_from_2": np.array([200]),
        "surname_a_2": np.array([1]), "surname_b_2": np.array([-1]),
    }  # fmt: skip
    at = [tuple(int(part[0]) for part in surname_at(person, np.array([day]))) for day in (99, 100, 199, 200)]
    assert at == [(1, -1), (2, 3), (2, 3), (1, -1)]
