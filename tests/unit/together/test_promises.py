"""What a text promises its customer is a colleague's duty, with a clock in the policy of the service that owes it."""

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from notify_in_memory import TABLES

from notify.domain.messages.template import Template

PROMISE = re.compile(
    "与您联系|前将处理结果告知您|与您办理|与您另约|电话回访|致电您|第一时间告知|我们会通知您|即通知您|我们立即安排|尽快安排|重新处理|尽快为您|寄送|为您安排"
)
"""Words by which a text says that we will do something for its reader."""

KEPT_BY = {
    "complaint_closed": ("intake", "callback_complaint"),
    "complaint_filed": ("complaints", "step_judge"),
    "complaint_time_requested": ("complaints", "close_6d"),
    "complaint_time_requested.without_day": ("complaints", "step_investigate"),
    "resolution_approved": ("complaints", "step_propose"),
    "resolution_proposed": ("complaints", "step_propose"),
    "contract_reviewed.approved": ("orders", "stage"),
    "order_progress.again": ("orders", "stage"),
    "arrival_delayed.plain": ("orders", "arrive_by"),
    "arrival_delayed.day_unknown": ("orders", "find_out_day"),
    "shipment_delayed.plain": ("orders", "ship_by"),
    "shipment_delayed.mostly_ready": ("orders", "ship_by"),
    "shipment_delayed.day_unknown": ("orders", "find_out_day"),
    "shipment_delayed.as_wished": ("orders", "ship_by"),
    "service_charge.prepaid": ("aftersales", "dispatch"),
    "service_parts_delayed": ("aftersales", "parts"),
    "service_registered": ("aftersales", "voucher"),
    "service_visit_put_off": ("aftersales", "parts"),
}
"""For each text that promises something the service and the clock under which a colleague owes it.

The orders' clock of a stage has the stage's own name; here it stands under that of its table.
"""

ASKED_FOR = ("maintenance_reminder",)
"""Texts that offer what the reader may ask for."""


def clocks(service: str) -> set[str]:
    """The names of all clocks in the service's policies."""
    folder = files(f"{service}.domain").joinpath("policy")
    tables = [tomllib.loads(file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".toml")]
    return {name for table in tables for name in _clocks(table, "")}


def _clocks(table: Any, key: str) -> Iterator[str]:
    if isinstance(table, dict):
        if "ladder" in table and "role" in table:
            yield table.get("name", key)
        for name, each in table.items():
            yield from _clocks(each, name)
    elif isinstance(table, list):
        for each in table:
            yield from _clocks(each, key)


def promising() -> list[Template]:
    """The newest texts for customers that promise something."""
    texts = [
        text
        for text in TABLES.templates.values()
        if not text.key.startswith("staff.") and TABLES.newest(text.key, text.channel, text.locale) == text
    ]
    return [text for text in texts if PROMISE.search(text.text)]


def test_every_text_that_promises_something_is_kept_by_a_clock() -> None:
    assert {text.key for text in promising()} == KEPT_BY.keys() | set(ASKED_FOR)


@pytest.mark.parametrize("text", KEPT_BY)
def test_what_a_text_promises_is_a_duty_in_the_policy_of_the_service_that_owes_it(text: str) -> None:
    service, clock = KEPT_BY[text]

    assert clock in clocks(service)
