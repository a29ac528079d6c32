"""RabbitMQ and MongoDB in containers, with what a test may do to a node: kill it, start it, let it settle."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import docker
from docker.errors import DockerException, ImageNotFound
from dotenv import dotenv_values
from pymongo import MongoClient
from pymongo.errors import PyMongoError

os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")

from testcontainers.core.container import DockerContainer

from kefu.trouble import Trouble
from kefu_local.management import Management
from kefu_local.ports import LOOPBACK, free_ports
from kefu_local.servers import CORE, Servers, in_vhost
from shared.wire import ingress
from shared.wire.message import LARGEST_BODY

ROOT = Path(__file__).parents[2]
NAMED = {**dotenv_values(ROOT / ".env"), **os.environ}
"""Which images there are: the environment says it, and `.env`, where `make images` writes it for docker compose."""
RABBITMQ = NAMED.get("KEFU_RABBITMQ_IMAGE") or "rabbitmq:4-management"
MONGO = NAMED.get("KEFU_MONGO_IMAGE") or "mongo:8"
LOGIN = "kefu:only-for-tests"
QUEUES = "/var/lib/rabbitmq/mnesia/rabbit@rabbitmq/quorum/rabbit@rabbitmq/names.dets"


def missing() -> str:
    """Why containers cannot be used; nothing when they can."""
    try:
        engine = docker.from_env()
        for image in (RABBITMQ, MONGO):
            engine.images.get(image)
    except ImageNotFound as error:
        return f"{error.explanation} (make images builds it; KEFU_RABBITMQ_IMAGE and KEFU_MONGO_IMAGE name it)"
    except DockerException as error:
        return f"no Docker engine answers: {error}"
    return ""


class Node:
    """One container on a fixed port, with the face of a node that is a process of ours."""

    def __init__(self, container: DockerContainer, answers: Callable[[], bool]) -> None:
        self._container = container
        self._answers = answers
        self.process = self

    @property
    def running(self) -> bool:
        inside = self._container.get_wrapped_container()
        inside.reload()
        return str(inside.status) == "running"

    def create(self) -> None:
        self._container.start()
        self.wait_until(self._answers, seconds=120)

    def start(self) -> None:
        """Answers when this returns."""
        self._container.get_wrapped_container().start()
        self.wait_until(self._answers, seconds=120)

    def kill(self) -> None:
        """Ends the node as a crash would; `start` brings it back with what was on disk."""
        self._container.get_wrapped_container().kill()

    def stop(self) -> None:
        self._container.stop(force=True, delete_volume=True)

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Trouble, with the end of the container's log, when time runs out."""
        until = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > until:
                said = self._container.get_wrapped_container().logs(tail=15).decode(errors="replace")
                raise Trouble(f"not ready after {seconds:.0f} s; the end of its log:\n{said}")
            time.sleep(0.05)


class RabbitNode(Node):
    """A RabbitMQ that can be killed without losing young queues."""

    def __init__(self, container: DockerContainer, management: Management) -> None:
        super().__init__(container, lambda: management.answers("/health/checks/port-listener/5672"))
        self._management = management

    def settle(self) -> None:
        """Returns when a crash would lose no queue: the node has written down that they exist."""
        queues = [each for each in self._management.get("/queues") if each["type"] == "quorum"]
        names = [f"{queue['vhost'].replace('/', '%2F')}_{queue['name']}".encode() for queue in queues]
        self.wait_until(lambda: all(name in self._written() for name in names), seconds=15)

    def _written(self) -> bytes:
        return bytes(self._container.exec(["cat", QUEUES]).output)


@contextmanager
def contained_servers(folder: Path) -> Iterator[Servers]:
    """Both servers for as long as the block runs; nothing of them is left."""
    ports = free_ports()
    amqp, http, mongo_port = next(ports), next(ports), next(ports)
    management = Management(f"http://{LOGIN}@{LOOPBACK}:{http}")
    with ExitStack() as stack:
        stack.callback(management.close)
        rabbit = RabbitNode(_rabbitmq(folder, amqp, http), management)
        mongo_url = f"mongodb://{LOOPBACK}:{mongo_port}"
        mongo = Node(_mongo(mongo_port), lambda: _pings(mongo_url))
        for node in (mongo, rabbit):
            stack.callback(node.stop)
            node.create()
        core = f"amqp://{LOGIN}@{LOOPBACK}:{amqp}/{quote(CORE)}"
        for vhost in (CORE, ingress.VHOST):
            management.create_vhost(vhost)
        yield Servers(mongo_url, core, in_vhost(core, ingress.VHOST), management, rabbit, mongo)


def _rabbitmq(folder: Path, amqp: int, http: int) -> DockerContainer:
    user, password = LOGIN.split(":")
    conf = folder / "rabbitmq.conf"
    lines = (
        f"default_user = {user}",
        f"default_pass = {password}",
        f"max_message_size = {LARGEST_BODY}",
        "log.console = true",
        "log.console.level = warning",
    )
    conf.write_text("\n".join(lines) + "\n")
    folder.chmod(0o755)
    container = DockerContainer(RABBITMQ).with_bind_ports(5672, amqp).with_bind_ports(15672, http)
    return container.with_kwargs(hostname="rabbitmq").with_volume_mapping(
        str(conf), "/etc/rabbitmq/rabbitmq.conf", "ro"
    )


def _mongo(port: int) -> DockerContainer:
    container = DockerContainer(MONGO).with_bind_ports(27017, port)
    return container.with_command(["--bind_ip_all", "--wiredTigerCacheSizeGB", "0.5"])


def _pings(url: str) -> bool:
    try:
        with MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=500) as client:
            return bool(client.admin.command("ping"))
    except PyMongoError:
        return False
