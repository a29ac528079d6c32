"""`kefu replay`: logs of real orders played through the running system, with the clock following the log."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from kefu.console import say
from kefu.replay.audit import audit
from kefu.replay.olist import read
from kefu.replay.play import play
from kefu.replay.report import tell
from kefu.surroundings import surroundings

app = typer.Typer(
    help="Play a log of real orders through the running system.", no_args_is_help=True, add_completion=False
)


@app.callback()
def replay() -> None:
    """Play a log of real orders through the running system."""


@app.command("olist")
def olist(file: Annotated[Path, typer.Argument(help="A CSV file of orders, dates as M/D/YYYY H:MM.")]) -> None:
    """Play a shop's orders as what the departments would report; exit code 1 unless the audit is clean.

    The services' clock is set to where the log begins and stays where it ends; `kefu clock set` brings it back.
    """
    around = surroundings()
    log = read(file)
    say(f"{len(log.rows):,} orders until {log.end:%Y-%m-%d %H:%M}, {len(log.unreadable):,} rows that cannot be read")
    since = datetime.now(UTC)
    played = asyncio.run(play(around, log))
    found = audit(around, log, played.facts, since)
    tell(log, played, found)
    if not found.clean:
        raise typer.Exit(1)
