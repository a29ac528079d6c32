"""`kefu replay`: logs of real orders and of real tickets played through the services, with the time following."""

import asyncio
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from kefu.console import say
from kefu.replay import helpdesk as desks
from kefu.replay import ocel as shops
from kefu.replay.audit import audit
from kefu.replay.olist import read
from kefu.replay.play import play
from kefu.replay.report import tell, tell_desk, tell_shop
from kefu.surroundings import surroundings
from kefu.trouble import Trouble

app = typer.Typer(
    help="Play a log of real orders or tickets through the services.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def replay() -> None:
    """Play a log of real orders or of real tickets through the services."""


@app.command("olist")
def olist(file: Annotated[Path, typer.Argument(help="A CSV file of orders, dates as M/D/YYYY H:MM.")]) -> None:
    """Play a shop's orders as what the departments would report; exit code 1 unless the audit is clean.

    The services' time is set to where the log begins and stays where it ends; `kefu time set` brings it back.
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


@app.command("ocel")
def ocel(file: Annotated[Path, typer.Argument(help="A CSV file of an object-centric log of orders.")]) -> None:
    """Play a shop's orders, packages and payments; exit code 1 unless the service tells and asks what the log counts.

    The orders service runs in this process, with a time of its own; no server is needed and none is changed.
    """
    log = shops.read(file)
    say(f"{len(log.orders):,} orders in {len(log.packages):,} packages until {log.end:%Y-%m-%d %H:%M}")
    shop = _beside("kefu.replay.shop", "orders")
    if not tell_shop(log, asyncio.run(shop.play(log)), shop.PROMISED_DAYS):
        raise typer.Exit(1)


def _beside(module: str, service: str) -> ModuleType:
    """A module that runs a service in this process. Trouble when the service is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        raise Trouble(f"the {service} service has to be installed beside the command: {missing}") from None


@app.command("helpdesk")
def helpdesk(file: Annotated[Path, typer.Argument(help="An XES log of tickets, packed with gzip or not.")]) -> None:
    """Play a help desk's tickets as complaints; exit code 1 unless the clocks are missed that the log says.

    The complaints service runs in this process, with a time of its own; no server is needed and none is changed.
    """
    desk = desks.read(file)
    say(f"{len(desk.tickets):,} tickets until {desk.end:%Y-%m-%d %H:%M}")
    cases = _beside("kefu.replay.cases", "complaints")
    played = asyncio.run(cases.play(desk))
    if not tell_desk(desk, played, cases.TERM):
        raise typer.Exit(1)
