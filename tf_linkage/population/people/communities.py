"""Communities: how they name, where they live, how they arrived.

One table of origins and one of each council's mix, with sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Origin:
    """A naming community.

    Attributes:
        name: its short name.
        community: the study's wider group (contracts.truth.COMMUNITIES).
        ethnic_codes: school census codes and their shares.
        surnames: pool of surnames.
        forenames: pool of forenames; `english` follows the birth cohort.
        rule: how a family's surnames relate.
        takes_name: share of wives who take the husband's surname.
        foreign_born: share of adults born abroad.
        asylum: share of those who came by the asylum route.
        english_forenames: share of children given a name of the majority.
        language: language group in the school census.
    """

    name: str
    community: str
    ethnic_codes: tuple[tuple[str, float], ...]
    surnames: str
    forenames: str
    rule: str = "family"
    takes_name: float = 0.8
    foreign_born: float = 0.0
    asylum: float = 0.0
    english_forenames: float = 0.0
    language: str = "Other"


ORIGINS: Final[tuple[Origin, ...]] = (
    Origin("english", "white british", (("WBRI", 1.0),), "english", "english", foreign_born=0.02,
        language="English"),
    Origin("irish", "white other", (("WIRI", 0.9), ("WIRT", 0.1)), "irish", "english", foreign_born=0.5,
           language="English"),
    Origin("polish", "white other", (("WOTH", 1.0),), "polish", "polish", rule="gendered", foreign_born=0.9),
    Origin("iberian", "white other", (("WOTH", 1.0),), "iberian", "iberian", rule="two surnames", takes_name=0.2,
           foreign_born=0.85),
    Origin("european", "white other", (("WOTH", 0.9), ("WROM", 0.1)), "european", "european", takes_name=0.6,
           foreign_born=0.85),
    Origin("nigerian", "black african", (("BAFR", 1.0),), "nigerian", "nigerian", foreign_born=0.7, asylum=0.03,
           english_forenames=0.45),
    Origin("ghanaian", "black african", (("BAFR", 1.0),), "ghanaian", "ghanaian", foreign_born=0.7, asylum=0.03,
           english_forenames=0.3),
    Origin("somali", "black african", (("BAFR", 1.0),), "somali", "somali", rule="own", takes_name=0.0,
           foreign_born=0.8, asylum=0.5),
    Origin("caribbean", "black caribbean", (("BCRB", 1.0),), "caribbean", "english", takes_name=0.7,
        foreign_born=0.25,
           language="English"),
    Origin("pakistani", "south asian", (("APKN", 1.0),), "pakistani", "pakistani", takes_name=0.3,
        foreign_born=0.55,
           asylum=0.02),
    Origin("bangladeshi", "south asian", (("ABAN", 1.0),), "bangladeshi", "bangladeshi", rule="own", takes_name=0.0,
           foreign_born=0.6, asylum=0.01),
    Origin("indian", "south asian", (("AIND", 1.0),), "indian", "indian", rule="singh and kaur", takes_name=0.5,
           foreign_born=0.55),
    Origin("chinese", "east asian", (("CHNE", 1.0),), "chinese", "chinese", takes_name=0.1, foreign_born=0.7,
           english_forenames=0.35),
    Origin("vietnamese", "east asian", (("AOTH", 1.0),), "vietnamese", "vietnamese", takes_name=0.1,
        foreign_born=0.7,
           asylum=0.3, english_forenames=0.2),
    Origin("turkish", "turkish and kurdish", (("WOTH", 0.7), ("OOTH", 0.3)), "turkish", "turkish", foreign_born=0.6,
           asylum=0.3),
    Origin("charedi", "charedi", (("WOTH", 0.8), ("WBRI", 0.2)), "charedi", "charedi", takes_name=0.95,
           foreign_born=0.15),
    Origin("mixed", "mixed and other", (("MWBC", 0.45), ("MWBA", 0.2), ("MWAS", 0.15), ("MOTH", 0.2)), "mixed",
           "english", foreign_born=0.1, language="English"),
    Origin("other", "mixed and other", (("OOTH", 0.8), ("REFU", 0.1), ("NOBT", 0.1)), "other", "other",
        takes_name=0.1,
           foreign_born=0.8, asylum=0.35),
)  # fmt: skip
"""Shares born abroad, by asylum route, taking a husband's name, and giving majority names are assumptions (A)."""

MIXES: Final[dict[str, dict[str, float]]] = {
    "E09000012": {
        "english": 34, "irish": 2.1, "polish": 2, "iberian": 3.5, "european": 6, "nigerian": 6, "ghanaian": 3,
        "somali": 2.4, "caribbean": 11.7, "pakistani": 0.8, "bangladeshi": 2.5, "indian": 3.1, "chinese": 1.4,
        "vietnamese": 1, "turkish": 5.5, "charedi": 7, "mixed": 6.4, "other": 2.6,
    },
    "E08000003": {
        "english": 59, "irish": 2.4, "polish": 2, "iberian": 1, "european": 2.5, "nigerian": 3, "ghanaian": 0.7,
        "somali": 2, "caribbean": 3, "pakistani": 8.5, "bangladeshi": 1.3, "indian": 2.3, "chinese": 2.7,
        "vietnamese": 0.3, "turkish": 0.4, "charedi": 0.4, "mixed": 4.6, "other": 3.9,
    },
    "E06000010": {
        "english": 89, "irish": 0.2, "polish": 2.8, "iberian": 0.4, "european": 1.7, "nigerian": 0.7,
        "ghanaian": 0.2,
        "somali": 0.3, "caribbean": 0.1, "pakistani": 0.4, "bangladeshi": 0.3, "indian": 0.5, "chinese": 0.8,
        "vietnamese": 0.1, "turkish": 0.3, "charedi": 0, "mixed": 1.3, "other": 0.9,
    },
    "E08000032": {
        "english": 64, "irish": 0.5, "polish": 1.5, "iberian": 0.3, "european": 1.3, "nigerian": 0.5,
        "ghanaian": 0.1,
        "somali": 0.1, "caribbean": 0.7, "pakistani": 20.4, "bangladeshi": 1.9, "indian": 2.6, "chinese": 0.4,
        "vietnamese": 0.1, "turkish": 0.1, "charedi": 0, "mixed": 2.5, "other": 2.5,
    },
    "E10000016": {
        "english": 89, "irish": 0.7, "polish": 1.2, "iberian": 0.4, "european": 2, "nigerian": 0.6, "ghanaian": 0.2,
        "somali": 0.1, "caribbean": 0.3, "pakistani": 0.3, "bangladeshi": 0.3, "indian": 1.2, "chinese": 0.4,
        "vietnamese": 0.1, "turkish": 0.3, "charedi": 0.1, "mixed": 1.5, "other": 1.3,
    },
}  # fmt: skip
"""Percent of people by origin. Hackney: Census 2011 and 2021 (leaflet of the council, October 2014, and
crystalroof.co.uk), its three African and the Turkish and Charedi shares apportioned from country of birth and main
language. The other four: assumptions after the ethnic groups of the 2011 Census, recalled, not checked."""
