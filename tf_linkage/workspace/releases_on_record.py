"""Where releases are put on record, and the earlier ones that a new one is held against.

The ledger has an entry for each release, with digests of what was published; the counts behind it, and what it
told, stay in the researchers' zone, in data/research/releases. Releases of one study are held against each other.
With real people a data folder is one study, whatever is chosen. In a rehearsal the simulated world is: its people
and what bodies recorded of them. Other links, clerks' decisions or withdrawals renew a study and make no other.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import polars as pl

from tf_linkage import disclosure
from tf_linkage.contracts.outputs.release import DECISIONS
from tf_linkage.custody.audit.ledger import Entry
from tf_linkage.hints import command
from tf_linkage.study import RECORDING, Source, Study
from tf_linkage.workspace.environment import from_files, is_rehearsal
from tf_linkage.workspace.store import Store
from tf_linkage.workspace.storing.code_version import code_version

RELEASED, RELEASE = "released", "published/findings"
REAL = "real people"
BEHIND = "behind"
STUDIED = ("custody", "linkage", "research", "disclosure")
SIMULATED = ("population", "bodies")

Tables = Mapping[str, pl.LazyFrame]


def refuse_if_near(store: Store, study: Study, tables: Tables) -> int:
    """Refuses a release that differs by too few from an earlier one of the same study.

    What was published before may be published again.

    Returns:
        How many earlier releases it was held against.

    Raises:
        ReleaseRefused: it is too near to one, or an earlier one's counts are missing.
    """
    earlier = earlier_releases(store, study)
    if disclosure.content_digest(tables) in {entry.facts["content"] for entry in earlier}:
        return len(earlier)
    new = disclosure.behind(tables[DECISIONS].collect())
    behind = ((entry.day, _kept(store, entry)[BEHIND].collect()) for entry in earlier)
    with _saying_how_to_begin_again(study):
        disclosure.must_be_apart(new, behind)
    return len(earlier)


def refuse_if_released_together(store: Store, study: Study, tables: Tables, estimates: Tables) -> int:
    """Refuses a release that gives something away together with the earlier ones of the same study.

    What was published before may be published again.

    Returns:
        How many earlier releases it was attacked together with.

    Raises:
        ReleaseRefused: something could be worked out, or what an earlier one told is missing.
    """
    earlier = earlier_releases(store, study)
    if disclosure.content_digest(tables) in {entry.facts["content"] for entry in earlier}:
        return len(earlier)
    released = [disclosure.from_tables(_kept(store, entry)) for entry in earlier]
    with _saying_how_to_begin_again(study):
        disclosure.must_give_nothing_away([*released, disclosure.released(tables, estimates)])
    return len(earlier)


def put_on_record(store: Store, study: Study, tables: Tables, estimates: Tables) -> None:
    """Puts a release on record before it leaves; one that tells the same as an earlier one is on record already."""
    content = disclosure.content_digest(tables)
    if content in {entry.facts["content"] for entry in earlier_releases(store, study)}:
        return
    behind = disclosure.behind(tables[DECISIONS].collect())
    store.write(_place(content), {BEHIND: behind, **disclosure.as_tables(disclosure.released(tables, estimates))})
    store.ledger().append(
        store.clock().today(), RELEASED, "research", RELEASE, study=same_study(store, study), content=content
    )


def told_before(store: Store, study: Study) -> list[disclosure.Earlier]:
    """What earlier releases of the same study told, in their order, for a new one to be proposed next to them.

    Raises:
        ReleaseRefused: what an earlier one told is missing.
    """
    kept = (_kept(store, entry) for entry in earlier_releases(store, study))
    return [disclosure.Earlier(disclosure.from_tables(each), each[BEHIND].collect()) for each in kept]


def earlier_releases(store: Store, study: Study) -> list[Entry]:
    """The ledger's entries of releases of the same study."""
    this = same_study(store, study)
    return [
        entry
        for entry in store.ledger().entries()
        if entry.event == RELEASED and entry.about == RELEASE and entry.facts.get("study") == this
    ]


def same_study(store: Store, study: Study) -> str:
    """What releases that can be taken from each other have in common: a digest, or that people are real.

    In a rehearsal, every choice on which the simulated people and their records depend, and the code: who edits it
    rehearses anew.
    """
    if not is_rehearsal(study):
        return REAL
    simulated = study.source is Source.SIMULATION
    chosen = study.chosen(*study.world, *RECORDING) if simulated else {}
    extracts = (study.incoming / "rehearsal.json").read_text(encoding="utf-8") if from_files(study) else ""
    code = code_version([*STUDIED, *(SIMULATED if simulated else ())])
    return hashlib.sha256(json.dumps([chosen, extracts, code], sort_keys=True).encode()).hexdigest()[:16]


@contextmanager
def _saying_how_to_begin_again(study: Study) -> Iterator[None]:
    """A refusal of a rehearsal's release adds what a rehearsal alone may do: forget the earlier ones."""
    try:
        yield
    except disclosure.ReleaseRefused as refusal:
        if not is_rehearsal(study):
            raise
        raise disclosure.ReleaseRefused(
            f"{refusal}. This data folder holds a release of the same simulated people; to rehearse without it, "
            f"begin again ({command('clean', data=study.data)}) or choose another data folder"
        ) from None


def _kept(store: Store, entry: Entry) -> dict[str, pl.LazyFrame]:
    """What was kept of a release: the counts behind it, and its numbers and relations."""
    place = _place(entry.facts["content"])
    kept = store.read(place) if store.place(place).is_dir() else None
    if not isinstance(kept, dict) or not kept.keys() >= {BEHIND, *disclosure.ARCHIVED}:
        raise disclosure.ReleaseRefused(
            f"not released: what was kept of the release of {entry.day} is missing ({'/'.join(place)} in the data "
            "folder), so nothing can be held against it; put it back"
        )
    return kept


def _place(content: str) -> list[str]:
    return ["research", f"releases/{content[:16]}"]
