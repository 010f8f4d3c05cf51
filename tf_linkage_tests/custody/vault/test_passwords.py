"""Passwords and keys that anybody would guess protect nobody."""

from __future__ import annotations

import pytest

from tf_linkage.custody.references.references import REHEARSAL_KEY, real_key
from tf_linkage.custody.refusals import KeyRefused, PasswordMissing
from tf_linkage.custody.vault.passwords import Passwords, weakness


@pytest.mark.parametrize(
    "word",
    [
        "short", "           a", "aaaaaaaaaaaaaaaa", "abababababababab", "passwordpassword", "Password12345678",
        "123456789012", "abcdefghijklmnop", "qwertyuiopasdf", "dwpdwpdwpdwp", "troubledfamilies2020",
        "2020password2021", "horsehorsehorse", "987654321098", "administrator1", "Password-1234-Password",
        "dwp-password-2020!", "Troubled Families DWP", "admin admin 123 x", "horsehorsehorse1", "890123456789",
        "876543210987", "mnbvcxzlkjhgf", "zyxwvutsrqponm", "lkjhgfdsapoiuytrewq", "1a2345678901", "abcdeabcdeab",
    ],
)  # fmt: skip
def test_weak_passwords_are_refused_where_people_are_real(word: str) -> None:
    assert weakness(word, "dwp")
    with pytest.raises(PasswordMissing, match="TF_LINKAGE_DWP_PASSWORD"):
        Passwords(None, {"TF_LINKAGE_DWP_PASSWORD": word}).of("dwp")


def test_what_is_wrong_with_each_is_said() -> None:
    twelve = "tinlampforty"
    assert (len(twelve), weakness(twelve, "dwp")) == (12, None)
    assert "too short" in str(weakness(twelve[:11], "dwp"))
    assert weakness("aabbccddeeff", "dwp") is None, "six different characters are enough"
    assert "too few" in str(weakness("aabbccddeeaa", "dwp"))
    assert "a row" in str(weakness("lkjhgfdsapoiuyt", "dwp"))
    assert "repeats" in str(weakness("tinlamtinlam", "dwp"))
    assert "first" in str(weakness("password tin", "dwp")), "three letters of one's own"
    assert weakness("password tins", "dwp") is None
    assert "first" in str(weakness("moj password 1", "moj"))


@pytest.mark.parametrize(
    "word", ["correct horse of dwp", "the password of dwp", "Uf9-kQ2_zzL0wq1", "tin lamp forty"]
)
def test_others_are_taken(word: str) -> None:
    assert Passwords(None, {"TF_LINKAGE_DWP_PASSWORD": word}).of("dwp") == word


PUBLISHED = REHEARSAL_KEY.decode()


@pytest.mark.parametrize(
    "key",
    [
        PUBLISHED, PUBLISHED.upper(), f"  {PUBLISHED} ", PUBLISHED.replace(" ", ""), PUBLISHED.replace(" ", "-"),
        PUBLISHED.title(), f"'{PUBLISHED}'", f"{PUBLISHED}!!", "x" * 64, "short",
    ],
)  # fmt: skip
def test_spellings_of_the_published_key_are_refused(key: str) -> None:
    with pytest.raises(KeyRefused):
        real_key(key)
