"""Which RabbitMQ and MongoDB we talk to: servers that already run, or nodes of our own."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from kefu.trouble import Trouble
from kefu_local.management import Management
from kefu_local.mongodb import MongoDB
from kefu_local.ports import free_ports
from kefu_local.rabbitmq import RabbitMQ, RabbitPorts
from shared.wire import ingress

CORE = "kefu"
_NEEDED_MEMORY_MIB = 700


@dataclass(frozen=True)
class ServerPorts:
    """Where own nodes listen, all on the loopback interface."""

    rabbit: RabbitPorts
    mongo: int

    @classmethod
    def free(cls) -> "ServerPorts":
        """Ports that are free."""
        port = free_ports()
        return cls(RabbitPorts(next(port), next(port), next(port), next(port)), next(port))


@dataclass(frozen=True)
class Servers:
    """A RabbitMQ and a MongoDB that answer.

    `rabbit` and `mongo` are our own nodes, with start, stop and kill; None when the server was there before, which we
    never stop. `management` speaks to RabbitMQ's HTTP API in either case.
    """

    mongo_url: str
    rabbit_url: str
    ingress_url: str
    management: Management
    rabbit: RabbitMQ | None
    mongo: MongoDB | None

    def vhost_url(self, vhost: str) -> str:
        """The address of another virtual host on the same RabbitMQ, as the same user."""
        return in_vhost(self.rabbit_url, vhost)

    def __str__(self) -> str:
        rabbit = "own RabbitMQ" if self.rabbit else "RabbitMQ of RABBIT_URL"
        mongo = "own MongoDB" if self.mongo else "MongoDB of MONGO_URL"
        return f"{rabbit} at {_where(self.rabbit_url)}, {mongo} at {_where(self.mongo_url)}"


@contextmanager
def servers(
    folder: Path, ports: ServerPorts, *, disposable: bool = False, env: Mapping[str, str] = os.environ
) -> Iterator[Servers]:
    """Servers for as long as the block runs; own nodes keep their data under `folder`.

    Disposable nodes are killed at the end instead of shut down: a RabbitMQ takes five seconds for its farewell.
    `MONGO_URL` and `RABBIT_URL` name servers to use instead; RabbitMQ's management API is then expected at
    `RABBIT_MANAGEMENT_URL`, or else on port 15672 of the same host.
    """
    mongo_url, rabbit_url = env.get("MONGO_URL"), env.get("RABBIT_URL")
    rabbit = None if rabbit_url else RabbitMQ(folder / "rabbitmq", ports.rabbit)
    mongo = None if mongo_url else MongoDB(folder / "mongodb", ports.mongo)
    with ExitStack() as stack:
        for node in (mongo, rabbit):
            if node:
                _check_memory()
                stack.callback(node.stop)
                if disposable:
                    stack.callback(node.kill)
                node.start()
        management = rabbit.management if rabbit else Management(_management_url(env))
        stack.callback(management.close)
        core = rabbit.url(CORE) if rabbit else env["RABBIT_URL"]
        departments = in_vhost(core, ingress.VHOST)
        management.create_vhost(vhost_of(core))
        management.create_vhost(ingress.VHOST)
        yield Servers(mongo.url if mongo else env["MONGO_URL"], core, departments, management, rabbit, mongo)


def in_vhost(rabbit_url: str, vhost: str) -> str:
    return urlsplit(rabbit_url)._replace(path=f"/{quote(vhost, safe='')}").geturl()


def with_login(rabbit_url: str, user: str, password: str) -> str:
    at = urlsplit(rabbit_url)
    return at._replace(netloc=f"{quote(user)}:{quote(password)}@{at.netloc.rpartition('@')[2]}").geturl()


def vhost_of(rabbit_url: str) -> str:
    """The virtual host a URL names; RabbitMQ's default one is called `/`."""
    return unquote(urlsplit(rabbit_url).path.removeprefix("/")) or "/"


def _management_url(env: Mapping[str, str]) -> str:
    at = urlsplit(env["RABBIT_URL"])
    return (
        env.get("RABBIT_MANAGEMENT_URL")
        or f"http://{at.username or 'guest'}:{at.password or 'guest'}@{at.hostname}:15672"
    )


def _where(url: str) -> str:
    at = urlsplit(url)
    return f"{at.hostname}:{at.port}" if at.port else f"{at.hostname}"


def _check_memory() -> None:
    lines = Path("/proc/meminfo").read_text().splitlines()
    available = next(int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:"))
    if available < _NEEDED_MEMORY_MIB:
        raise Trouble(f"{available} MiB of memory are free; RabbitMQ and MongoDB need {_NEEDED_MEMORY_MIB} MiB.")
