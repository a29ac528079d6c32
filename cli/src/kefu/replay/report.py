"""What a replay is told with at its end: figures, messages, rows that could not be read, and the audit."""

from datetime import timedelta

from rich.table import Table
from rich.text import Text

from kefu.console import out
from kefu.replay.audit import Audit, Line, compare
from kefu.replay.helpdesk import Closings, Desk
from kefu.replay.ocel import ShopLog, Sold
from kefu.replay.olist import Log
from kefu.replay.play import Played

_UNREADABLE_SHOWN = 20


def tell(log: Log, played: Played, audit: Audit) -> None:
    """Print the report."""
    _tell_unreadable(log)
    per_second = f"{len(played.facts) / played.seconds:,.0f} facts/s, {played.handled / played.seconds:,.0f} messages/s"
    _table(
        "replay",
        ("orders in the log", f"{len(log.rows):,}"),
        ("orders placed", f"{audit.placed:,}"),
        ("orders delayed", f"{audit.delayed:,}"),
        ("facts told", f"{len(played.facts):,} in {played.seconds:,.1f} s"),
        ("messages on the bus", f"{played.handled:,}"),
        ("speed", per_second),
        ("dead letters", f"{audit.dead:,}"),
    )
    _table("messages to customers", *((" ".join(kind), f"{count:,}") for kind, count in audit.messages.items()))
    _table("audit", *((line.what, _judged(line)) for line in audit.lines))
    verdict = "clean, every fact had its effect, none twice" if audit.clean else "NOT clean"
    out.print(f"audit: {verdict}", style=_colour(audit.clean))


def tell_desk(desk: Desk, played: Closings, term: timedelta) -> bool:
    """Print what became of a help desk's tickets; returns whether the clocks were missed that the log says."""
    late = {ticket.name for ticket in desk.tickets if ticket.late(term)}
    _table(
        "replay",
        ("tickets in the log", f"{len(desk.tickets):,}"),
        ("complaints filed", f"{played.filed:,} in {played.seconds:,.1f} s"),
        ("closed in time", f"{played.closed - len(played.closed_late):,}"),
        ("closed after six days", f"{len(played.closed_late):,}"),
        ("never closed", f"{len(played.open):,}"),
    )
    line = compare("closing clocks missed", dict.fromkeys(late, True), ((name, True) for name in played.missed))
    _table("audit", (line.what, _judged(line)))
    agrees = line.clean and played.filed == len(desk.tickets)
    verdict = "clean, the service missed the clocks that the log says it should" if agrees else "NOT clean"
    out.print(f"audit: {verdict}", style=_colour(agrees))
    return agrees


def tell_shop(log: ShopLog, sold: Sold, promised_days: int) -> bool:
    """Print what became of a shop's orders; returns whether the service told and asked what the log counts."""
    orders, terms = log.orders.values(), sold.terms
    theirs = sum(each.reminders for each in orders)
    failed = sum(len(each.failed_at) for each in log.packages.values())
    _table(
        "replay",
        ("orders in the log", f"{len(orders):,}"),
        ("orders closed", f"{sold.closed:,} in {sold.seconds:,.1f} s"),
        ("failed deliveries in the log", f"{failed:,}, of packages with goods of several orders"),
        ("told again, once paid for", f"{sum(sold.told_again.values()):,}, to each order's customer"),
        ("reminders in the log", f"{theirs:,}, by the shop's own rule"),
        (
            "reminders by ours",
            f"{sum(sold.reminded.values()):,}, {', '.join(map(str, terms.reminder_days))} days after a due day "
            f"{terms.due_days} days after the order",
        ),
    )
    reminders = log.reminders(terms.due_days, terms.reminder_days, terms.desk_opens)
    lines = (
        compare("orders asked for their price", {each.no: each.total for each in orders}, sold.due.items()),
        compare("delays told", log.late(promised_days), sold.delayed.items()),
        compare("second deliveries told", log.second_deliveries(), sold.told_again.items()),
        compare("goods that left unpaid, looked into", log.unpaid_departures(), sold.unpaid.items()),
        compare("items out of stock, looked into", log.shortages(), sold.short.items()),
        compare("prices overdue", log.overdue(terms.due_days), sold.overdue.items()),
        compare("orders reminded, as often", reminders, sold.reminded.items()),
    )
    _table("audit", *((line.what, _judged(line)) for line in lines))
    agrees = all(line.clean for line in lines) and sold.placed == len(orders)
    verdict = "clean, the service told and asked what the log counts" if agrees else "NOT clean"
    out.print(f"audit: {verdict}", style=_colour(agrees))
    return agrees


def _tell_unreadable(log: Log) -> None:
    for row in log.unreadable[:_UNREADABLE_SHOWN]:
        out.print(f"line {row.line} cannot be read: {row.reason}", style="yellow", markup=False)
    if len(log.unreadable) > _UNREADABLE_SHOWN:
        out.print(f"and {len(log.unreadable) - _UNREADABLE_SHOWN} more lines that cannot be read", style="yellow")


def _judged(line: Line) -> Text:
    told = f"{line.found:,} of {line.expected:,}" + "".join(f"; {each}" for each in line.wrong)
    return Text(told, style=_colour(line.clean))


def _colour(good: bool) -> str:
    return "green" if good else "bold red"


def _table(title: str, *rows: tuple[str, str | Text]) -> None:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, show_header=False, pad_edge=False)
    for name, value in rows:
        table.add_row(name, value)
    out.print(table, soft_wrap=False)
    out.print()
