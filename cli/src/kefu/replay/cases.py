"""Tickets played as complaints: the complaints service itself, in this process, with a time that follows the log."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from heapq import merge
from time import monotonic
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from complaints.app import service
from complaints.settings import Settings
from kefu.replay.helpdesk import Closings, Desk, Ticket
from kefu.trouble import Trouble
from shared.contracts.complaints import ComplaintClosed, ComplaintFiled, DeadlineMissedByComplaints
from shared.contracts.event import Event
from shared.contracts.roles import Role
from shared.testing import World, in_memory, nowhere

CLOSING = "close_6d"
TERM = timedelta(days=6)
"""The term of `CLOSING` in the policy that comes with the service (003 §26.1): calendar days."""

_SETTLING: Sequence[tuple[Role, str, Mapping[str, Any]]] = (
    (Role.CS_MANAGER, "assign-owner", {"owner": "cs-manager-1", "visit_required": False}),
    (Role.COMPLAINT_HANDLER, "judge", {"upheld": False, "grounds": "按工单处理记录", "demand_reasonable": True}),
    (Role.COMPLAINT_HANDLER, "close", {"result": "工单已解决，感谢您的反馈"}),
)
"""What the log calls resolving, in the decisions of a complaint."""


async def play(desk: Desk) -> Closings:
    """Every ticket filed when it was opened and closed when it was first resolved, each at the second of the log.

    The service's own routes, decisions and deadlines run over its database in memory. Time goes on for a day and
    the term after the log's end, so that every clock that runs out has done so.
    """
    settings = nowhere(Settings)
    world = World(service(settings, in_memory("complaints", settings, at=desk.tickets[0].opened_at)))
    began, cases = monotonic(), dict[str, str]()
    for at, opens, ticket in _course(desk.tickets):
        await world.until(at)
        if opens:
            cases[ticket.name] = (await _asked(world, Role.CS_SPECIALIST, "/complaints", _said(ticket)))["complaint_id"]
        else:
            for role, decision, body in _SETTLING:
                await _asked(world, role, f"/complaints/{cases[ticket.name]}/{decision}", body)
    await world.until(desk.end + TERM + timedelta(days=1))
    return _summed(world.announced, cases, monotonic() - began)


def _course(tickets: Sequence[Ticket]) -> Sequence[tuple[datetime, bool, Ticket]]:
    opened = [(ticket.opened_at, True, ticket) for ticket in tickets]
    resolved = sorted(
        ((ticket.resolved_at, False, ticket) for ticket in tickets if ticket.resolved_at),
        key=lambda step: (step[0], step[2].name),
    )
    return tuple(merge(opened, resolved, key=lambda step: (step[0], not step[1])))


def _said(ticket: Ticket) -> Mapping[str, Any]:
    customer = str(uuid5(NAMESPACE_URL, f"urn:kefu:replay:helpdesk:{ticket.name}"))
    return {
        "customer": {"customer_id": customer, "name": ticket.name},
        "complainant": ticket.name,
        "channel": "web",
        "content": ticket.name,
    }


async def _asked(world: World, role: Role, path: str, body: Mapping[str, Any]) -> Any:
    answer = await world.ask(role, "POST", path, body)
    if answer.is_error:
        raise Trouble(f"complaints refuses {path}: {answer.text}")
    return answer.json()


def _summed(announced: Sequence[Event], cases: Mapping[str, str], seconds: float) -> Closings:
    names = {id: name for name, id in cases.items()}
    numbers = {
        event.complaint_no: names[str(event.complaint_id)] for event in announced if isinstance(event, ComplaintFiled)
    }
    closed = {event.complaint_no: event for event in announced if isinstance(event, ComplaintClosed)}
    missed = [event for event in announced if isinstance(event, DeadlineMissedByComplaints) and event.kind == CLOSING]
    return Closings(
        filed=len(numbers),
        closed=len(closed),
        missed=frozenset(numbers[event.about] for event in missed),
        closed_late=frozenset(numbers[number] for number, event in closed.items() if not event.within_six_days),
        open=frozenset(name for number, name in numbers.items() if number not in closed),
        seconds=seconds,
    )
