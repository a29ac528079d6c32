"""What a log line says, and what it must not say."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
import structlog

from shared import logs

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
    with logs.because_of(cause=CAUSE, correlation="c-1"):
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


def test_an_exception_is_logged_with_its_stack_and_without_personal_data(stream: io.StringIO) -> None:
    try:
        raise ValueError("cannot reach 13800138000")
    except ValueError:
        structlog.get_logger().exception("failed")
    line = lines(stream)[0]
    assert "cannot reach 138****8000" in str(line["exception"])
    assert "13800138000" not in stream.getvalue()


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
