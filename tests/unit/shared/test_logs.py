"""What a log line says, and what it must not say."""

import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from shared import logs
from shared.aggregate import Refused

CAUSE = UUID("018f0000-0000-7000-8000-000000000001")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers, root.level
    stream = io.StringIO()
    logs.configure("orders", stream=stream)
    yield stream
    root.handlers, root.level = before
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    parsed = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [{key: value for key, value in line.items() if key != "timestamp"} for line in parsed]


def test_a_line_is_json_and_says_service_cause_and_correlation(stream: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(cause=str(CAUSE), correlation="c-1"):
        structlog.get_logger().info(
            "order_signed", order_no="2026-03-001", amount=Decimal("12.50"), at=datetime(2026, 3, 1, tzinfo=UTC)
        )
    structlog.get_logger().info("idle")
    assert lines(stream) == [
        {
            "event": "order_signed",
            "order_no": "2026-03-001",
            "amount": "12.50",
            "at": "2026-03-01 00:00:00+00:00",
            "service": "orders",
            "cause": str(CAUSE),
            "correlation": "c-1",
            "level": "info",
        },
        {"event": "idle", "service": "orders", "level": "info"},
    ]


def test_a_line_says_its_service_also_where_the_context_was_cleared(stream: io.StringIO) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.get_logger().info("request")
    assert lines(stream) == [{"event": "request", "service": "orders", "level": "info"}]


def test_configuring_again_replaces_what_was_set_and_doubles_nothing(stream: io.StringIO) -> None:
    logs.configure("orders", stream=stream)
    structlog.get_logger().info("once")
    assert len(lines(stream)) == 1


def test_what_is_below_the_level_is_not_written(stream: io.StringIO) -> None:
    logs.configure("orders", level="WARNING", stream=stream)
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    assert [line["event"] for line in lines(stream)] == ["loud"]


def test_libraries_are_heard_from_warnings_on_and_in_the_same_form(stream: io.StringIO) -> None:
    logging.getLogger("aiormq.connection").info("chatter")
    logging.getLogger("aiormq.connection").warning("lost %s", "amqp://kefu:secret@127.0.0.1/")
    assert lines(stream) == [
        {
            "event": "lost amqp://kefu:***@127.0.0.1/",
            "service": "orders",
            "level": "warning",
            "logger": "aiormq.connection",
        }
    ]


def test_personal_data_is_masked_wherever_it_stands(stream: io.StringIO) -> None:
    structlog.get_logger().info(
        "call 13800138000",
        name="王小明",
        mobile=13800138000,
        customer={"contact": "李雷", "lines": ["+86 138-0013-8000", "wang.xm@example.com.cn"]},
    )
    assert lines(stream)[0] == {
        "event": "call 138****8000",
        "name": "王**",
        "mobile": "138****8000",
        "customer": {"contact": "李**", "lines": ["+86 138****8000", "w***@example.com.cn"]},
        "service": "orders",
        "level": "info",
    }


def test_an_exception_is_logged_with_its_frames_and_its_kind_and_without_its_text(stream: io.StringIO) -> None:
    def reach(whom: str) -> None:
        raise ConnectionError(f"cannot reach {whom}")

    try:
        reach("Li " + "Wei")
    except ConnectionError:
        structlog.get_logger().exception("failed")
    frames = str(lines(stream)[0]["exception"])
    assert (
        'in reach\n    raise ConnectionError(f"cannot reach {whom}")\nConnectionError at shared/test_logs.py:' in frames
    )
    assert "Li Wei" not in stream.getvalue()


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("电话13800138000,谢谢", "电话138****8000,谢谢"),
        ("8613800138000", "86138****8000"),
        ("138 0013 8000", "138****8000"),
        ("order 20260313800138000", "order 20260313800138000"),
        ("018f1380-0138-7000-8000-a13800138000", "018f1380-0138-7000-8000-a13800138000"),
        ("12345678901", "12345678901"),
        ("a@b.cn and cc@dd.com", "a***@b.cn and c***@dd.com"),
        ("@nobody", "@nobody"),
        ("mongodb://u:p@ss@h/db", "mongodb://u:***@h/db"),
    ],
)
def test_numbers_addresses_and_passwords_are_found_in_text_and_nothing_else(text: str, hidden: str) -> None:
    assert logs.masked(text) == hidden


def test_what_json_has_no_word_for_is_logged_all_the_same(stream: io.StringIO) -> None:
    structlog.get_logger().info("odd", number=2**70, text="half \ud83d", ids={CAUSE}, key={1: "one"})
    assert lines(stream) == [
        {
            "event": "odd",
            "number": 2**70,
            "text": "half \ud83d",
            "ids": [str(CAUSE)],
            "key": {"1": "one"},
            "service": "orders",
            "level": "info",
        }
    ]


