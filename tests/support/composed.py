"""The whole system in containers, from docker-compose.yml, with secrets, volumes and ports of its own."""

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from uuid import uuid4

import httpx
from openid_provider import SIGN_IN_POLICY

from kefu.surroundings import SERVICES
from kefu_local.containers import Secrets
from kefu_local.management import Management
from kefu_local.ports import LOOPBACK, free_ports
from kefu_local.rights import OPERATOR
from shared.wire import ingress

ROOT = Path(__file__).parents[2]
COMPOSE = shlex.split(os.environ.get("KEFU_COMPOSE", "docker compose"))
DOCKER = os.environ.get("DOCKER", "docker")
PORTS = tuple(f"KEFU_{what}_PORT" for what in ("HTTP", "OPERATORS", "AMQP", "AMQPS", "MANAGEMENT", "MONGO", "SINKS"))
LOOK = r"exec 3<>/dev/tcp/127.0.0.1/8000; printf 'GET /health/live HTTP/1.0\r\n\r\n' >&3; cat <&3"
PATIENTLY = ("--wait", "--wait-timeout", "240", "--no-build", "--pull", "never")
NAMES = 3.0
"""Seconds until the gateway looks for a service's address again and has given up the one that is gone."""
ASK_AFTER = (5, 10, 15)
"""Seconds after which notify asks a provider what became of a message whose sender was ended; its own go up to 1800."""
LONGEST = 300.0
"""Seconds that one command may take."""
ENOUGH = 4000
"""Characters of what a command said that are told when it fails."""


class Composed:
    """Containers to stop, start, replace and cut off. `around` is for commands, `door` is where strangers ask."""

    def __init__(self, folder: Path, name: str, **settings: str) -> None:
        ports = dict(zip(PORTS, map(str, free_ports()), strict=False))
        self._env = {**os.environ, **ports, "KEFU_SECRETS": str(folder), "COMPOSE_PROJECT_NAME": name, **settings}
        self._name = name
        self.secrets = secrets = Secrets(folder, self._env)
        secrets.write()
        (folder / "notify" / "ask_after").write_text(json.dumps(ASK_AFTER))
        authority = secrets.authority.certificate if secrets.lines.encrypted else None
        scheme = "https" if secrets.lines.encrypted else "http"
        operator = f"{OPERATOR}:{secrets.passwords[OPERATOR]}"
        self._management = Management(f"{scheme}://{operator}@{LOOPBACK}:{ports['KEFU_MANAGEMENT_PORT']}", authority)
        self.door = f"{scheme}://{LOOPBACK}:{ports['KEFU_HTTP_PORT']}"
        self.around = secrets.around()

    def __call__(self, *command: str) -> str:
        """What `docker compose` says; AssertionError, with its complaint, when it fails."""
        return _run([*COMPOSE, *command], self._env)

    def port(self, what: str) -> int:
        """Where one of the published ports is on the loopback interface, by its name in `PORTS`."""
        return int(self._env[f"KEFU_{what}_PORT"])

    def up(self, *services: str) -> None:
        """All of them, or these, run and are healthy."""
        self("up", *PATIENTLY, *services)

    @contextmanager
    def console(self, issuer: str) -> Iterator[None]:
        """The console beside the others, for people who sign in at this provider; without it again afterwards."""
        before = self._env
        self._env = before | {
            "COMPOSE_PROFILES": "console",
            "KEFU_CONSOLE_URL": self.door,
            "KEFU_OIDC_ISSUER": issuer,
            "KEFU_OIDC_AUDIENCE": "kefu",
            "KEFU_OIDC_CLIENT_ID": "console",
            "KEFU_SIGN_IN_POLICY": str(self.secrets.folder / "sign-in.toml"),
        }
        (self.secrets.folder / "sign-in.toml").write_text(SIGN_IN_POLICY)
        try:
            Secrets(self.secrets.folder, self._env).write()
            self("up", *PATIENTLY, "--no-deps", "console")
            yield
        finally:
            self("rm", "--stop", "--force", "console")
            self._env = before
            self.secrets.write()

    def on_the_bus(self, user: str) -> int:
        """How many connections a user of RabbitMQ has open."""
        return sum(each.get("user") == user for each in self._management.get("/connections"))

    def run_release(self, tag: str, *services: str) -> None:
        """From the next start on, these services are of that release."""
        self._env |= {f"KEFU_{service.upper()}_IMAGE": f"kefu/{service}:{tag}" for service in services}

    def containers(self, service: str) -> list[str]:
        """The ids of a service's running containers."""
        return self("ps", "--quiet", service).split()

    def images(self) -> dict[str, str]:
        """Which image each service runs on."""
        return {
            name: docker("inspect", "--format", "{{.Config.Image}}", *self.containers(name)).strip()
            for name in SERVICES
        }

    def scale(self, replicas: int, *services: str) -> None:
        """So many replicas of each run and are healthy; those that ran before go on."""
        wish = [word for service in services for word in ("--scale", f"{service}={replicas}")]
        self("up", *PATIENTLY, "--no-deps", "--no-recreate", *wish, *services)

    def roll(self, service: str) -> float:
        """A new replica comes up beside the old one, which then drains and ends: how many seconds that takes it."""
        (old,) = self.containers(service)
        self.scale(2, service)
        began = monotonic()
        docker("stop", "--time", "30", old)
        docker("rm", old)
        return monotonic() - began

    def cut(self, service: str, network: str) -> None:
        """The service's container no longer reaches that network."""
        docker("network", "disconnect", f"{self._name}_{network}", *self.containers(service))

    def mend(self, service: str, network: str) -> None:
        """It reaches the network again."""
        docker("network", "connect", f"{self._name}_{network}", *self.containers(service))

    def taken(self, service: str) -> list[int]:
        """How many messages each replica has taken from the bus since it began."""
        looks = [docker("exec", id, "bash", "-c", LOOK) for id in self.containers(service)]
        return [int(json.loads(look.splitlines()[-1])["taken"]) for look in looks]

    def readiness(self) -> dict[str, int]:
        """What each service answers when asked at the operators' door whether it is ready."""
        return {
            name: httpx.get(f"{self.around.service_url(name)}/health/ready", timeout=60, trust_env=False).status_code
            for name in SERVICES
        }

    def waiting(self, service: str) -> int:
        """How many messages wait for a service; for intake those that departments brought are among them."""
        queues = self._management.get("/queues")
        entrances = {ingress.entrance(name) for name in ingress.departments()} if service == "intake" else set()
        return sum(
            queue.get("messages", 0)
            for queue in queues
            if queue["name"].startswith(f"{service}.on.") or queue["name"] in entrances
        )


def docker(*command: str, seconds: float = LONGEST) -> str:
    """What the Docker client says within this time; AssertionError, with its complaint, when it fails."""
    return _run([DOCKER, *command], dict(os.environ), seconds)


def _run(command: list[str], env: dict[str, str], seconds: float = LONGEST) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"{shlex.join(command)}: {done.stdout[-ENOUGH:]}{done.stderr[-ENOUGH:]}"
    return done.stdout


@contextmanager
def composed(folder: Path, *services: str, **settings: str) -> Iterator[Composed]:
    """The whole system, or these services of it, for as long as the block runs; afterwards nothing of it is left."""
    containers = Composed(folder, f"kefu-test-{uuid4().hex[:8]}", **settings)
    try:
        containers.up(*services)
        yield containers
    finally:
        containers("down", "--volumes", "--timeout", "5")
