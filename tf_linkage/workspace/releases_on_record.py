"""Where releases are put on record, and the earlier ones that a new one is held against.

The ledger has an entry for each release, with digests of what was published; the counts behind it, and what it
told, stay in the researchers' zone, in data/research/releases. Releases of one study are held against each other.
With real people a data folder is one study, whatever is chosen. In a rehearsal every other choice makes other
people or another question, so that only releases of the same choices, code and clerks' decisions are held against
each other.
"""

import hashlib
import json
from collections.abc import Mapping

import polars as pl

from tf_linkage import disclosure
from tf_linkage.contracts.outputs.release import DECISIONS
from tf_linkage.custody.audit.ledger import Entry
from tf_linkage.study import BOUNDS, Source, Study
from tf_linkage.workspace.custodians.clerical_review import DECISIONS as CLERKS_DECISIONS
from tf_linkage.workspace.environment import is_rehearsal
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


def earlier_releases(store: Store, study: Study) -> list[Entry]:
    """The ledger's entries of releases of the same study."""
    this = same_study(store, study)
    return [
        entry
        for entry in store.ledger().entries()
        if entry.event == RELEASED and entry.about == RELEASE and entry.facts.get("study") == this
    ]


def same_study(store: Store, study: Study) -> str:
    """What releases that can be taken from each other have in common: a digest, or that people are real."""
    if not is_rehearsal(study):
        return REAL
    simulated = study.source is Source.SIMULATION
    chosen = study.model_dump(mode="json", exclude={"data", "incoming", *BOUNDS})
    extracts = "" if simulated else (study.incoming / "rehearsal.json").read_text(encoding="utf-8")
    clerks = [entry.digest for entry in store.ledger().entries() if entry.about.endswith(f"/{CLERKS_DECISIONS}")]
    code = code_version([*STUDIED, *(SIMULATED if simulated else ())])
    return hashlib.sha256(json.dumps([chosen, extracts, clerks, code], sort_keys=True).encode()).hexdigest()[:16]


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
