"""The settings of a linkage: every number that a person may want to change, with unit, reason and bounds.

They are part of the model and of its digest. `dataclasses.replace` changes one:

    settings = Settings(similarity=Similarity(alike=0.94))
    model = dataclasses.replace(model, settings=settings)
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from tf_linkage.errors import LinkageRefused


def _number(default: float, unit: str, reason: str, least: float, most: float) -> Any:
    """A setting: whole if its default is."""
    return field(default=default, metadata={"unit": unit, "reason": reason, "least": least, "most": most})


@dataclass(frozen=True)
class Group:
    """Settings of one step. A whole number stays whole; nothing leaves its bounds.

    Raises:
        LinkageRefused: a setting that is no number, not whole where it must be, or out of bounds.
    """

    def __post_init__(self) -> None:
        """Hold each setting to its bounds."""
        for one in dataclasses.fields(self):
            value, least, most = getattr(self, one.name), one.metadata["least"], one.metadata["most"]
            whole = isinstance(one.default, int)
            named = f"setting {type(self).__name__.lower()}.{one.name}"
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                raise LinkageRefused(f"{named} must be a {'whole ' if whole else ''}number")
            if not least <= value <= most:
                raise LinkageRefused(f"{named} is in {one.metadata['unit']}, from {least:g} to {most:g}")


@dataclass(frozen=True)
class Similarity(Group):
    """When two spellings are taken for near."""

    alike: float = _number(
        0.92, "Jaro-Winkler similarity", "spelt almost alike: fastLink's published cut", 0.5, 1.0
    )
    close: float = _number(
        0.85, "Jaro-Winkler similarity", "resembling: leaves room for two typing errors in a name of seven letters",
        0.5, 1.0,
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Alike is nearer than close."""
        super().__post_init__()
        if self.close > self.alike:
            raise LinkageRefused("setting similarity.close must not be above similarity.alike")


@dataclass(frozen=True)
class Blocking(Group):
    """Which rules are used."""

    wide: int = _number(
        200_000, "pairs", "what a wide rule may make besides one for each record of the larger table", 0, 10**12
    )
    wide_each: int = _number(
        50, "pairs", "for each record of the larger table that a wide rule may make where tables are small and "
        "anybody's: with fewer two in five true pairs of 50,000 records were never compared", 0, 10**6,
    )  # fmt: skip
    small: int = _number(100_000, "records", "of the larger table up to which tables are small", 1, 10**9)
    resembling_in: int = _number(
        2,
        "columns",
        "in which a pair must resemble that meets no other rule: in one, strangers do too often",
        1,
        100,
    )
    long: int = _number(5, "letters", "from which a value resembles another at two edits, not one", 1, 1000)
    longest: int = _number(40, "letters", "beyond which it is not looked for what resembles a value", 1, 1000)
    links_looked_at: int = _number(
        20_000, "links", "by which it is estimated how many pairs no rule compares; more add nothing", 1, 10**9
    )
    variants: int = _number(
        3_000_000, "variants", "of one column's values, with up to two letters taken out, by which is found what "
        "resembles: some seconds; a column with more is passed over", 0, 10**10,
    )  # fmt: skip
    resembling: int = _number(
        20_000_000, "pairs", "that resemble in one column, over the columns together; a column with which there "
        "are more is passed over", 0, 10**12,
    )  # fmt: skip


@dataclass(frozen=True)
class Sampling(Group):
    """What is drawn or thinned to learn from."""

    seed: int = _number(2015, "seed", "of the random pairs, the only draw of a linkage", 0, 2**32 - 1)
    random_pairs: int = _number(
        500_000, "pairs", "from which u is learnt where a level is not plain equality", 1, 10**9
    )
    people_named: int = _number(
        300_000, "people", "of the right table among whom names that go together are counted; more add nothing",
        1, 10**9,
    )  # fmt: skip
    records_at_home: int = _number(
        200_000, "records", "of the right table whose homes are looked into; more add nothing", 1, 10**9
    )


