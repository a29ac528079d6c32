"""How long the supervisor of `make run` waits for a service that was told to stop."""

from kefu_local.supervisor import ENDS_WITHIN
from shared.service import CLOSE_FOR, DRAIN_FOR

REQUESTS_FOR = 10
"""What uvicorn grants to requests in hand before the drain begins."""


def test_a_service_has_the_time_to_drain_that_it_takes() -> None:
    assert ENDS_WITHIN > REQUESTS_FOR + DRAIN_FOR + CLOSE_FOR
