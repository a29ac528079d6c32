"""People are compared as identities, not as texts."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.identities import identity
from shared.identity import LocalKey, Principal, StaffTokens, Unauthenticated, create_key_pair, issue_token
from shared.identity.principals import display_name


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


@pytest.mark.parametrize(
    "subject",
    [
        "cs-\u043e1", "\u0441\u0441", "cs-\u03bf1", "\u03bd\u03bf", "\u0561", "\u13a0", "\ua4d0", "cs-\u0131", "\u0251",
        "\u0261m", "\u0130x", "i\u0307", "j\u0307", "cs\u201301", "cs\u201001", "cs\u22121", "\u0661", "c\u0335s",
        "\u4e281", "cs\u4e3f1", "\u4e36", "\u30ab\u30c8", "\ud55c", "\u3007", "\U00010428",
    ],
)  # fmt: skip
def test_a_subject_in_letters_or_signs_that_look_like_others_is_refused(subject: str) -> None:
    for ignore_case in (False, True):
        with pytest.raises(ValueError, match=r"U\+[0-9A-F]{4,5}, which may look like another"):
            identity(subject, ignore_case=ignore_case)


@pytest.mark.parametrize(
    "subject",
    ["张一", "欧阳娜娜", "cs-张敏", "张敏 01", "阿里木·买买提", "lǚ.bù", "nguyễn", "𠮷野", "a|b@c.cn", "CN\\zhang"],
)
def test_names_in_chinese_and_in_latin_with_accents_are_identities(subject: str) -> None:
    assert identity(subject) == subject


LOOKING_ALIKE = "oо οօ0сcсi\u0131íаaɑ张丿/一丨|-–İ\u0307\u0301·."


@given(st.text(alphabet=LOOKING_ALIKE, min_size=1, max_size=12) | st.text(max_size=40), st.booleans())
def test_what_is_let_in_is_ascii_once_accents_and_chinese_are_taken_away(text: str, ignore_case: bool) -> None:
    try:
        one = identity(text, ignore_case=ignore_case)
    except ValueError:
        return
    bare = (each for each in unicodedata.normalize("NFD", one) if not unicodedata.combining(each))
    assert {each for each in bare if not each.isascii() and "IDEOGRAPH" not in unicodedata.name(each)} <= {"·"}


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
    with pytest.raises(Unauthenticated, match=r"U\+043E, which may look like another"):
        await tokens.verify(issue_token(private, "cs-\u043e1", "gm"))
