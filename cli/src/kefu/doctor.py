"""`kefu doctor`: whether this machine, the servers and the services are well, and what to do where they are not."""

import asyncio
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import aio_pika
import httpx
import typer
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from rich.text import Text

from kefu.console import show_table
from kefu.surroundings import SERVICES, Surroundings, surroundings
from kefu.tokens import local_token
from kefu.trouble import Trouble
from shared import logs
from shared.contracts.roles import Role
from shared.identity import DepartmentKeys, GroupRoles, IdentityProvider, LocalKey, StaffTokens, Unauthenticated
from shared.policy import read_policies

app = typer.Typer(add_completion=False)

State = Literal["ok", "note", "bad"]

_PATIENCE = 5
"""Seconds that a server has to answer."""

_MEMORY_MIB = 700
"""MiB of free memory that the system needs."""

_DISK_MIB = 1024
"""MiB of free disk that the servers need."""

_OLDEST_RABBITMQ = (3, 10)
_OLDEST_MONGODB = (4, 4)
_STYLES: dict[State, str] = {"ok": "green", "note": "yellow", "bad": "bold red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what it is like and, where it is not well, what makes it so."""

    thing: str
    state: State
    found: str
    remedy: str = ""


@app.command()
def doctor() -> None:
    """Look at this machine, the servers, the keys and the services; exit code 1 if anything is bad."""
    around = surroundings()
    findings = [finding for look in (machine, servers, keys, services) for finding in look(around)]
    show_table(
        ("", "what", "found", "remedy"),
        ((Text(f.state, style=_STYLES[f.state]), f.thing, f.found, f.remedy) for f in findings),
    )
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)


def machine(around: Surroundings) -> Iterator[Finding]:
    """Python, our packages, memory, disk, and where the connection data comes from."""
    yield Finding("python", "ok", ".".join(map(str, sys.version_info[:3])))
    yield _packages()
    memory = _available_memory()
    if memory is not None:
        enough = memory >= _MEMORY_MIB
        remedy = "" if enough else f"own RabbitMQ and MongoDB nodes need {_MEMORY_MIB} MiB: close something"
        yield Finding("memory", "ok" if enough else "note", f"{memory} MiB available", remedy)
    disk = shutil.disk_usage(Path.cwd()).free // 2**20
    remedy = "" if disk >= _DISK_MIB else "RabbitMQ stops taking messages when the disk is nearly full: make room"
    yield Finding("disk", "bad" if remedy else "ok", f"{disk} MiB free", remedy)
    if around.file:
        yield Finding("connection", "ok", str(around.file))
    else:
        yield Finding("connection", "note", "no .run/env here", "start `make run`, or set the variables yourself")


def servers(around: Surroundings) -> Iterator[Finding]:
    """RabbitMQ and MongoDB: whether they let us in, and how old they are."""
    yield _server(around, "rabbitmq", "RABBIT_URL", _rabbitmq_version, _OLDEST_RABBITMQ)
    yield _server(around, "mongodb", "MONGO_URL", _mongodb_version, _OLDEST_MONGODB)


def keys(around: Surroundings) -> Iterator[Finding]:
    """Whether tokens can be issued and are accepted, the identity provider answers, and departments have keys."""
    yield _staff(around)
    yield _identity_provider(around)
    yield _departments(around)


def services(around: Surroundings) -> Iterator[Finding]:
    """Whether each service runs and has everything it needs."""
    for name in SERVICES:
        yield from _service(around, name)


def _packages() -> Finding:
    names = ["kefu", "kefu-shared", *(f"kefu-{name}" for name in SERVICES)]
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    absent = [name for name in names if name not in found]
    told = ", ".join(f"{name} {number}" for name, number in found.items())
    return Finding("packages", "note" if absent else "ok", told, f"not here: {', '.join(absent)}" if absent else "")


def _available_memory() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _server(around: Surroundings, thing: str, name: str, ask: Callable[[str], str], oldest: tuple[int, int]) -> Finding:
    url = around.get(name)
    if url is None:
        return Finding(thing, "note", f"{name} is not set", "start `make run`, which brings its own")
    try:
        found = ask(url)
    except (OSError, TimeoutError, ValueError, PyMongoError, aio_pika.exceptions.AMQPError) as error:
        return Finding(thing, "bad", logs.masked(str(error) or repr(error))[:200], f"is it up at {name}?")
    if tuple(int(part) for part in found.split(".")[:2]) < oldest:
        return Finding(thing, "bad", found, f"needs {'.'.join(map(str, oldest))} or newer")
    return Finding(thing, "ok", found)


