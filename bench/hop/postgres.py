"""A PostgreSQL of our own for the ways that need one: Debian's, with its defaults, in a folder that is thrown away."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import chown

from kefu.trouble import Trouble
from kefu_local.ports import LOOPBACK
from kefu_local.process import Process

USER = "postgres"
CACHE = "2GB"
"""Of shared buffers: as much as the mongod of the other ways has."""


@dataclass(frozen=True)
class Postgres:
    """A running server. Nothing of its durability is turned off."""

    binaries: Path
    port: int
    pid: int

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@{LOOPBACK}:{self.port}/{database}"

    def create(self, database: str) -> None:
        self._run("createdb", database)

    def drop(self, database: str) -> None:
        self._run("dropdb", "--if-exists", "--force", database)
        self._run("dropdb", "--if-exists", "--force", f"{database}_dbos_sys")

    def _run(self, command: str, *arguments: str) -> None:
        reached = ("--host", LOOPBACK, "--port", str(self.port), "--username", USER)
        subprocess.run([self.binaries / command, *reached, *arguments], check=True, capture_output=True)


@contextmanager
def postgres(folder: Path, port: int) -> Iterator[Postgres]:
    """A fresh cluster for as long as the block runs. It refuses to run as root, who runs it as its own user."""
    binaries = installed()
    if binaries is None:
        raise Trouble("There is no PostgreSQL here: apt-get install postgresql")
    data = folder / "postgres"
    data.mkdir()
    as_user: tuple[str, ...] = ()
    if os.getuid() == 0:
        folder.chmod(0o711)
        chown(data, USER, USER)
        as_user = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--")
    made = ("--pgdata", str(data), "--username", USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8")
    subprocess.run([*as_user, str(binaries / "initdb"), *made], check=True, capture_output=True, cwd="/")
    settings = (f"listen_addresses={LOOPBACK}", f"port={port}", f"shared_buffers={CACHE}", "max_connections=200")
    options = [option for setting in settings for option in ("-c", setting)]
    command = [*as_user, str(binaries / "postgres"), "-D", str(data), "-k", str(data), *options]
    process = Process("postgres", command, env={"PATH": os.environ["PATH"]}, log=folder / "postgres.log")
    process.start()
    ready = [str(binaries / "pg_isready"), "--quiet", "--host", LOOPBACK, "--port", str(port)]
    try:
        process.wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, seconds=60)
        yield Postgres(binaries, port, process.pid)
    finally:
        process.stop()


def installed() -> Path | None:
    """Where the newest server is, as Debian installs it (apt-get install postgresql)."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None
