"""What is found by words in Chinese, initials and last digits, and what is not."""

import string
import subprocess
import sys
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.conditions import Beginning, OneOf
from shared.search import Sought, asked, tokens

HENGDA = frozenset(
    tokens(
        names=("广州恒达装饰工程有限公司", "王建国"),
        texts=("广州市天河区珠江东路 6 号",),
        numbers=("13800138000", "SO-2026-0412"),
    )
)


@pytest.mark.parametrize(
    "question",
    [
        "恒达",
        "恒达装饰 珠江东路",
        "珠江东路6号",
        "珠江东路　６号",
        "王建国",
        "gzhd",
        "GZH",
        "wjg",
        "jg",
        "8000",
        "0138000",
        "13800138000",
        "+86 138-0013-8000".replace(" ", ""),
        "SO-2026-0412",
        "so20260412",
        "0412",
        "王建国 8000",
    ],
)
def test_a_row_is_found_by(question):
    assert asked(question)
    assert found(question, HENGDA)


@pytest.mark.parametrize("question", ["恒大", "珠江西路", "王国", "gzhx", "zz", "8001", "SO-2026-0413", "王建国 8001"])
def test_a_row_is_not_found_by(question):
    assert asked(question)
    assert not found(question, HENGDA)


@pytest.mark.parametrize("question", ["", " ", "王", "w", "138", "—", "　"])
def test_too_little_asks_for_nothing(question):
    assert asked(question) == ()


def test_initials_know_how_a_word_is_read():
    assert found("cqgs", tokens(names=("重庆公司",)))


@pytest.mark.parametrize("initials", ["gz", "hd", "zs", "gs", "wj"])
def test_two_initials_find_persons_and_companies_wherever_they_stand_in_the_name(initials):
    assert found(initials, HENGDA)


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("重庆恒达", "cqhd"),
        ("重量级健身", "zljjs"),
        ("中国银行", "zgyh"),
        ("行远物流", "xywl"),
        ("广州长兴abc", "gzcxabc"),
    ],
)
def test_a_character_that_is_read_in_several_ways_has_the_initial_of_its_word(name: str, initials: str) -> None:
    kept = tokens(names=(name,))
    assert [three for three in threes(initials) if not found(three, kept)] == []


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("曾小贤", ("zxx", "cxx")),
        ("单雄信", ("sxx", "dxx")),
        ("仇国华", ("qgh", "cgh")),
        ("解晓东", ("xxd", "jxd")),
        ("区志强", ("ozq", "qzq")),
        ("查良镛", ("zly", "cly")),
        ("翟天临", ("ztl", "dtl")),
        ("乐嘉", ("yj", "lj")),
    ],
)
def test_a_family_name_is_found_by_each_of_its_readings(name: str, readings: tuple[str, ...]) -> None:
    kept = tokens(names=(name,))
    assert [initials for initials in readings if not found(initials, kept)] == []


def test_a_character_inside_a_name_is_read_as_its_word_says_and_in_no_other_way() -> None:
    assert not found("gzz", tokens(names=("广州重庆公司",)))
    assert found("gzcqgs", tokens(names=("广州重庆公司",)))


def test_words_in_which_no_character_begins_otherwise_take_no_memory() -> None:
    loaded = "import shared.search; from pypinyin.constants import PHRASES_DICT as words"
    asked = f"{loaded}; print('重庆' in words, '广州' in words)"
    said = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)
    assert said.stdout == "True False\n"


LETTERS = st.text(string.ascii_lowercase, min_size=2, max_size=12)
FEW = st.text("ab", min_size=2, max_size=5)
DIGITS = st.text(string.digits, min_size=4, max_size=11)


@given(st.lists(st.one_of(LETTERS, FEW), min_size=1, max_size=3), st.one_of(FEW, LETTERS))
def test_initials_find_a_name_where_each_three_of_them_stand_in_it_and_two_where_both_do(
    names: list[str], question: str
) -> None:
    stands = question if len(question) == 2 else None
    expected = (
        any(stands in name for name in names)
        if stands
        else all(any(three in name for name in names) for three in threes(question))
    )
    assert found(question, tokens(names=names)) is expected


@given(
    st.lists(st.one_of(DIGITS, st.text("01", min_size=4, max_size=6)), min_size=1, max_size=3),
    st.text("01", min_size=4, max_size=11),
)
def test_digits_find_a_number_where_it_ends_so_and_no_other(numbers: list[str], question: str) -> None:
    assert found(question, tokens(numbers=numbers)) is any(number.endswith(question) for number in numbers)


@given(st.text(string.digits, min_size=4, max_size=20), st.integers(4, 20))
def test_a_number_is_found_by_as_many_of_its_last_digits_as_are_compared(number: str, length: int) -> None:
    assert found(number[-length:], tokens(numbers=(number,)))


@given(
    st.lists(st.text("恒达广州装饰", min_size=2, max_size=6), min_size=1, max_size=3),
    st.text("恒达广州装饰", min_size=2, max_size=2),
)
def test_two_characters_find_a_name_where_they_stand_in_it(names: list[str], question: str) -> None:
    assert found(question, tokens(names=names)) is any(question in name for name in names)


@pytest.mark.parametrize("question", ["8000", "0138000", "13800138000", "gz", "gzhd", "恒达 8000", "SO-2026-0412"])
def test_a_row_whose_tokens_were_made_before_numbers_were_kept_once_is_found(question: str) -> None:
    ends = {f"#{number[-length:]}" for number in ("13800138000", "20260412") for length in range(4, 12)}
    pairs = {f"@{'gzhdzsgcyxgs'[place : place + 2]}" for place in range(11)}
    assert found(question, HENGDA - {each for each in HENGDA if each.startswith("~")} | ends | pairs)


def test_a_number_costs_one_entry_and_initials_one_for_each_place() -> None:
    assert tokens(numbers=("138 0013 8000",)) == ("~00083100831",)
    assert tokens(names=("gzhd",)) == ("@gzh", "@hd", "@zhd")


def test_what_few_rows_have_is_asked_for_first() -> None:
    numbers, characters, three, two = asked("gz gzh 恒达 8000")[0], "恒达", "@gzh", asked("gz")[0]
    assert asked("gz gzh 恒达 8000") == (numbers, three, characters, two)
    assert numbers == OneOf("#8000", Beginning("~0008"))


def threes(initials: str) -> list[str]:
    return [initials[place : place + 3] for place in range(len(initials) - 2)]


def found(question: str, kept: Iterable[str]) -> bool:
    return all(any(_is(token, sought) for token in kept) for sought in asked(question))


def _is(token: str, sought: Sought) -> bool:
    if isinstance(sought, OneOf):
        return any(_is(token, each) for each in sought.values)
    return token.startswith(sought.text) if isinstance(sought, Beginning) else token == sought
