"""Keys: what is hashed under one key for one use is equal exactly where the values are, and joins nothing else."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.hashed import HashingKey, hashed

SECRET = bytes(range(32))
USES = st.sampled_from(["value surname", "value forename", "matchkey surname dob", "filter surname"])
STUDIES = st.sampled_from(["families 2015", "families 2016"])


@given(st.text(), st.text(), USES, USES, STUDIES, STUDIES)
def test_hashes_are_equal_only_where_value_use_and_study_are(
    one: str, other: str, use: str, other_use: str, study: str, other_study: str
) -> None:
    first = hashed(one, HashingKey(SECRET, study).derived(use))
    second = hashed(other, HashingKey(SECRET, other_study).derived(other_use))
    assert (first == second) == ((one, use, study) == (other, other_use, other_study))
    assert len(first) == 32


def test_a_hash_is_the_published_function() -> None:
    """Anybody's HMAC-SHA-256 gives the same, so that a department may hash with tools of its own."""
    derived = hmac.new(SECRET, b"tf_linkage/hashed/1\0families\0value surname", hashlib.sha256).digest()
    wanted = hmac.new(derived, b"SMITH", hashlib.sha256).hexdigest()[:32]
    assert hashed("SMITH", HashingKey(SECRET, "families").derived("value surname")) == wanted


def test_a_name_tells_keys_apart_and_nothing_else() -> None:
    key = HashingKey(SECRET, "families")
    assert key.name == HashingKey(SECRET, "families").name
    assert len({key.name, HashingKey(SECRET, "others").name, HashingKey(bytes(32), "families").name}) == 3
    assert SECRET.hex() not in repr(key)
    assert repr(SECRET) not in repr(key)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=2, max_size=4, unique=True))
def test_shares_make_one_key_in_any_order_and_each_is_needed(shares: list[bytes]) -> None:
    whole = HashingKey.of_shares(shares, "families")
    assert HashingKey.of_shares(shares[::-1], "families") == whole
    # One share turned into another is another key: nothing of the secret is known without it.
    turned = bytes([shares[0][0] ^ 1]) + shares[0][1:]
    if turned not in shares:
        assert HashingKey.of_shares([turned, *shares[1:]], "families").secret != whole.secret


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: HashingKey(b"short", "families"), "32 bytes"),
        (lambda: HashingKey(SECRET, ""), "name of a study"),
        (lambda: HashingKey(SECRET, "a\0b"), "null"),
        (lambda: HashingKey.of_shares([SECRET], "families"), "two shares"),
        (lambda: HashingKey.of_shares([SECRET, SECRET], "families"), "same share"),
        (lambda: HashingKey.of_shares([SECRET, b"short"], "families"), "32 bytes"),
    ],
)
def test_keys_that_would_protect_nobody_are_refused(make: object, words: str) -> None:
    with pytest.raises(LinkageRefused, match=words):
        make()  # type: ignore[operator]
