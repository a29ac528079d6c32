"""What a service process does when something in it has broken for good."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared.testing import SEAL_KEYS

BROKEN = """
import asyncio

from shared.plumbing import Plumbing
from shared.service import Service, main
from shared.settings import ServiceSettings


async def break_down(stopping: asyncio.Event) -> None:
    raise {error}


main(lambda settings: Service(Plumbing("kettle", settings), tasks=(break_down,)), ServiceSettings)
"""

NOBODY = {
    "MONGO_URL": "mongodb://127.0.0.1:1",
    "RABBIT_URL": "amqp://127.0.0.1:1",
    "HTTP_PORT": "0",
    "SEAL_KEYS": SEAL_KEYS,
}


@pytest.mark.parametrize(
    "error", ["ZeroDivisionError('the kettle is dry')", "asyncio.CancelledError('the kettle is dry')"]
)
def test_a_worker_that_breaks_ends_the_process_with_a_code_of_its_own(error: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", BROKEN.format(error=error)]

    process = subprocess.run(command, env=NOBODY, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert process.returncode == 75
    assert f"{error.partition('(')[0].rpartition('.')[2]} at <string>:" in process.stdout
