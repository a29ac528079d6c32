"""A mistake in the tables is named with the file and the line that it stands on, and every mistake at once."""

import pytest

from notify.domain.messages.catalogue import Catalogue
from notify.domain.messages.reading import BadCatalogue, read
from notify.domain.messages.toml_file import TomlFile

PURPOSES = ("order_progress",)
COMMON = """\
never = ["不行"]

[variables]
name = { sample = "王总" }
order_no = { sample = "SO-1" }
days = { kind = "number", sample = "4" }
"""
MESSAGE = """\
# Told when an order is released.
purpose = "order_progress"
audience = "customer"
needs = ["order_no"]

[[rules]]
name = "order_released"
event = "orders.order_released.v1"
channels = ["sms", "email"]
about = "order_no"
values = { order_no = "order_no" }

[[sms]]
text = "订单${order_no}已下单。"

[[email]]
subject = "订单${order_no}"
text = \"\"\"
尊敬的${name}：

purpose = "in a text this is no entry"
订单${order_no}已下单。\"\"\"
html = "<p>${order_no}</p>"
"""


def catalogue(message: str = MESSAGE, common: str = COMMON, key: str = "order_released") -> Catalogue:
    return read([TomlFile("common.toml", common)], [(key, TomlFile("released.toml", message))], PURPOSES)


def faults(message: str = MESSAGE, common: str = COMMON) -> list[str]:
    with pytest.raises(BadCatalogue) as refusal:
        catalogue(message, common)
    return str(refusal.value).splitlines()


def written(old: str, new: str, count: int = 1) -> str:
    """The message with one thing written differently."""
    assert old in MESSAGE
    return MESSAGE.replace(old, new, count)


def test_a_message_is_read_from_its_file_with_its_purpose_lines_and_texts() -> None:
    read_one = catalogue()

    (rule,) = read_one.rules
    assert (rule.message, rule.purpose, rule.audience) == ("order_released", "order_progress", "customer")
    assert rule.template_for({}) == "order_released"
    assert {(key, channel, version) for key, channel, _, version in read_one.templates} == {
        ("order_released", "sms", 1),
        ("order_released", "email", 1),
    }


