"""What is found by words in Chinese, initials and last digits, and what is not."""

import pytest

from shared.search import asked, tokens

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
    assert set(asked(question)) <= HENGDA


@pytest.mark.parametrize("question", ["恒大", "珠江西路", "王国", "gzhx", "zz", "8001", "SO-2026-0413", "王建国 8001"])
def test_a_row_is_not_found_by(question):
    assert asked(question)
    assert not set(asked(question)) <= HENGDA


@pytest.mark.parametrize("question", ["", " ", "王", "w", "138", "—", "　"])
def test_too_little_asks_for_nothing(question):
    assert asked(question) == ()


def test_initials_know_how_a_word_is_read():
    assert set(asked("cqgs")) <= set(tokens(names=("重庆公司",)))


@pytest.mark.parametrize("initials", ["gz", "hd", "zs", "gs", "wj"])
def test_two_initials_find_persons_and_companies_wherever_they_stand_in_the_name(initials):
    assert asked(initials) == (f"@{initials}",)
    assert set(asked(initials)) <= HENGDA


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
    assert {f"@{initials[place : place + 3]}" for place in range(len(initials) - 2)} <= set(tokens(names=(name,)))
