"""A notify in memory for every test."""

import pytest
from notify_in_memory import InMemoryNotify


@pytest.fixture(scope="session")
def built() -> InMemoryNotify:
    """Built once for all tests that neither run its loop nor put a provider out of order."""
    return InMemoryNotify()


@pytest.fixture
def notify() -> InMemoryNotify:
    """Ten o'clock on a Monday morning, no message sent yet."""
    return InMemoryNotify()