def test_a_terminal_gets_a_line_for_people() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    root = logging.getLogger()
    before = root.handlers, root.level
    logs.configure("orders", stream=stream)
    structlog.get_logger().info("order_signed", contact="李雷")
    root.handlers, root.level = before
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    assert "order_signed" in stream.getvalue()
    assert "李雷" not in stream.getvalue()
    assert not stream.getvalue().startswith("{")


class Recipient(BaseModel):
    model_config = ConfigDict(extra="forbid")

    mobile: int
    notes: dict[str, int] = {}


def refusal(**said: object) -> ValidationError:
    with pytest.raises(ValidationError) as refused:
        Recipient.model_validate(said)
    return refused.value


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refusal(mobile="Li Wei, 12 Elm Street"), "ValidationError mobile: int_parsing"),
        (refusal(mobile=1, LiWei="x"), "ValidationError *: extra_forbidden"),
        (refusal(mobile=1, notes={"张伟": "x"}), "ValidationError notes.*: int_parsing"),
        (refusal(), "ValidationError mobile: missing"),
        (Refused("Li Wei has signed", "signed_already"), "Refused signed_already"),
        (ConnectionRefusedError(111, "Li Wei does not answer"), "ConnectionRefusedError 111"),
        (ExceptionGroup("Li Wei", [KeyError("Li Wei")]), "ExceptionGroup (KeyError)"),
        (KeyError("Li Wei"), "KeyError"),
    ],
)
def test_an_error_is_told_by_its_kind_its_code_and_the_field_and_rule_never_by_its_text(
    error: Exception, words: str
) -> None:
    assert logs.told(error) == words


def test_an_error_says_what_led_to_it_and_where(stream: io.StringIO) -> None:
    try:
        try:
            raise KeyError("Li Wei")
        except KeyError as error:
            raise LookupError("Li Wei") from error
    except LookupError as error:
        structlog.get_logger().warning("not_found", reason=error)
    assert re.fullmatch(
        r"LookupError at shared/test_logs.py:\d+ < KeyError at shared/test_logs.py:\d+", str(lines(stream)[0]["reason"])
    )


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", "isv.BUSINESS_LIMIT_CONTROL"),
        ("550", "550"),
        ("MK:0011", "MK:0011"),
        ("13800138000", "other"),
        ("no mailbox of Li Wei", "other"),
        ("收件人王小明不存在", "other"),
    ],
)
def test_another_system_s_code_is_a_code_or_is_not_shown(code: str, shown: str) -> None:
    assert logs.plain_code(code) == shown


def test_what_libraries_log_of_an_exception_is_its_kind(stream: io.StringIO) -> None:
    library = logging.getLogger("asyncio")
    library.warning("lost %s for %s", 3, ValueError("Li Wei"))
    library.error("Task exception was never retrieved\nfuture: <Task exception=ValueError('Li Wei')>\n    Li Wei")
    library.error('Traceback:\n  File "x.py", line 1, in x\n    raise ValueError(name)\nValueError: Li Wei\n  Li Wei')
    assert [line["event"] for line in lines(stream)] == [
        "lost 3 for ValueError",
        "Task exception was never retrieved\nfuture",
        'Traceback:\n  File "x.py", line 1, in x\n    raise ValueError(name)\nValueError',
    ]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("id 440106199001011234", "id 440106********"),
        ("44010619900101123X", "440106********"),
        ("440106 19900101 1234", "440106********"),
        ("440106900101123", "440106********"),
        ("020-8765 4321", "020-****"),
        ("(010) 87654321", "(010)-****"),
        ("+44 20 7946 0958", "+44****"),
        ("2026-03-01 00:00:00+00:00", "2026-03-01 00:00:00+00:00"),
        ("0199a0d1-0108-7000-8765-432100000000", "0199a0d1-0108-7000-8765-432100000000"),
    ],
)
def test_numbers_of_identity_cards_and_of_telephones_are_found_in_text(text: str, hidden: str) -> None:
    assert logs.masked(text) == hidden


def test_text_in_another_script_and_objects_of_an_unknown_kind_do_not_stay(stream: io.StringIO) -> None:
    structlog.get_logger().info("odd", said="收货人 张伟", spaced="张 伟", wide="１３８", of=Recipient(mobile=1))
    line = lines(stream)[0]
    assert (line["said"], line["spaced"], line["wide"], line["of"]) == ("... ...", "... ...", "...", "<Recipient>")
