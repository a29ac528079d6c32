"""What a member of staff writes for a customer is refused while it says what is never said to one (002 七)."""

from typing import Any

import pytest
from fastapi.exceptions import RequestValidationError

from aftersales.api.visits import CloseServiceOrder
from complaints.api.handling import Close
from complaints.api.proposals import OfferedRemedy
from intake.api.care import PublishContent
from orders.api.orders import DelayShipment, WordDelay
from shared.conduct import NEVER_SAID, UNSAYABLE, never_said_in
from shared.http import RequestBody

DAY = "2026-12-05"
WORDS: list[tuple[type[RequestBody], str, dict[str, Any]]] = [
    (OfferedRemedy, "description", {"kind": "replace", "amount": {"amount": "0.00"}}),
    (Close, "result", {}),
    (DelayShipment, "reason_text", {"new_ship_date": DAY, "reason": "supply"}),
    (WordDelay, "reason_text", {"new_ship_date": DAY}),
    (CloseServiceOrder, "result", {}),
    (PublishContent, "words", {"template": "care_new_cases", "first_day": DAY}),
]
"""The bodies in which staff write what a customer reads, each with its field and what else it needs."""


@pytest.mark.requirement("R118.a")
@pytest.mark.parametrize(("body", "field", "others"), WORDS, ids=lambda each: getattr(each, "__name__", ""))
def test_words_that_a_customer_reads_are_refused_with_what_is_never_said(
    body: type[RequestBody], field: str, others: dict[str, Any]
) -> None:
    body.check({**others, field: "我们免费更换三樘玻璃"})
    for never in NEVER_SAID:
        with pytest.raises(RequestValidationError) as refused:
            body.check({**others, field: f"这个{never}，请谅解"})
        assert [(each["loc"][-1], each["type"]) for each in refused.value.errors()] == [(field, UNSAYABLE)]


@pytest.mark.parametrize("hidden", ["这个不 行", "我们不\n知道", "没有办法", "沒辦法", "是您错了"])
def test_what_is_never_said_is_found_however_it_is_spaced(hidden: str) -> None:
    assert never_said_in(hidden)


@pytest.mark.parametrize("harmless", ["拆单扇门后重新安装", "拆单樘玻璃", "该车道不行驶货车"])
def test_a_word_of_the_trade_in_which_one_stands_by_chance_is_taken(harmless: str) -> None:
    assert never_said_in(harmless) is None
