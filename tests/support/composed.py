"""The whole system in containers, from docker-compose.yml, with secrets, volumes and ports that nobody else uses."""

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx

from kefu.surroundings import SERVICES
from kefu_local.containers import Secrets
from kefu_local.ports import free_ports

ROOT = Path(__file__).parents[2]
COMPOSE = shlex.split(os.environ.get("KEFU_COMPOSE", "docker compose"))
DOCKER = os.environ.get("DOCKER", "docker")
PORTS = ("KEFU_HTTP_PORT", "KEFU_AMQP_PORT", "KEFU_MANAGEMENT_PORT", "KEFU_MONGO_PORT", "KEFU_SINKS_PORT")
LOOK = "from urllib.request import urlopen; print(urlopen('http://127.0.0.1:8000/health/live').read().decode())"


class Composed:
    """Containers to stop, start and replace. `around` is for commands."""

    def __init__(self, folder: Path, name: str) -> None:
        secrets = Secrets(folder)
        secrets.write()
        ports = dict(zip(PORTS, map(str, free_ports()), strict=False))
        self._env = {**os.environ, **ports, "KEFU_SECRETS": str(folder), "COMPOSE_PROJECT_NAME": name}
        self.around = secrets.around(self._env)

    def __call__(self, *command: str) -> str:
        """What `docker compose` says; AssertionError, with its complaint, when it fails."""
        done = subprocess.run(
            [*COMPOSE, *command], cwd=ROOT, env=self._env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"docker compose {shlex.join(command)}: {done.stderr}"
        return done.stdout

    def up(self, *services: str) -> None:
        """All of them, or these, run and are healthy."""
        self("up", "--wait", "--wait-timeout", "240", "--no-build", *services)

    def containers(self, service: str) -> list[str]:
        """The ids of a service's running containers."""
        return self("ps", "--quiet", service).split()

    def scale(self, service: str, replicas: int) -> None:
        """So many replicas run and are healthy; those that ran before go on."""
        self("up", "--wait", "--no-deps", "--no-recreate", "--no-build", "--scale", f"{service}={replicas}", service)

    def roll(self, service: str) -> None:
        """A new replica comes up beside the old one, which then drains and ends."""
        (old,) = self.containers(service)
        self.scale(service, 2)
        self._docker("stop", "--time", "30", old)
        self._docker("rm", old)

    def taken(self, service: str) -> list[int]:
        """How many messages each replica has taken from the bus since it began."""
        looks = [self._docker("exec", id, "python3", "-c", LOOK) for id in self.containers(service)]
        return [int(json.loads(look)["taken"]) for look in looks]

    def readiness(self) -> dict[str, int]:
        """What each service answers when asked through the gateway whether it is ready."""
        return {
            name: httpx.get(f"{self.around.service_url(name)}/health/ready", timeout=15, trust_env=False).status_code
            for name in SERVICES
        }

    def _docker(self, *command: str) -> str:
        return self._run([DOCKER, *command])

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(command, cwd=ROOT, env=self._env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{shlex.join(command)}: {done.stderr}"
        return done.stdout


@contextmanager
def composed(folder: Path) -> Iterator[Composed]:
    """The whole system for as long as the block runs; afterwards nothing of it is left."""
    containers = Composed(folder, f"kefu-test-{uuid4().hex[:8]}")
    try:
        containers.up()
        yield containers
    finally:
        containers("down", "--volumes", "--timeout", "5")
