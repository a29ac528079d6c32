"""`kefu time`: the time that the services follow."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from kefu.console import say
from kefu.surroundings import Surroundings, surroundings
from kefu.times import company_zone, length, moment
from kefu.trouble import Trouble
from shared.time_source import TimeSource, write

app = typer.Typer(help="Show the time that the services follow, set it, or let it run faster.", add_completion=False)

Rate = Annotated[float, typer.Argument(min=0, help="1 is real time, 3600 an hour in a second, 0 stops.")]


@app.callback(invoke_without_command=True)
def show(context: typer.Context) -> None:
    """Show the time that the services follow, set it, or let it run faster."""
    if context.invoked_subcommand is None:
        around = surroundings()
        _tell(around, around.time())


@app.command("set")
def set_time(
    at: Annotated[str, typer.Argument(help="2026-03-02T09:00; without an offset in the company's zone.")],
    rate: Annotated[float | None, typer.Option(min=0, help="How fast it runs from then on.")] = None,
) -> None:
    """Set the time. What falls due on the way fires; setting it back brings nothing back."""
    around = surroundings()
    wanted = moment(at, company_zone(around))
    _write(around, wanted, around.time().rate if rate is None else rate)


@app.command("rate")
def set_rate(rate: Rate) -> None:
    """Let time pass faster or slower from now on."""
    around = surroundings()
    _write(around, around.time().now(), rate)


@app.command("advance")
def advance(by: Annotated[str, typer.Argument(help="For example 30m, 6d or 2w.")]) -> None:
    """Go forward in time."""
    around = surroundings()
    time = around.time()
    _write(around, time.now() + length(by), time.rate)


def _write(around: Surroundings, at: datetime, rate: float) -> None:
    file: Path = around.path("TIME_FILE")
    try:
        write(file, at, rate)
    except (OSError, ValueError) as error:
        raise Trouble(f"the time cannot be set: {error}") from None
    _tell(around, TimeSource.from_file(file))


def _tell(around: Surroundings, time: TimeSource) -> None:
    local = time.now().astimezone(company_zone(around))
    speed = {0.0: "standing still", 1.0: "in real time"}.get(time.rate, f"at {time.rate:g} times real time")
    say(f"{local:%Y-%m-%d %H:%M:%S %a %z}, {speed}")
