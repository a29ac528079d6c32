"""A notify in memory for every test."""

import pytest
from notify_in_memory import InMemoryNotify


@pytest.fixture
def notify() -> InMemoryNotify:
    """Ten o'clock on a Monday morning, nobody told yet."""
    return InMemoryNotify()
