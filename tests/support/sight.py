"""What a colleague has read before deciding on it: the id that the view shows and that the request names."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import httpx

from complaints.domain.allowance import Allowance
from complaints.domain.complaint import Complaint
from complaints.domain.corrective_action import CorrectiveAction
from complaints.domain.goods_return import GoodsReturn

Paper = TypeVar("Paper", Allowance, GoodsReturn)

NOTHING = UUID(int=0)
"""The id of nothing that anybody could have read."""


def proposal(case: Complaint) -> UUID:
    """The latest proposal of a case."""
    return case.proposals[-1].proposal_id if case.proposals else NOTHING


def proposed(case: Complaint) -> tuple[Complaint, UUID]:
    """A case with its latest proposal, as it was read."""
    return case, proposal(case)


def petitioned(case: Complaint) -> tuple[Complaint, UUID]:
    """A case with its petition, as it was read."""
    return case, case.appeal.petition_id if case.appeal else NOTHING


def lost(case: Complaint) -> tuple[Complaint, UUID]:
    """A case with what our departments bear of its loss, as it was read."""
    return case, case.submitted_loss.loss_id if case.submitted_loss else NOTHING


def drawn(what: Paper) -> tuple[Paper, UUID]:
    """A certificate or a note, as it was drawn up last."""
    paper = what.drawn if isinstance(what, Allowance) else what.note
    return what, paper.paper_id if paper else NOTHING


def compared(note: GoodsReturn) -> tuple[GoodsReturn, UUID]:
    """A note with its latest comparison, as it was read."""
    return note, note.compared.comparison_id if note.compared else NOTHING


def tried(action: CorrectiveAction) -> tuple[CorrectiveAction, UUID]:
    """An improvement with its latest attempt, as it was examined."""
    return action, action.attempts[-1].attempt_id if action.attempts else NOTHING


async def walk(
    ask: Callable[..., Awaitable[httpx.Response]], path: str, steps: list[tuple[str, str, Any]]
) -> list[httpx.Response]:
    """The answers to these decisions in their order: role, verb, and a body or what makes it of the answer before."""
    answers: list[httpx.Response] = []
    for role, verb, body in steps:
        given = body(answers[-1].json()) if callable(body) else body
        answers.append(await ask(role, "POST", f"{path}/{verb}", given))
    return answers
