"""The five services and the sinks as processes over servers that run, which tests kill and restart."""

import random
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import environ
from pathlib import Path

import httpx

from kefu.surroundings import SERVICES, Surroundings
from kefu.trouble import Trouble
from kefu_local.keys import Keys
from kefu_local.places import Places
from kefu_local.ports import is_free
from kefu_local.process import Process
from kefu_local.servers import Servers, vhost_of
from shared.wire import ingress

_READY_WITHIN = 180.0
"""Seconds until a service counts as not starting."""

_BLOCK = 40
"""Ports of one system."""

_BLOCKS = range(20_000, 32_000, _BLOCK)


@dataclass(frozen=True)
class System:
    """Processes to stop, kill and start: `services` by name, and the `sinks`. `around` is for commands."""

    services: Mapping[str, Process]
    sinks: Process
    around: Surroundings

    def start(self) -> None:
        """Everything runs and is ready when this returns."""
        for process in (self.sinks, *self.services.values()):
            process.start()
        self.wait_until_ready()

    def restart(self, *names: str) -> None:
        """These services, or all of them, end in good order and begin again."""
        self._each("stop", *names)
        for name in names or self.services:
            self.services[name].start()
        self.wait_until_ready()

    def stop(self) -> None:
        """Everything ends in good order."""
        self._each("stop")
        self.sinks.stop()

    def wait_until_ready(self) -> None:
        """Trouble, with the end of its log, when a process ends or is not ready in time."""
        urls = {name: self.around.service_url(name) for name in self.services}
        for process, url in (*((self.services[name], url) for name, url in urls.items()), self._sinks_place()):
            process.wait_until(lambda url=url: _ready(url), seconds=_READY_WITHIN)  # type: ignore[misc]

    def _sinks_place(self) -> tuple[Process, str]:
        return self.sinks, self.around.need("SINKS_URL")

    def _each(self, what: str, *names: str) -> None:
        with ThreadPoolExecutor() as pool:
            for done in [pool.submit(getattr(self.services[name], what)) for name in names or self.services]:
                done.result()


@contextmanager
def system(running: Servers, folder: Path, name: str, keys: Keys | None = None, **settings: str) -> Iterator[System]:
    """A whole kefu of its own for as long as the block runs: own virtual hosts, databases, keys, ports and sinks.

    Only the servers are shared with others. Users of RabbitMQ are the server's: several systems at one time on one
    server are given the same `keys`, or the passwords of the last one count for all. `settings` are further environment
    variables for the services. When the block ends the virtual hosts are gone; the databases, whose names begin with
    `name`, are the caller's to drop.
    """
    core, gateway = f"{name}-core", f"{name}-ingress"
    keys = keys or Keys(folder / "keys")
    running.management.create_vhost(core)
    running.management.post("/definitions", **ingress.definitions(keys.passwords, vhost=gateway))
    own = replace(running, rabbit_url=running.vhost_url(core), ingress_url=running.vhost_url(gateway))
    env = _free_places().environment(own, keys, folder)
    env |= {f"{service.upper()}_DATABASE": f"{name}-{service}" for service in SERVICES} | settings
    built = System(
        services={service: _service(service, env, folder) for service in SERVICES},
        sinks=Process("sinks", [sys.executable, "-m", "kefu_local.sinks"], env=_env(env), log=folder / "sinks.log"),
        around=Surroundings(env),
    )
    try:
        built.start()
        yield built
    finally:
        built.stop()
        for vhost in (vhost_of(own.rabbit_url), vhost_of(own.ingress_url)):
            running.management.delete_vhost(vhost)


def _service(name: str, env: Mapping[str, str], folder: Path) -> Process:
    own = {"HTTP_PORT": env[f"{name.upper()}_PORT"], "MONGO_DATABASE": env[f"{name.upper()}_DATABASE"]}
    return Process(name, [sys.executable, "-m", name], env=_env(env) | own, log=folder / f"{name}.log")


def _env(env: Mapping[str, str]) -> dict[str, str]:
    return {"PATH": environ["PATH"], "PYTHONUNBUFFERED": "1", **env}


def _free_places() -> Places:
    for first in random.sample(_BLOCKS, len(_BLOCKS)):
        places = Places(first)
        people = (places.gateway, places.console, places.sms, places.smtp)
        if all(map(is_free, (*places.services.values(), *people))):
            return places
    raise Trouble("There is no block of free ports between 20000 and 32000.")


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", timeout=60, trust_env=False).is_success
    except httpx.HTTPError:
        return False
