"""The company's policy for orders is refused where its clocks could be taken for one another."""

from typing import Any

import pytest
from order_rules import RULES
from pydantic import ValidationError

from orders.domain.policy.policy import OrdersPolicy

SHIPPED = next(iter(RULES.policies))


@pytest.mark.parametrize(
    ("group", "duty", "name"),
    [
        ("promises", "arrive", SHIPPED.promises["ship"].name),
        ("duties", "ask_foreman", SHIPPED.exception.name),
        ("duties", "ask_foreman", SHIPPED.review.name),
    ],
)
def test_two_clocks_of_one_name_are_not_taken(group: str, duty: str, name: str) -> None:
    told: dict[str, Any] = SHIPPED.model_dump()
    told[group][duty]["name"] = name
    with pytest.raises(ValidationError, match=f"used twice: {name}"):
        OrdersPolicy.model_validate(told)


def test_a_name_of_a_stage_s_clock_is_no_other_clock_s() -> None:
    told: dict[str, Any] = SHIPPED.model_dump()
    told["duties"]["collect"]["name"] = "stage_release"
    with pytest.raises(ValidationError, match="rename stage_release"):
        OrdersPolicy.model_validate(told)