@dataclass(frozen=True)
class Training(Group):
    """How m is learnt."""

    most_rounds: int = _number(60, "rounds", "EM ends here though it has not settled", 1, 10_000)
    steady: float = _number(1e-6, "share", "EM ends when no m changes by more in a round", 0.0, 0.1)
    stray: float = _number(
        0.25, "share", "how far the m of a full agreement may end from the matchkeys' before theirs is used",
        0.0, 1.0,
    )  # fmt: skip
    floor: float = _number(
        1e-9, "share", "the least m or u of any level: a level never seen is evidence of at most 30 bits",
        1e-15, 1e-3,
    )  # fmt: skip
    few: int = _number(
        30, "links or decisions", "below which a comparison's m is guessed, not learnt: with fewer the standard "
        "error of a share is beyond .09", 1, 10**6,
    )  # fmt: skip
    most: float = _number(
        0.5, "share", "of all pairs that are links beforehand at most: of one record and its copy nothing is known",
        0.01, 0.99,
    )  # fmt: skip
    wrong: float = _number(
        0.4, "share", "of links that disagree outright on a name, date of birth or number at most, where no "
        "matchkey teaches it: beyond, they are other people of one home", 0.001, 1.0,
    )  # fmt: skip
    least: float = _number(
        0.05, "share", "of u that is left at least when the links among all pairs are taken off it: they are "
        "estimated, so not all of a level can be theirs", 0.0, 1.0,
    )  # fmt: skip
    unseen: float = _number(
        0.5, "records", "of strangers expected to bear a value that nobody else bears: our judgement, between none "
        "and one; fewer where values are so many that fewer are expected", 1e-6, 1.0,
    )  # fmt: skip
    guess: float = _number(
        0.9,
        "share",
        "of full agreement among links where nothing is known yet; EM moves on from there",
        0.01,
        0.999,
    )
    smoothing: float = _number(
        1.0, "pairs", "added and spread over the levels of a comparison when links or random pairs are counted",
        1e-6, 1000.0,
    )  # fmt: skip


@dataclass(frozen=True)
class Households(Group):
    """People of one home who are not one person."""

    largest: int = _number(12, "people", "at one address; beyond, it is a hostel or a block", 2, 1000)
    few: int = _number(50, "pairs", "of one home below which nothing is learnt of them", 1, 10**6)
    smoothing: float = _number(5.0, "pairs", "added and spread over the levels when they are counted", 1e-6, 1000.0)
    stayed: float = _number(
        0.05, "share", "the least share of links at one address: below, an address tells nothing of who moved",
        0.001, 1.0,
    )  # fmt: skip


@dataclass(frozen=True)
class Names(Group):
    """Names that go together, and with years of birth."""

    others: float = _number(
        0.1, "people", "others expected to bear a full name that one person bears: our judgement, between none "
        "and one",
        1e-6, 1.0,
    )  # fmt: skip
    years: int = _number(10, "years of birth", "that share a fashion in forenames", 1, 100)
    half_way: float = _number(
        2.0, "people", "others of a forename of whom half is believed of what they say about its years: our "
        "judgement",
        0.0, 1e6,
    )  # fmt: skip


@dataclass(frozen=True)
class Strata(Group):
    """People of one sex and about one age."""

    years: int = _number(5, "years of birth", "that make one stratum of one sex", 1, 100)
    few: int = _number(
        100, "people", "like everybody who are added to each stratum, so that a small one differs little", 1, 10**6
    )


@dataclass(frozen=True)
class Certain(Group):
    """What links that are certain say of everybody else."""

    posterior: float = _number(
        0.99, "probability", "from which a link claims its records, speaks for its family, or is a further record",
        0.5, 0.999999,
    )  # fmt: skip
    free: float = _number(
        0.2, "share", "of people of one home taken to be free still, however few are counted: a few homes cannot "
        "rule out that a person is absent and a twin is not", 0.0, 1.0,
    )  # fmt: skip
    strangers: float = _number(
        0.001, "share", "of pairs of strangers taken to be free still, however many are claimed", 1e-9, 1.0
    )
    unseen: float = _number(
        3.0, "pairs", "added to counts that may be zero: the upper 95% bound of what was never seen (rule of "
        "three)",
        0.0, 100.0,
    )  # fmt: skip


@dataclass(frozen=True)
class Family(Group):
    """Evidence from a family's other links."""

    largest: int = _number(15, "people", "of one family; beyond, the name or address is no family's", 2, 1000)


@dataclass(frozen=True)
class Resolution(Group):
    """From weights to links."""

    below_floor: float = _number(
        10.0,
        "bits",
        "below the review threshold at which a pair is dropped before anything else is asked",
        0.0,
        100.0,
    )
    near: float = _number(
        3.0,
        "bits",
        "below the review threshold down to which a pair is a rival: decisions may teach so much",
        0.0,
        100.0,
    )
    guard: float = _number(
        0.75, "probability", "below which a guarded model sends a pair with another forename or birthday to "
        "review: it is wrong as often as twins and namesakes are many, which few links teach well", 0.0, 0.999999,
    )  # fmt: skip
    undated: float = _number(
        0.75, "probability", "from which a left record without a date of birth may be a link: as if a false link, "
        "which gives a child an adult's benefits, were as bad as three that are missed", 0.0, 0.999999,
    )  # fmt: skip


