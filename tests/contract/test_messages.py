"""Every text that is shipped can be sent with the shortest and the longest values that it may be given."""

import re
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "docs"))

from generators.messages import built_in, filled, newest, uncut

from notify.domain.messages.template import SMS_LONGEST
from notify.domain.messages.variable import Unfit

TABLES = built_in()
TEXTS = newest(TABLES)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{text.key}-{text.channel}")
@pytest.mark.parametrize("extreme", ["shortest", "longest", "odd"])
def test_a_text_is_whole_with_extreme_values(text, extreme):
    try:
        words = filled(TABLES, text, extreme)
    except Unfit:
        assert (text.channel, extreme) == ("sms", "longest")
        assert set(text.names) & uncut(TABLES), "only what may not be cut may be too long for an SMS"
        return

    assert "${" not in words.subject + words.text + words.html
    assert "missing" not in words.text
    assert not re.search(r"[\u200b\u202e\ufeff]", words.subject + words.text)
    assert text.channel != "sms" or (len(words.text) <= SMS_LONGEST and "http://" not in words.text)


def test_an_sms_to_a_customer_costs_two_parts_as_a_rule_and_never_more_than_four():
    """With the values of the samples; long names and numbers may need more, up to the longest SMS."""
    told = [text for text in TEXTS if text.channel == "sms" and not text.key.startswith("staff.")]
    parts = sorted(filled(TABLES, text, "sample").parts for text in told)

    assert parts[len(parts) // 2] == 2
    assert parts[-1] <= 4


def test_where_a_term_comes_from_is_said_in_chinese():
    policies = list((Path(__file__).parents[2] / "services").glob("*/src/*/domain/policy/*.toml"))
    lines = [line for file in policies for line in file.read_text("utf-8").splitlines()]
    sources = [line for line in lines if line.startswith("source =")]

    assert len(sources) > 60
    assert [line for line in sources if re.search("[A-Za-z]{3}", line.partition("=")[2])] == []


@pytest.mark.parametrize(
    "text", [text for text in TEXTS if not text.key.startswith("staff.")], ids=lambda text: f"{text.key}-{text.channel}"
)
def test_a_customers_text_is_made_of_whole_sentences(text):
    words = filled(TABLES, text, "shortest")
    said = [line for line in words.text.strip().splitlines() if line.strip()]
    if text.channel == "email":
        assert said[0].startswith("尊敬的")
        said = said[1:-2]

    assert [line for line in said if not re.search(r"[。！？：]$|^\d|拒收请回复R$", line.strip())] == []
    assert TABLES.forbidden(words.text) is None
    assert "。。" not in words.text


def test_what_is_no_service_says_how_to_get_no_more_of_it():
    care = {rule.message for rule in TABLES.rules if rule.purpose in ("care_greeting", "care_mail", "maintenance")}
    told = [text for text in TEXTS if text.key.partition(".")[0] in care]

    assert [text.key for text in told if not re.search(r"退订|拒收请回复R", text.text)] == []
