"""A lock is what this program writes, or it is refused in one sentence; and what it promises of keys."""

from __future__ import annotations

import base64
import json

import pytest

from tf_linkage.custody.refusals import LockMissing
from tf_linkage.custody.vault import locks

CHEAP = locks.LEAST_COST
LOCK = locks.new_lock("dwp", "three words here", CHEAP)


def changed(lock: bytes = LOCK, **fields: object) -> bytes:
    """The lock with other fields (None takes one away) and the sum that belongs to them."""
    now = {
        name: value for name, value in (json.loads(lock) | fields).items() if value is not None and name != "sum"
    }
    return json.dumps(now | {"sum": locks._sum(now)}).encode()


def test_a_lock_written_by_this_program_is_read() -> None:
    assert locks.owner(LOCK) == "dwp"
    assert locks.owner(changed()) == "dwp", "the same fields in another order"
    assert not locks.is_public_half(LOCK)
    half = locks.public_half(LOCK)
    assert locks.is_public_half(half)
    assert set(json.loads(half)) == {"custodian", "public", "sum"}
    assert json.loads(half)["public"] == json.loads(LOCK)["public"]
    assert locks.public_half(half) == half


def test_the_cost_is_that_of_the_published_advice() -> None:
    """OWASP: n of 2 to the 17 with r = 8; a lock may cost a thousandth of that or eight times as much."""
    assert (locks.COST, locks.LEAST_COST, locks.MOST_COST) == (131_072, 1_024, 1_048_576)
    assert locks.owner(changed(n=locks.MOST_COST)) == "dwp"


@pytest.mark.parametrize(
    "fields",
    [
        {"n": locks.LEAST_COST // 2}, {"n": 2 * locks.MOST_COST}, {"n": 2**17 + 1}, {"n": 3 * 2**12}, {"n": True},
        {"n": str(2**17)}, {"n": float(2**17)}, {"n": None}, {"custodian": 7}, {"custodian": "d\nwp"},
        {"custodian": "d" * 100}, {"custodian": None}, {"salt": ""}, {"salt": "AAAA"}, {"nonce": "AAAA"},
        {"private": "AAAA"}, {"public": "AAAA"}, {"public": "not base64!"}, {"private": None}, {"more": "x"},
        {"salt": None, "nonce": None, "n": None},
    ],
    ids=str,
)  # fmt: skip
def test_anything_else_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(LockMissing, match="changed or damaged"):
        locks.owner(changed(**fields))


@pytest.mark.parametrize("missing", ["custodian", "public"])
def test_a_public_half_is_whole_too(missing: str) -> None:
    half = locks.public_half(LOCK)
    with pytest.raises(LockMissing, match="changed or damaged"):
        locks.owner(changed(half, **{missing: None}))
    with pytest.raises(LockMissing, match="changed or damaged"):
        locks.owner(changed(half, more="x"))


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[]", b"null", b"7", b'{"sum": 1}', b"\xff", b"[" * 100_000, LOCK[:-20]], ids=range(9)
)
def test_what_is_no_lock_at_all_is_refused_likewise(text: bytes) -> None:
    with pytest.raises(LockMissing, match="changed or damaged"):
        locks.owner(text)


def test_a_wrong_sum_is_seen() -> None:
    fields = json.loads(LOCK)
    with pytest.raises(LockMissing, match="changed or damaged"):
        locks.owner(json.dumps(fields | {"custodian": "moj"}).encode())


def test_two_bodies_make_one_key_and_a_third_another() -> None:
    ours, theirs, others = (
        (lock := locks.new_lock(name, "three words here", CHEAP), locks.unlock(lock, "three words here"))
        for name in ("ons", "dwp", "moj")
    )
    one = locks.shared_key(ours[1], locks.public_half(theirs[0]), b"seal")
    assert one == locks.shared_key(theirs[1], ours[0], b"seal")
    assert len(one) == 32, "a key of 256 bits"
    assert one not in {
        locks.shared_key(ours[1], theirs[0], b"other"),
        locks.shared_key(others[1], ours[0], b"seal"),
    }


def test_parts_are_of_their_lengths() -> None:
    """Bytes of salt, nonce, public half, and private half with the 16 of its tag."""
    parts = {name: len(base64.b64decode(json.loads(LOCK)[name])) for name in ("salt", "nonce", "public", "private")}
    assert parts == {"salt": 16, "nonce": 12, "public": 32, "private": 48}
