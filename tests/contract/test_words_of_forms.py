"""What a form asks for says so in Chinese: a reason is the reason of something, and a note is about something."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from shared.pages import ops
from shared.pages.forms import FormWords

ROOT = Path(__file__).parents[2]
SERVICES = ("aftersales", "complaints", "intake", "notify", "orders")
CHINESE = re.compile("[\u4e00-\u9fff]")
SAYING_NOTHING = {"原因", "理由", "事由", "备注", "说明", "意见", "批示", "内容", "情况"}
NOTHING_IN_ENGLISH = {"reason", "reasons", "note", "notes", "remark", "remarks", "comment", "comments", "content"}


def words_of(name: str) -> Iterator[tuple[str, str]]:
    """Every label of a form of this service, with the field that it is for."""
    forms = vars(importlib.import_module(f"{name}.pages.words")).values()
    for words in (ops.WORDS, *(each for each in forms if isinstance(each, FormWords))):
        yield from words.fields.items()


@pytest.mark.parametrize("name", SERVICES)
def test_every_field_of_a_form_says_in_chinese_what_it_asks_for(name: str) -> None:
    labels = list(words_of(name))
    assert labels
    assert [each for each in labels if not CHINESE.search(each[1]) or each[1] in SAYING_NOTHING] == []


@pytest.mark.parametrize("name", SERVICES)
def test_in_english_too_a_reason_is_the_reason_of_something(name: str) -> None:
    english: dict[str, str] = {}
    for package in (ROOT / "shared/src/shared", ROOT / "services" / name / "src" / name):
        with (package / "locale/en/LC_MESSAGES/messages.po").open("rb") as written:
            english |= {str(entry.id): str(entry.string) for entry in read_po(written, locale="en") if entry.id}
    wrong = [(field, english[label]) for field, label in words_of(name) if english[label].lower() in NOTHING_IN_ENGLISH]
    assert wrong == []
