"""What the ring of faults has to say when everything is over."""

import pytest

_figures: list[str] = []


@pytest.fixture(scope="session")
def figures() -> list[str]:
    """Lines that are printed when the run is over; the last of them is the last of all."""
    return _figures


def pytest_unconfigure() -> None:
    for line in _figures:
        print(line)
