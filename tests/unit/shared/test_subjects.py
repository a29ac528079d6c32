"""People are compared as identities, not as texts."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identity import LocalKey, Principal, StaffTokens, Unauthenticated, create_key_pair, issue_token
from shared.identity.principals import display_name, identity


@pytest.mark.parametrize(
    ("subject", "same"),
    [
        ("zhang.min", "zhang.min"),
        ("  zhang.min\t", "zhang.min"),
        ("\u00a0zhang.min\u3000", "zhang.min"),
        ("rene\u0301", "ren\u00e9"),
        ("张敏", "张敏"),
        ("auth0|5f7c8ec7c33c6c004bbafe82", "auth0|5f7c8ec7c33c6c004bbafe82"),
        ("li ming", "li ming"),
        ("x" * 128, "x" * 128),
    ],
)
def test_texts_that_look_the_same_are_one_identity(subject: str, same: str) -> None:
    assert identity(subject) == same


@pytest.mark.parametrize(
    "subject",
    [
        "zhang\u200bmin", "zhang\u200dmin", "\u202ezhang", "zhang\u2066", "\ufeffzhang", "zhang\u00ad", "zhang\x00",
        "zhang\nmin", "zhang\x7f", "zhang\ud800", "zhang\ue000", "zhang\u0378", "zhang\u2028min", "zhang\u3164",
        "zhang\u115f", "zhang\u2800", "zhang\ufe0f", "zhang\U000e0100", "zhang\U000e0041", "zhang\u034f",
    ],
)  # fmt: skip
def test_a_subject_with_a_character_that_cannot_be_seen_is_refused(subject: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be seen, U\+[0-9A-F]{4}"):
        identity(subject)


@pytest.mark.parametrize("subject", ["ｚｈａｎｇ", "ﬁnance", "zhang\u00a0min", "zhang  min", "zhang\u2003min"])
def test_a_subject_in_another_form_of_the_same_letters_or_blanks_is_refused(subject: str) -> None:
    with pytest.raises(ValueError, match=r"compatibility forms|single spaces"):
        identity(subject)


@pytest.mark.parametrize("subject", ["", "   ", "x" * 129, "x" * 100_000, None, 7, True, ["zhang"], {"id": "zhang"}])
def test_a_subject_is_a_text_of_1_to_128_characters(subject: Any) -> None:
    with pytest.raises(ValueError, match=r"no text|128"):
        identity(subject)


def test_case_means_nothing_where_the_provider_says_so() -> None:
    assert [identity(each, ignore_case=True) for each in ("Zhang.Min", "ZHANG.MIN", "zhang.min")] == ["zhang.min"] * 3
    assert identity("Zhang.Min") == "Zhang.Min"


@given(st.text(max_size=200), st.booleans())
def test_an_identity_stands_for_itself(text: str, ignore_case: bool) -> None:
    try:
        one = identity(text, ignore_case=ignore_case)
    except ValueError:
        return
    assert identity(f" {one} ", ignore_case=ignore_case) == one


def test_a_name_is_optional_and_a_text_that_can_be_seen() -> None:
    assert [display_name(each) for each in (None, " 张敏 ", "Zoe\u0308")] == [None, "张敏", "Zoë"]
    for wrong in (7, "", {"given": "张"}, "张\u202e敏", "x" * 129):
        with pytest.raises(ValueError, match="the name"):
            display_name(wrong)


async def test_tokens_of_one_person_in_two_spellings_are_one_principal(tmp_path: Path) -> None:
    create_key_pair(tmp_path / "private.pem", tmp_path / "public.pem")
    private = (tmp_path / "private.pem").read_text()
    tokens = StaffTokens(LocalKey(tmp_path / "public.pem", "kefu", "kefu"), ignore_case=True)
    seen = {await tokens.verify(issue_token(private, spelt, "gm")) for spelt in ("Zhang", " zhang", "ZHANG\u3000")}
    assert {principal.id for principal in seen} == {"zhang"}
    assert all(isinstance(principal, Principal) for principal in seen)
    with pytest.raises(Unauthenticated, match=r"cannot be seen, U\+200B"):
        await tokens.verify(issue_token(private, "zh\u200bang", "gm"))
