"""Intake as a process of its own, with the audit trail, or with `--silent` and without it; settings as intake's."""

import sys

from intake.app import service
from intake.settings import Settings
from shared.plumbing import Plumbing
from shared.service import Service, main


def _silent(*_: object) -> None:
    """Keep nothing about a request."""


def served(settings: Settings) -> Service:
    plumbing = Plumbing("intake", settings)
    if "--silent" in sys.argv:
        plumbing.trail.note = _silent  # type: ignore[method-assign]
    return service(settings, plumbing)


if __name__ == "__main__":
    main(served, Settings)