def test_a_line_chooses_among_the_texts_by_a_word_of_the_fact() -> None:
    several = written('about = "order_no"', 'variant = "{outcome}"\notherwise = "other"')
    texts = several.replace("[[sms]]", '[[sms]]\nvariant = "other"').replace(
        "[[email]]", '[[email]]\nvariant = "other"'
    )
    read_one = catalogue(texts.replace("order_released.v1", "contract_reviewed.v1"))

    (rule,) = read_one.rules
    assert rule.template_for({"outcome": "approved"}) == "order_released.approved"
    assert read_one.newest("order_released.other", "sms", "zh-CN") is not None


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (
            written("channels", "chanels"),
            [
                "released.toml:6: rules.0.channels: Field required",
                "released.toml:9: rules.0.chanels: there is no such key",
            ],
        ),
        (written('["sms", "email"]', '["sms", "letter"]'), ["released.toml:9: rules.0.channels.1: Input should be "]),
        (written("[[sms]]", '[[sms]]\nsubject = "x"'), ["released.toml:14: sms.0.subject: there is no such key"]),
        (written("subject", "subjekt"), ["released.toml:16: email.0.subject: Field required", "released.toml:17: "]),
        (written("values = {", "values = { {"), ["released.toml:11: Invalid initial character for a key part"]),
        (written('sms"', "sms"), ["released.toml:9: "]),
        (MESSAGE + 'text = "again"\n', ["released.toml:24: Cannot overwrite a value"]),
        (MESSAGE + 'item = """', ["released.toml:24: Unterminated string"]),
    ],
    ids=["key", "word", "channel", "field", "inline", "quote", "twice", "open"],
)
def test_what_does_not_have_the_form_of_a_message_is_named_by_file_and_line(message: str, fault: list[str]) -> None:
    said = faults(message)

    assert len(said) == len(fault)
    assert [(line, begin) for line, begin in zip(said, fault, strict=True) if not line.startswith(begin)] == []


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (written('"order_progress"', '"progress"'), "released.toml:2: there is no purpose progress"),
        (written('["order_no"]', '["order_no", "size"]'), "released.toml:4: size is not a declared variable"),
        (written('["order_no"]', '["order_no", "days"]'), "released.toml:4: no text of this message uses days"),
        (written("order_released.v1", "order_lost.v1"), "released.toml:8: there is no event orders.order_lost.v1"),
        (
            written('channels = ["sms"', 'roles = ["cs_boss"]\nchannels = ["sms"'),
            "released.toml:9: there is no role cs_boss",
        ),
        (written(', "email"]', ', "chat"]'), "released.toml:9: there is no text for chat"),
        (written(', "email"]', "]"), "released.toml:18: no line of this message goes over email"),
        (
            written('about = "order_no"', 'about = "number"'),
            "released.toml:10: OrderReleased has no field number",
        ),
        (
            written('"order_no" }', '"order_number" }'),
            "released.toml:11: OrderReleased has no field order_number",
        ),
        (
            written("values = { order_no", 'values = { name = "\'x", days'),
            "released.toml:11: the message needs order_no, which this line does not give",
        ),
        (written("。", "，工期${days}天。"), "released.toml:14: days is not among what the message needs"),
        (written("。", "，${supplier}。"), "released.toml:14: supplier is not a declared variable"),
        (written("订单", "【公司】订单"), "released.toml:14: the signature's brackets"),
        (written("。", "$。"), "released.toml:14: a $ that is not a ${name}"),
        (written("订单", "货" * 500), "released.toml:14: an SMS of 504 characters without its values, 500 are allowed"),
        (written("已下单。", "不行。"), "released.toml:14: must not be said to a customer: 不行"),
        (
            written("[[email]]", '[[sms]]\ntext = "又${order_no}"\n\n[[email]]'),
            "released.toml:16: order_released (sms, zh-CN) has this version twice",
        ),
    ],
)
def test_what_contradicts_itself_is_named_by_file_and_line(message: str, fault: str) -> None:
    assert fault in faults(message)


def test_every_fault_of_every_file_is_told_at_once() -> None:
    wrong = written('"order_progress"', '"progress"').replace("[[email]]", "[[email]]\nvariant = 'long'")

    assert faults(wrong) == [
        "released.toml:2: there is no purpose progress",
        "released.toml:6: there is no text order_released for email",
    ]


def test_what_messages_share_is_named_by_file_and_line_too() -> None:
    misspelt = COMMON.replace("kind =", "kinds =").replace('never = ["不行"]', 'never = "不行"')

    said = faults(common=misspelt)

    assert [line.partition(": ")[0] for line in said] == ["common.toml:6", "common.toml:1"]
    assert said[0] == "common.toml:6: variables.days.kinds: there is no such key"


def test_a_file_of_the_company_adds_another_version_to_a_built_in_message() -> None:
    newer = """\
purpose = "order_progress"
audience = "customer"
needs = ["order_no"]

[[sms]]
version = 2
text = "订单${order_no}已为您下单。"
"""
    both = [("order_released", TomlFile("built_in.toml", MESSAGE)), ("order_released", TomlFile("own.toml", newer))]

    found = read([TomlFile("common.toml", COMMON)], both, PURPOSES).newest("order_released", "sms", "zh-CN")

    assert found is not None
    assert (found.version, found.text) == (2, "订单${order_no}已为您下单。")
    both[1] = ("order_released", TomlFile("own.toml", newer.replace("version = 2", "version = 1")))
    with pytest.raises(BadCatalogue, match=r"own.toml:6: order_released \(sms, zh-CN\) has this version twice"):
        read([TomlFile("common.toml", COMMON)], both, PURPOSES)


def test_two_lines_of_one_name_would_make_messages_of_one_id() -> None:
    with pytest.raises(BadCatalogue, match=r"again.toml:7: there is another line of the name order_released"):
        read(
            [TomlFile("common.toml", COMMON)],
            [("order_released", TomlFile("released.toml", MESSAGE)), ("again", TomlFile("again.toml", MESSAGE))],
            PURPOSES,
        )
