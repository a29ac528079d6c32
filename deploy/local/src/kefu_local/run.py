"""What `make run` does: servers, services and sinks up, the story told, all of it down again on Ctrl-C."""

import asyncio
import fcntl
import os
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from kefu import doctor
from kefu.console import errors, out
from kefu.surroundings import SERVICES, Surroundings, surroundings
from kefu.trouble import Trouble
from kefu_local.gateway import write_configuration
from kefu_local.keys import Keys
from kefu_local.places import Places
from kefu_local.process import Process
from kefu_local.servers import Servers, servers
from kefu_local.story import play
from kefu_local.supervisor import ENDS_WITHIN
from shared.wire import ingress

RUN = Path(".run")
PROCFILE = Path("deploy/local/Procfile")
_READY_WITHIN = 120
"""Seconds until the servers count as not starting."""


def main() -> None:
    """Runs until Ctrl-C or SIGTERM; exit code 1, and a word why, when something is missing or in the way."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _only_one(), ExitStack() as stack:
            _bring_up(stack)
            _tell_the_story()
            _show_where_everything_is()
            signal.pause()
    except KeyboardInterrupt:
        out.print("\nStopped. The data stays under .run; `make clean` removes it.")
    except Trouble as trouble:
        errors.print(str(trouble), style="red", markup=False)
        sys.exit(1)


def _bring_up(stack: ExitStack) -> None:
    places = Places.from_environment(os.environ)
    with _step("Ports and keys"):
        places.claim(os.environ)
        keys = Keys(RUN / "keys")
    with _step("RabbitMQ and MongoDB"):
        running = stack.enter_context(servers(RUN.resolve(), places.servers))
        look_at(running)
        _open_ingress(running, keys)
    env = places.environment(running, keys, RUN)
    configuration = write_configuration((RUN / "gateway").resolve(), places.gateway, places.console, places.services)
    env["GATEWAY_CONFIGURATION"] = str(configuration)
    _write_env(env)
    stack.callback((RUN / "env").unlink, missing_ok=True)
    with _step("Services"):
        honcho = _services(os.environ | env)
        stack.callback(honcho.stop, seconds=ENDS_WITHIN + 5)
        honcho.start()
        honcho.wait_until(lambda: _all_ready(env), seconds=_READY_WITHIN)


def look_at(running: Servers) -> None:
    """Trouble when a server that already runs does not answer, does not let us in, or is too old."""
    around = Surroundings({"MONGO_URL": running.mongo_url, "RABBIT_URL": running.rabbit_url})
    for finding in doctor.servers(around):
        if finding.state == "bad":
            raise Trouble(f"{finding.thing}: {finding.found}; {finding.remedy}")


def _open_ingress(running: Servers, keys: Keys) -> None:
    running.management.post("/definitions", **ingress.definitions(keys.passwords))


def _services(env: dict[str, str]) -> Process:
    path = f"{Path(sys.executable).parent}:{env['PATH']}:/usr/sbin"
    command = [sys.executable, "-m", "kefu_local.supervisor", "start", "--procfile", str(PROCFILE), "--env", "none"]
    return Process("services", command, env=env | {"PATH": path, "PYTHONUNBUFFERED": "1"})


def _write_env(env: dict[str, str]) -> None:
    file = RUN / "env"
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in env.items()))


def _all_ready(env: dict[str, str]) -> bool:
    urls = [env[f"{name.upper()}_URL"] for name in SERVICES] + [env["SINKS_URL"], env["CONSOLE_URL"]]
    with httpx.Client(timeout=5, trust_env=False) as client:
        return all(_is_ready(client, url) for url in urls)


def _is_ready(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(f"{url}/health/ready").is_success
    except httpx.HTTPError:
        return False


def _tell_the_story() -> None:
    """A story that goes wrong is said so; everything stays up, to be looked into."""
    try:
        asyncio.run(play(surroundings()))
    except Trouble as trouble:
        errors.print(f"The story broke off: {trouble}", style="red", markup=False)


def _show_where_everything_is() -> None:
    around = surroundings()
    out.print(f"\n  [bold]The console: {around.need('CONSOLE_URL')}[/bold] (choose who you are; this machine only)\n")
    for service in SERVICES:
        url = around.service_url(service)
        out.print(f"  {service:<11} {url}  docs {url}/docs")
    out.print(f"  {'messages':<11} {around.need('SINKS_URL')}/messages (SMS), /mails (e-mail)")
    out.print("\nAll of it runs until Ctrl-C. In another terminal: .venv/bin/kefu doctor, .venv/bin/kefu events tail")


@contextmanager
def _step(what: str) -> Iterator[None]:
    began = time.monotonic()
    with out.status(what):
        try:
            yield
        except BaseException:
            out.print(f"[red]✗[/red] {what}")
            raise
    out.print(f"[green]✓[/green] {what} [dim]{time.monotonic() - began:.1f} s[/dim]")


@contextmanager
def _only_one() -> Iterator[None]:
    RUN.mkdir(exist_ok=True)
    with (RUN / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble("`make run` is up already in this clone.") from None
        yield


if __name__ == "__main__":
    main()
