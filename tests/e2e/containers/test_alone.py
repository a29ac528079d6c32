"""A service's own tests in the image that is deployed: the service and what it shares are there, and no other."""

from uuid import uuid4

import pytest
from composed import ROOT, docker

from kefu.surroundings import SERVICES

pytestmark = pytest.mark.timeout(900)

CONTRACTS = ("test_listeners_understand_samples.py", "test_schemas_never_break.py")
LONGEST = 800.0
"""Seconds that the tests of one service may take."""
TOO_LARGE = ("tests/unit/orders/test_event_log.py",)
"""Reads a log with a tool for process mining that is larger than all services together."""


@pytest.fixture(scope="module")
def tools():
    """A volume with what tests need."""
    volume = f"kefu-tests-{uuid4().hex[:8]}"
    docker("run", "--rm", "--pull", "never", "--volume", f"{volume}:/tests", "kefu/tests")
    yield volume
    docker("volume", "rm", volume)


def tried(service, tools):
    tests = ("tests/contract", "tests/support", "tests/unit/conftest.py", f"tests/unit/{service}")
    seen = ("pyproject.toml", *tests, f"services/{service}", "cli/src/kefu")
    shown = [word for path in seen for word in ("--volume", f"{ROOT / path}:/kefu/{path}:ro")]
    return docker(
        *("run", "--rm", "--pull", "never", "--network", "none", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"),
        *("--volume", f"{tools}:/tools:ro", "--env", "PYTHONPATH=/tools:/kefu/cli/src", "--workdir", "/kefu", *shown),
        *("--entrypoint", "python3", f"kefu/{service}", "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *("--hypothesis-profile", "ci", *(f"--ignore={path}" for path in TOO_LARGE)),
        *(f"tests/unit/{service}", *(f"tests/contract/{name}" for name in CONTRACTS)),
        seconds=LONGEST,
    )


@pytest.mark.parametrize("service", SERVICES)
def test_the_tests_of_a_service_pass_where_no_other_service_is_installed(tools, service):
    *_, summary = tried(service, tools).strip().splitlines()
    print(service, summary)
    assert " passed" in summary
