"""Every figure of the world names a source that can be looked up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tf_linkage
from tf_linkage.bodies.calibration.predictions import PREDICTIONS
from tf_linkage.bodies.calibration.targets import TARGETS
from tf_linkage.bodies.recording import error_rates
from tf_linkage.population.rates import EFFECTS, RATES, rate_table
from tf_linkage.population.sources import SOURCES, in_full, keys_of, source_table


def _citations() -> list[str]:
    pairs = [*RATES.values(), *EFFECTS.values(), *error_rates.LAG_YEARS.values(), *error_rates.GROUP_ODDS.values()]
    pairs += [*error_rates.DUPLICATES.values(), *error_rates.MERGED.values(), *error_rates.COVERAGE.values()]
    pairs += [error_rates.ALIASES, error_rates.INHERITED, error_rates.PERSISTENT, error_rates.LEGACY_NUMBERS]
    cited = [source for _, source in pairs]
    cited += [source for _, _, source in error_rates.ERROR_RATES.values()]
    return cited + [target.source for target in TARGETS] + [str(row[-1]) for row in PREDICTIONS]


def test_every_citation_resolves_to_the_table() -> None:
    unknown = {key for citation in _citations() for key in keys_of(citation)} - set(SOURCES)
    assert unknown == set()
    assert len(_citations()) > 120


def test_every_source_is_cited_or_named_in_a_docstring() -> None:
    cited = {key for citation in _citations() for key in keys_of(citation)}
    rooms = [Path(tf_linkage.__file__).parent / room for room in ("population", "bodies")]
    text = "".join(path.read_text() for room in rooms for path in room.rglob("*.py") if path.name != "sources.py")
    assert {key for key in SOURCES if key not in cited and key not in text} == set()


def test_a_citation_is_spelt_out() -> None:
    full = in_full("ONS births: 14 per 1,000; A: more")
    assert full.startswith("14 per 1,000; more [ONS, birth characteristics")
    assert SOURCES["A"] in full
    assert in_full("A") == SOURCES["A"]
    with pytest.raises(KeyError):
        in_full("a page of notes: 3%")


def test_tables_show_sources_in_full() -> None:
    assert set(source_table()["key"]) == set(SOURCES)
    for table in (rate_table(), error_rates.error_table()):
        assert table["source"].str.len_chars().min() >= 40


def test_no_module_cites_what_a_reader_cannot_find() -> None:
    hidden = re.compile(
        r"\bfacts (page|\d)|\(facts: |\bstudy \d\.\d|\bE1?\d: |\(E1?\d\)|\"[1-5][a-e]\b(?!\")|\([1-5][a-e]\)"
    )
    root = Path(tf_linkage.__file__).parent
    assert [path.name for path in root.rglob("*.py") if hidden.search(path.read_text())] == []
