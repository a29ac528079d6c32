"""One system in containers for all tests of the folder, and what its containers said when a test fails."""

from collections.abc import Generator, Iterator
from typing import Any

import pytest
from composed import Composed, composed
from infrastructure import in_containers

from kefu.surroundings import SERVICES

collect_ignore_glob = [] if in_containers() else ["test_*.py"]


@pytest.fixture(scope="session")
def kefu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    with composed(tmp_path_factory.mktemp("secrets")) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    running = getattr(item, "funcargs", {}).get("kefu")
    if report.failed and running is not None:
        report.sections.append(
            ("the end of the containers' logs", running("logs", "--no-color", "--tail", "15", *SERVICES))
        )
    return report
