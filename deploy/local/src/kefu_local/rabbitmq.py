"""Where RabbitMQ comes from: a node of our own, built from the system's package and run as the current user."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from kefu.trouble import Trouble
from kefu_local.keys import kept_secret
from kefu_local.lines import PLAIN, Lines
from kefu_local.management import Management
from kefu_local.ports import LOOPBACK, accepts
from kefu_local.process import Process
from shared.wire.message import LARGEST_BODY

_NODE = "kefu@localhost"
_SCRIPTS = Path("/usr/lib/rabbitmq/bin")
"""The package's own scripts: the wrappers on PATH insist on running as root or as the user rabbitmq."""


@dataclass(frozen=True)
class RabbitPorts:
    """Everything a node listens on, its name server included."""

    amqp: int
    management: int
    epmd: int
    distribution: int


class RabbitMQ:
    """A RabbitMQ node that shares nothing with another on this machine: name, name server, ports, cookie, data.

    Over encrypted `lines` it proves itself by a certificate of the `authority`.
    """

    def __init__(self, folder: Path, ports: RabbitPorts, lines: Lines = PLAIN, authority: Path | None = None) -> None:
        script = _SCRIPTS / "rabbitmq-server"
        if not script.exists():
            raise Trouble(
                "RabbitMQ is not installed: apt-get install rabbitmq-server, or set RABBIT_URL to one that runs."
            )
        self._folder = folder
        self._ports = ports
        folder.mkdir(parents=True, exist_ok=True)
        self.credentials = f"kefu:{kept_secret(folder / 'password')}"
        self._lines = lines
        self._authority = authority
        scheme = "https" if lines.encrypted else "http"
        self.management = Management(f"{scheme}://{self.credentials}@{LOOPBACK}:{ports.management}", authority)
        env = self._environment()
        log = folder / "rabbitmq.log"
        # A name server that we start in the foreground ourselves, because the one a node starts on demand outlives it.
        epmd = ["epmd", "-address", LOOPBACK, "-port", str(ports.epmd)]
        self._names = Process("epmd", epmd, env=env, log=folder / "epmd.log")
        self.process = Process("RabbitMQ", [str(script)], env=env, log=log)

    def url(self, vhost: str) -> str:
        at = f"{LOOPBACK}:{self._ports.amqp}"
        return self._lines.rabbit_url(self.credentials, at, quote(vhost, safe=""), self._authority)

    def start(self) -> None:
        self._write_configuration()
        self._names.start()
        self._names.wait_until(lambda: accepts(self._ports.epmd), seconds=60)
        self.process.start()
        listening = f"/health/checks/port-listener/{self._ports.amqp}"
        self.process.wait_until(lambda: self.management.answers(listening), seconds=180)

    def stop(self) -> None:
        self.process.stop()
        self._names.stop()

    def kill(self) -> None:
        """Ends the node as a crash would; `start` brings it back with what was on disk."""
        self.process.kill()

    def control(self, *words: str) -> None:
        """What `rabbitmqctl` does with these words; CalledProcessError when it refuses."""
        command = [str(_SCRIPTS / "rabbitmqctl"), "--quiet", *words]
        subprocess.run(command, env=self._environment(), check=True, capture_output=True, timeout=60)

    def settle(self) -> None:
        """Returns when a crash would lose no queue and no binding.

        A node writes its list of quorum queues with up to three seconds' delay: one that is killed before forgets the
        younger queues' logs, and those queues then find no leader again. The log of its other definitions is written
        in the background too: one killed after a binding was confirmed came back without it once in eleven times
        (measured with 3.10.8).
        """
        kept = self._folder / "data" / _NODE / "quorum" / _NODE / "names.dets"
        names = [f"{queue['vhost'].replace('/', '%2F')}_{queue['name']}" for queue in self._quorum_queues()]
        self.process.wait_until(lambda: all(name.encode() in kept.read_bytes() for name in names), seconds=60)
        self.control("eval", "ok = mnesia:sync_log().")

    def _quorum_queues(self) -> list[dict[str, str]]:
        return [queue for queue in self.management.get("/queues") if queue["type"] == "quorum"]

    def _environment(self) -> dict[str, str]:
        folder = self._folder
        return {
            "PATH": f"{os.environ['PATH']}:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(self._ports.epmd),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_CRASH_DUMP_SECONDS": "0",
            "RABBITMQ_NODENAME": _NODE,
            "RABBITMQ_DIST_PORT": str(self._ports.distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RUNNING_UNDER_SYSTEMD": "true",  # makes the script become the node instead of a parent that outlives us
        }

    def _listening(self) -> tuple[str, ...]:
        at, management = f"{LOOPBACK}:{self._ports.amqp}", (f"ip = {LOOPBACK}", f"port = {self._ports.management}")
        if self._lines.encrypted:
            return tuple(self._lines.rabbitmq(at, management).splitlines())
        return (f"listeners.tcp.1 = {at}", *(f"management.tcp.{each}" for each in management))

    def _write_configuration(self) -> None:
        kept_secret(self._folder / ".erlang.cookie")
        (self._folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        user, password = self.credentials.split(":")
        lines = (
            *self._listening(),
            f"default_user = {user}",
            f"default_pass = {password}",
            "log.console = true",
            "log.console.level = warning",
            "raft.wal_max_size_bytes = 67108864",
            f"max_message_size = {LARGEST_BODY}",
        )
        (self._folder / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
