"""References: fixed by key, domain and name alone, and by nothing else."""

from __future__ import annotations

import hashlib
import hmac
import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.custody import REHEARSAL_KEY, KeyRefused, real_key, recipient_key, reference

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
names = st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6)), min_size=1, max_size=30, unique=True)


def refs(key: bytes, domain: str, rows: list[tuple[str, str]]) -> list[str]:
    columns = [pl.Series([row[at] for row in rows], dtype=pl.String) for at in range(2)]
    return reference(key, domain, columns).to_list()


def test_one_worked_example():
    """HMAC-SHA256 as RFC 2104 has it, its first 104 bits five at a time."""
    message = b"person\0" + b"\0\0\0\x03abc" + b"\0\0\0\x01d"
    digest = hmac.new(b"k" * 32, message, hashlib.sha256).digest()
    bits = f"{int.from_bytes(digest[:13], 'big'):0104b}0"
    expected = "".join(CROCKFORD[int(bits[at : at + 5], 2)] for at in range(0, 105, 5))
    assert refs(b"k" * 32, "person", [("abc", "d")]) == [expected]


@given(names, st.randoms(use_true_random=False))
def test_a_reference_depends_on_its_own_name_alone(rows: list[tuple[str, str]], rng: random.Random):
    """The same anyone who else is there and in whatever order: what makes "as if never" possible."""
    together = dict(zip(rows, refs(b"key", "person", rows), strict=True))
    shuffled = rng.sample(rows, len(rows))
    kept = shuffled[: max(1, len(rows) // 2)]
    assert refs(b"key", "person", kept) == [together[row] for row in kept]
    assert len(set(together.values())) == len(rows)


def test_parts_cannot_be_shifted_into_one_another():
    assert len(set(refs(b"key", "person", [("ab", "c"), ("a", "bc"), ("", "abc"), ("abc", "")]))) == 4
    assert refs(b"key", "person", [("a|b", "c")]) != refs(b"key", "person", [("a", "b|c")])


def test_domains_and_recipients_share_nothing():
    rows = [(str(number), "x") for number in range(500)]
    keys = [recipient_key(REHEARSAL_KEY, name) for name in ("dwp", "moj", "dfe", "research")]
    sets = [set(refs(key, domain, rows)) for key in keys for domain in ("person", "family")]
    assert len(set.union(*sets)) == 8 * 500


def test_the_order_of_references_says_nothing_of_the_input():
    """The rank of a reference is unrelated to the rank of the name: within what chance allows at n = 4,000."""
    rows = [(f"{number:05d}", "") for number in range(4_000)]
    ranks = pl.Series(refs(REHEARSAL_KEY, "person", rows)).rank()
    correlation = pl.select(pl.corr(ranks, pl.Series(range(4_000)))).item()
    assert abs(correlation) < 4 / 4_000**0.5


def test_references_are_not_plain_hashes_of_the_name():
    """Anyone who lacks the key and knows the name cannot remake the reference from any plain digest of it."""
    made = set(refs(REHEARSAL_KEY, "person", [("E09000012", "1")]))
    guesses = []
    for text in (b"E090000121", b"E09000012|1", b"1", b"person\0E090000121"):
        guesses += [hashlib.new(name, text).digest() for name in ("sha256", "sha1", "md5")]
        guesses += [hmac.digest(b"", text, "sha256")]
    encoded = {"".join(CROCKFORD[byte % 32] for byte in guess[:13]) for guess in guesses}
    heads = {f"{int.from_bytes(guess[:13], 'big'):x}" for guess in guesses}
    as_numbers = {f"{_number(ref):x}" for ref in made}
    assert made.isdisjoint(encoded)
    assert as_numbers.isdisjoint(heads)


def test_a_missing_part_is_refused():
    with pytest.raises(ValueError, match="some are null"):
        reference(b"key", "person", [pl.Series(["a", None])])


def test_no_rows_no_references():
    assert reference(b"key", "person", [pl.Series([], dtype=pl.String)]).to_list() == []


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        (None, "TF_LINKAGE_STUDY_KEY"),
        ("", "TF_LINKAGE_STUDY_KEY"),
        ("short", "too easy"),
        ("a" * 64, "too easy"),
        (REHEARSAL_KEY.decode(), "published key"),
    ],
)
def test_a_real_study_refuses_a_weak_or_published_key(secret: str | None, words: str):
    with pytest.raises(KeyRefused, match=words) as refusal:
        real_key(secret)
    assert not secret or secret not in str(refusal.value)


def test_a_secret_of_ones_own_is_taken():
    secret = hashlib.sha256(b"somebody's own").hexdigest()
    assert real_key(secret) == secret.encode()


def test_an_unknown_recipient_is_refused():
    with pytest.raises(ValueError, match="unknown recipient"):
        recipient_key(REHEARSAL_KEY, "press")


def _number(ref: str) -> int:
    return int("".join(f"{CROCKFORD.index(character):05b}" for character in ref)[:104], 2)
