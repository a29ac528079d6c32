"""Where the kefu is that a command talks to: environment variables, and the `.run/env` of a running `make run`.

`.run/env` holds KEY=VALUE lines and is looked for in the current folder and those above it; a variable of the
environment wins over a line of the file. Known names: MONGO_URL, RABBIT_URL, <SERVICE>_URL for each service,
<DEPARTMENT>_INGRESS_URL and <DEPARTMENT>_API_KEY for each department, TIME_FILE, JWT_PRIVATE_KEY_FILE,
JWT_PUBLIC_KEY_FILE, API_KEYS_FILE, and KEFU_TOKEN for a token issued elsewhere.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from kefu.trouble import Trouble
from shared.time_source import TimeSource

SERVICES = ("intake", "orders", "complaints", "aftersales", "notify")
PLACE = Path(".run") / "env"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known about the kefu around us. `file` is the `.run/env` that was read, if there is one."""

    values: Mapping[str, str]
    file: Path | None = None

    def get(self, name: str) -> str | None:
        """A value, or nothing when it is not set or empty."""
        return self.values.get(name) or None

    def need(self, name: str) -> str:
        """A value. Trouble when it is not set."""
        value = self.get(name)
        if value is None:
            where = f"{self.file} does not name it" if self.file else f"there is no {PLACE} here (is `make run` up?)"
            raise Trouble(f"{name} is not set and {where}; set it in the environment")
        return value

    def path(self, name: str) -> Path:
        """A file that must be named. One that `.run/env` names relatively is relative to the folder of `.run`."""
        path = Path(self.need(name))
        named_by_file = self.file is not None and os.environ.get(name) is None
        return self.file.parent.parent / path if named_by_file and self.file and not path.is_absolute() else path

    def service_url(self, service: str) -> str:
        """Where a service's API is."""
        return self.need(f"{service.upper()}_URL").rstrip("/")

    def time(self) -> TimeSource:
        """The time that the services follow."""
        return TimeSource.from_file(self.path("TIME_FILE")) if self.get("TIME_FILE") else TimeSource()


def surroundings() -> Surroundings:
    """What the environment and the nearest `.run/env` say."""
    here = Path.cwd()
    file = next((folder / PLACE for folder in (here, *here.parents) if (folder / PLACE).is_file()), None)
    from_file = dotenv_values(file, interpolate=False) if file else {}
    said = {name: value for name, value in from_file.items() if value is not None}
    return Surroundings(said | os.environ, file)