@dataclass(frozen=True)
class Review(Group):
    """Clerical review, and the clerks of a rehearsal."""

    double: int = _number(5, "pairs", "every so many goes to two reviewers, for kappa", 1, 10**6)
    highest: float = _number(
        0.99, "probability", "from which a pair needs no review; a link below is wrong too often to be taken "
        "unseen",
        0.0, 1.0,
    )  # fmt: skip
    own_word: float = _number(
        2.0, "answers", "that the model's posterior counts as beside the clerks' about one pattern: our judgement; "
        "one answer, which may be wrong, moves a share of links by a third of the way", 0.0, 1e6,
    )  # fmt: skip
    wrong: float = _number(
        0.11, "share", "of doubtful pairs on which a simulated clerk errs. Seven reviewers of bands of scores "
        "reached a kappa of .601 (Boyd and others, dro.deakin.edu.au 21548529); two who err on a share e of pairs, "
        "half of them matches, and err independently, reach (1 - 2e)²", 0.0, 1.0,
    )  # fmt: skip
    unsure: float = _number(
        0.05, "share", "of doubtful pairs that a simulated clerk leaves undecided: our assumption", 0.0, 1.0
    )


@dataclass(frozen=True)
class OneTable(Group):
    """Records of one person within one table; with the shares of `match_probability`, all that is used there.

    But for `together`, which is what joins records into people by a model that was trained on them.
    """

    posterior: float = _number(
        0.99, "probability", "from which two records become one person: to merge two people is worse than to miss "
        "a duplicate", 0.5, 0.999999,
    )  # fmt: skip
    together: float = _number(
        0.25, "share", "of the pairs between two groups of records that must be links before the groups are one "
        "person: one wrong link joins two people with all their records, right ones come in numbers", 0.0, 1.0,
    )  # fmt: skip
    twice: float = _number(0.04, "records", "of each record's person, besides it: our assumption", 1e-9, 1000.0)
    household_members: float = _number(
        3.0, "people", "of each record's home, besides its own: our assumption", 1e-9, 1000.0
    )
    crowd: float = _number(
        100_000.0, "records", "among which strangers look alike: as many as a large study has, so that a small one "
        "errs less", 1.0, 1e10,
    )  # fmt: skip


@dataclass(frozen=True)
class Toolkit(Group):
    """Engine `recordlinkage` alone."""

    rounds: int = _number(
        3, "rounds", "in which the classifier is taught anew by its own links; they change little after two", 1, 100
    )
    smoothing: float = _number(1.0, "pairs", "of the toolkit's naive Bayes", 1e-6, 1000.0)
    rare: float = _number(1e-4, "share", "of the right table below which a value is rare", 0.0, 1.0)
    uncommon: float = _number(1e-3, "share", "of the right table below which a value is uncommon", 0.0, 1.0)
    most_pairs: int = _number(
        20_000_000, "pairs", "that one rule may make: the toolkit holds some hundred bytes for each", 1, 10**12
    )
    random_pairs: int = _number(
        200_000, "pairs", "of strangers: enough to see some equal dates of birth, about one in 25,000", 1, 10**9
    )


@dataclass(frozen=True)
class Settings:
    """All settings of a linkage, by the step that reads them."""

    similarity: Similarity = Similarity()
    blocking: Blocking = Blocking()
    sampling: Sampling = Sampling()
    training: Training = Training()
    households: Households = Households()
    names: Names = Names()
    strata: Strata = Strata()
    certain: Certain = Certain()
    family: Family = Family()
    resolution: Resolution = Resolution()
    review: Review = Review()
    one_table: OneTable = OneTable()
    toolkit: Toolkit = Toolkit()

    def __post_init__(self) -> None:
        """Refuse what is no group of settings."""
        for one in dataclasses.fields(self):
            if not isinstance(getattr(self, one.name), type(one.default)):
                raise LinkageRefused(f"settings.{one.name} must be a {type(one.default).__name__}")


def described() -> list[tuple[str, float, str, str]]:
    """Every setting: its name, such as `training.few`, its default, its unit and its reason."""
    found = []
    for group in dataclasses.fields(Settings):
        usual = getattr(Settings, group.name)
        for one in dataclasses.fields(usual):
            value = float(getattr(usual, one.name))
            found.append((f"{group.name}.{one.name}", value, one.metadata["unit"], one.metadata["reason"]))
    return found
