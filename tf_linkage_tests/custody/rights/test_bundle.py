"""The sealed answer: opens with its password alone, and shows every change."""

from __future__ import annotations

import base64
import json

import pytest

from tf_linkage.custody.refusals import AnswerRefused
from tf_linkage.custody.rights.bundle import new_seal, sealed, unsealed

FILES = {"about.txt": b"what is held", "identifiers.csv": "Ann,Zyxxanthe,£".encode()}
CHEAP = 2**10


def test_it_opens_with_its_password_alone() -> None:
    password, seal = new_seal(CHEAP)
    answer = sealed(FILES, seal)
    assert unsealed(answer, password) == FILES
    other, _ = new_seal(CHEAP)
    for wrong in ("", other, password[:-1], password.swapcase()):
        with pytest.raises(AnswerRefused, match="another password"):
            unsealed(answer, wrong)


def test_nothing_of_it_is_readable_and_no_two_are_alike() -> None:
    password, seal = new_seal(CHEAP)
    first, second = sealed(FILES, seal), sealed(FILES, seal)
    for answer in (first, second):
        inside = base64.b64decode(json.loads(answer)["sealed"])
        for secret in (b"Zyxxanthe", b"identifiers.csv", password.encode(), seal.key):
            assert secret not in answer
            assert secret not in inside
    assert json.loads(first)["nonce"] != json.loads(second)["nonce"]


@pytest.mark.parametrize("part", ["sealed", "nonce", "salt", "n"])
def test_every_changed_part_is_noticed(part: str) -> None:
    password, seal = new_seal(CHEAP)
    said = json.loads(sealed(FILES, seal))
    if part == "n":
        said[part] *= 2
    else:
        raw = bytearray(base64.b64decode(said[part]))
        raw[len(raw) // 2] ^= 1
        said[part] = base64.b64encode(bytes(raw)).decode()
    with pytest.raises(AnswerRefused):
        unsealed(json.dumps(said).encode(), password)


@pytest.mark.parametrize(
    "other", [b"", b"not json", b"[]", b"{}", b'{"n": 4, "salt": "", "nonce": "", "sealed": ""}']
)
def test_what_is_no_answer_is_refused_in_words(other: bytes) -> None:
    with pytest.raises(AnswerRefused, match="no answer"):
        unsealed(other, "any")
