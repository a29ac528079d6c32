"""How long the supervisor of `make run` waits for a service that was told to stop."""

from kefu_local.supervisor import ENDS_WITHIN
from shared.plumbing import ServerTimeouts

REQUESTS_FOR = 10
"""Seconds that uvicorn grants to requests in hand before the drain begins."""


def test_a_service_has_the_time_to_drain_that_it_takes() -> None:
    timeouts = ServerTimeouts()
    assert REQUESTS_FOR + timeouts.drain + timeouts.close < ENDS_WITHIN
