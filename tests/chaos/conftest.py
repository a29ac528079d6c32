"""What the ring of faults has to say when everything is over."""

import pytest
from tally import Tally

_tally = Tally()


@pytest.fixture(scope="session")
def tally() -> Tally:
    """The figures of this run; they are printed when it is over, the sum as the last line of all."""
    return _tally


def pytest_unconfigure() -> None:
    for line in _tally.lines:
        print(line)
    if _tally.faults:
        print(_tally)
