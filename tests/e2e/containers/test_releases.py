"""A service goes to its next version under load while the others stay on their last release, and back again."""

import asyncio
import subprocess
import tomllib
from collections.abc import Iterator

import pytest
from composed import NAMES, ROOT, Composed, docker
from trade import Trade, Visitor

from kefu.surroundings import SERVICES

pytestmark = pytest.mark.timeout(600)

RELEASED = tomllib.loads((ROOT / "deploy" / "releases.toml").read_text())
REVISION = '{{index .Config.Labels "org.opencontainers.image.revision"}}'


@pytest.fixture(scope="module")
def last_release(kefu: Composed) -> Iterator[Composed]:
    """All services as they were released last; afterwards as they are now."""
    shallow = ["git", "rev-parse", "--is-shallow-repository"]
    if subprocess.run(shallow, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip() == "true":
        pytest.skip("a shallow clone does not hold what was released: git fetch --unshallow")
    kefu.run_release("released", *SERVICES)
    kefu.up()
    yield kefu
    kefu.run_release("latest", *SERVICES)
    kefu.up()


@pytest.mark.parametrize("service", SERVICES)
def test_the_image_of_the_last_release_is_built_from_its_commit(last_release, service):
    assert docker("inspect", "--format", REVISION, f"kefu/{service}:released").strip() == RELEASED[service]


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_is_replaced_under_load_among_released_ones_and_nothing_is_lost(last_release, service):
    kefu = last_release
    switches = []
    async with Trade(kefu.around, f"roll-{service}") as trade:
        async with Visitor(kefu.around, service) as visitor, trade.steady():
            for release in ("latest", "released"):
                kefu.run_release(release, service)
                switches.append(await asyncio.to_thread(kefu.roll, service))
                among = dict.fromkeys(SERVICES, "released") | {service: release}
                assert kefu.images() == {name: f"kefu/{name}:{tag}" for name, tag in among.items()}
                await asyncio.sleep(2)
        assert await trade.wrong() == []
    assert visitor.served > 100
    assert visitor.longest_gap < max(switches) + NAMES
    assert trade.longest_wait < max(switches) + NAMES