def _rabbitmq_version(url: str) -> str:
    async def ask() -> str:
        async with asyncio.timeout(_PATIENCE), await aio_pika.connect(url) as connection:
            assert connection.transport is not None
            told = connection.transport.connection.server_properties["version"]
            return told.decode() if isinstance(told, bytes) else str(told)

    return asyncio.run(ask())


def _mongodb_version(url: str) -> str:
    with MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=_PATIENCE * 1000) as client:
        return str(client.server_info()["version"])


def _staff(around: Surroundings) -> Finding:
    if around.get("JWT_PRIVATE_KEY_FILE") is None:
        return Finding("staff", "note", "JWT_PRIVATE_KEY_FILE is not set", "tokens come from elsewhere: KEFU_TOKEN")
    try:
        private, public = around.path("JWT_PRIVATE_KEY_FILE"), around.path("JWT_PUBLIC_KEY_FILE")
        issuer, audience = (around.get(name) or "kefu" for name in ("JWT_ISSUER", "JWT_AUDIENCE"))
        asyncio.run(StaffTokens(LocalKey(public, issuer, audience)).verify(local_token(around, Role.OPERATOR)))
    except (Trouble, Unauthenticated) as error:
        return Finding("staff", "bad", str(error), "the two key files must be a pair; `make run` makes one")
    if private.stat().st_mode & 0o077:
        return Finding("staff", "bad", f"{private} can be read by others", f"chmod 600 {private}")
    return Finding("staff", "ok", f"tokens signed with {private.name} are accepted")


def _identity_provider(around: Surroundings) -> Finding:
    thing, issuer = "identity provider", around.get("OIDC_ISSUER")
    if issuer is None:
        return Finding(thing, "note", "OIDC_ISSUER is not set", "only tokens of the local key are taken")
    try:
        provider = IdentityProvider(
            issuer,
            around.get("OIDC_AUDIENCE") or "kefu",
            read_policies(GroupRoles, around.path("SIGN_IN_POLICY")),
            authority=around.path("OIDC_AUTHORITY_FILE") if around.get("OIDC_AUTHORITY_FILE") else None,
        )
    except (Trouble, ValueError) as error:
        return Finding(thing, "bad", str(error), "docs/signin.md says what the files hold")
    asyncio.run(provider.refresh())
    if trouble := provider.trouble():
        return Finding(thing, "bad", trouble, "is it up, and is OIDC_ISSUER what its tokens name in iss?")
    return Finding(thing, "ok", f"{issuer} answers; keys: {', '.join(provider.key_names)}")


def _departments(around: Surroundings) -> Finding:
    if around.get("API_KEYS_FILE") is None:
        return Finding("departments", "note", "API_KEYS_FILE is not set", "no department gets in over HTTP")
    file = around.path("API_KEYS_FILE")
    known = DepartmentKeys(file).departments()
    if not known:
        return Finding("departments", "bad", f"{file} names no department", "`kefu api-key <department>` makes a key")
    return Finding("departments", "ok", ", ".join(known))


def _service(around: Surroundings, name: str) -> Iterator[Finding]:
    if around.get(f"{name.upper()}_URL") is None:
        yield Finding(name, "note", f"{name.upper()}_URL is not set", "start `make run`")
        return
    url = around.service_url(name)
    try:
        told = httpx.get(f"{url}/health/ready", timeout=_PATIENCE, trust_env=False).json()
        checks: dict[str, str] = told["checks"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        yield Finding(name, "bad", f"no answer at {url}: {error or type(error).__name__}", "look into its log")
        return
    for check, result in checks.items():
        if result != "ok":
            yield Finding(f"{name}: {check}", "bad", result)
    under_way = ", ".join(f"{told[figure]} {figure}" for figure in ("outbox", "overdue", "parked") if told.get(figure))
    yield Finding(name, "ok", f"{told['version']} at {url}" + (f", {under_way}" if under_way else ""))
