"""What a department is sent and how it links it, as the study chose: in the clear, or on keyed hashes.

ONS hashes the request and the department its own register, each with the key that both hold; the department links.
"""

import os
import re
from collections.abc import Callable, Mapping

import polars as pl

from tf_linkage import custody, linkage
from tf_linkage.contracts.columns import empty
from tf_linkage.contracts.link_requests import HashedRequest
from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.errors import LinkageRefused, StudyRefused
from tf_linkage.linkage.hashed import (
    Bloom,
    HashedTable,
    HashingKey,
    as_request,
    hash_matchkeys,
    hash_table,
    link_hashed,
    link_matchkeys,
    of_request,
)
from tf_linkage.study import LinkageOn, Source, Study
from tf_linkage.workspace.choices import PREFIX
from tf_linkage.workspace.environment import bounds_of, is_rehearsal, study_key

VARIABLE = f"{PREFIX}HASHING_KEY"


def model_for(study: Study, name: str) -> linkage.Model:
    """The model by which a department links, in the clear or as far as hashes allow."""
    return linkage.department_model(
        name,
        DEPARTMENTS[name].request_columns,
        link_threshold=study.link_threshold,
        review_threshold=study.review_threshold,
    )


def request_for(identifiers: pl.LazyFrame, study: Study, name: str, key: bytes) -> pl.LazyFrame:
    """What a department is asked, in the form that the study chose.

    Args:
        identifiers: `ons.Identifiers`.
        study: the study's choices.
        name: the department.
        key: the study's secret.

    Returns:
        The department's request contract, or `HashedRequest`; the same people under the same references.

    Raises:
        StudyRefused: hashes were chosen, and there is no key for them.
    """
    department, recipient = DEPARTMENTS[name], custody.recipient_key(key, name)
    clear = custody.link_request(identifiers, department, recipient, study.dates.extract)
    if study.linkage_on_of(name) is LinkageOn.CLEAR:
        return clear
    people = clear.collect()
    if people.is_empty():
        return empty(HashedRequest).lazy()
    return as_request(_hashed(people.lazy(), study, name, model_for(study, name).left_id)).lazy()


def linked(
    request: pl.LazyFrame, register: pl.LazyFrame, study: Study, name: str, progress: Callable[[str], None]
) -> linkage.LinkResult:
    """A department's linkage of a request with its own register, as the study chose.

    Args:
        request: as `request_for` makes it.
        register: the department's table of people, in the clear: it is its own.
        study: the study's choices.
        name: the department.
        progress: receives a line at each step.

    Raises:
        StudyRefused: hashes were chosen, and there is no key for them.
        LinkageRefused: the request holds something else than the study links on, or was hashed under another key;
            or as `linkage.link`.
    """
    model, kind = model_for(study, name), study.linkage_on_of(name)
    if kind is LinkageOn.CLEAR:
        if _is_hashed(request):
            raise LinkageRefused(
                f"{name} was sent hashes, and is to link in the clear: choose for {name} what ONS chose, or have "
                "the request sent again"
            )
        return linkage.link(
            request, register, model, engine=study.engine, bounds=bounds_of(study), progress=progress
        )
    sent = of_request(request.collect(), model.fields)
    if sent.linkage_on != kind:
        raise LinkageRefused(f"{name} was sent {sent.linkage_on}, and is to link on {kind}: choose what ONS chose")
    held = _hashed(register, study, name, model.right_id)
    progress(f"{held.hashes:,} values of the register hashed")
    if kind is LinkageOn.MATCHKEYS:
        return link_matchkeys(sent, held, model)
    return link_hashed(sent, held, model, progress, bounds_of(study))


def _hashed(table: pl.LazyFrame, study: Study, name: str, record_id: str) -> HashedTable:
    model, key = model_for(study, name), hashing_key(study, name)
    if study.linkage_on_of(name) is LinkageOn.MATCHKEYS:
        return hash_matchkeys(table, record_id, model, key)
    bloom = Bloom() if study.linkage_on_of(name) is LinkageOn.BLOOM else None
    return hash_table(table, record_id, model, key, bloom=bloom)


def hashing_key(study: Study, name: str) -> HashingKey:
    """The key that ONS and a department share: another one for each study and department, so that none join.

    The environment's, as `make-hashing-key` draws it, or the shares of one, apart by commas. In a rehearsal without
    one it follows from the study's published key.

    Raises:
        StudyRefused: there is none and people are real, or what is there is none. Nothing of it is repeated.
    """
    given, of = os.environ.get(VARIABLE, ""), f"{study.name}, {name}"
    if not given:
        if not is_rehearsal(study):
            raise StudyRefused(
                f"{name} is to be linked on {study.linkage_on_of(name)}, which needs a key that ONS and the "
                f"department share: set {VARIABLE} at both to what make-hashing-key drew"
            )
        secret = study_key(study.source is Source.SIMULATION, study.incoming, study.data)
        return HashingKey(custody.hashing_secret(secret), of)
    shares = given.split(",")
    if not all(re.fullmatch(r"[0-9a-f]{64}", share) for share in shares):
        raise StudyRefused(f"{VARIABLE}: not a key, nor shares of one apart by commas; make-hashing-key draws both")
    secrets = [bytes.fromhex(share) for share in shares]
    try:
        return HashingKey(secrets[0], of) if len(secrets) == 1 else HashingKey.of_shares(secrets, of)
    except LinkageRefused as refusal:
        raise StudyRefused(f"{VARIABLE}: {refusal}") from None


def refuse_without_key(study: Study) -> None:
    """Refuses hashes without a key before a run begins, instead of in its midst.

    Raises:
        StudyRefused: as `hashing_key`.
    """
    for name in study.linkage_on:
        hashing_key(study, name)


def in_the_clear(study: Study, what: str) -> None:
    """Refuses what needs names where a department was sent none.

    Raises:
        StudyRefused: names the departments.
    """
    if study.linkage_on:
        there = ", ".join(f"{name} is linked on {kind}" for name, kind in study.linkage_on.items())
        raise StudyRefused(f"{what} needs names in the clear, and {there}; in a rehearsal choose clear for it")


def must_be_named(requests: Mapping[str, pl.LazyFrame]) -> None:
    """Refuses to link again, or to weigh, where a department was sent hashes.

    Args:
        requests: by department, what it was sent.

    Raises:
        StudyRefused: names the departments.
    """
    hashed = [name for name, one in requests.items() if _is_hashed(one)]
    if hashed:
        raise StudyRefused(
            f"the longer studies read names, and {', '.join(hashed)} was sent hashes: choose clear for it and run "
            "the main job again; what linkage on hashes costs is measured beside it then"
        )


def _is_hashed(request: pl.LazyFrame) -> bool:
    return request.collect_schema().names() == list(HashedRequest.columns())


def must_have_names(study: Study, name: str, what: str) -> None:
    """Refuses what people do by reading names, of a department that was sent none.

    Raises:
        StudyRefused: says why.
    """
    if study.linkage_on_of(name) is not LinkageOn.CLEAR:
        raise StudyRefused(
            f"{name} is linked on {study.linkage_on_of(name)}: nobody there can read whom it was asked about, so "
            f"there is nothing for {what}"
        )
