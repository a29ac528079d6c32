"""What is proposed in a case, beside those who may approve it, and the forms that decide on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from complaints.domain.complaint import Complaint
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.resolution import Proposal
from complaints.domain.policy.authority import AuthorityMatrix
from complaints.pages.words import REMEDIES
from shared.aggregate import one_person
from shared.contracts.complaints import Remediation
from shared.contracts.roles import Role
from shared.identity import Principal
from shared.language import _, listed
from shared.pages.forms import Choice, Filled
from shared.pages.words import money

WHO_BY_AMOUNT = "按金额，见方案"
BY_AMOUNT = ("approve", "reject")
"""The decisions on a proposal, which depend on its amounts."""

Said = Callable[[datetime], str]
"""A moment in the company's zone."""


@dataclass(frozen=True, slots=True)
class Option:
    """One proposed solution; `roles` may approve its amount, and `may` says whether the reader may."""

    number: int
    kind: str
    description: str
    amount: str
    roles: str
    may: bool


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """A proposal with its options and what became of it."""

    proposal: Proposal
    at: str
    options: tuple[Option, ...]
    verdict: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a case: the role in which they would decide on a proposal, and whether the proposal is their own."""

    principal: Principal
    role: Role | None
    own: bool

    @classmethod
    def of(cls, asker: Principal, case: Complaint) -> Self:
        """The first of the asker's roles that the table lets in, as the API takes it."""
        role = next((role for role in COMPLAINT.roles("approve") if role in asker.roles), None)
        waits = case.stage == "proposed"
        return cls(asker, role, waits and one_person(case.proposals[-1].proposed_by) == one_person(asker.id))


def shown_proposals(
    case: Complaint, authority: AuthorityMatrix, role: Role | None, said: Said
) -> tuple[ShownProposal, ...]:
    """The latest first."""
    return tuple(
        ShownProposal(
            proposal,
            said(proposal.at) if proposal.at else "",
            tuple(_option(number, each, authority, role) for number, each in enumerate(proposal.options, start=1)),
            _verdict(case, proposal, said),
        )
        for proposal in reversed(case.proposals)
    )


def _option(number: int, option: Remediation, authority: AuthorityMatrix, role: Role | None) -> Option:
    needed = authority.bands.index(authority.band(option.amount))
    roles = dict.fromkeys(_(each.chinese) for band in authority.bands[needed:] for each in band.roles)
    may = role is not None and authority.allows(role, option.amount)
    return Option(number, _(REMEDIES[option.kind]), option.description, money(option.amount), listed(roles), may)


def _verdict(case: Complaint, proposal: Proposal, said: Said) -> str:
    """What was decided on it, by whom and when; empty as long as it waits."""
    for verdict in case.verdicts:
        if verdict.proposal_id == proposal.proposal_id:
            option = verdict.option
            what = _("{time} {who}（{role}）核准：{option}") if option else _("{time} {who}（{role}）退回")
            told = what.format(
                time=said(verdict.at),
                who=verdict.approver,
                role=_(verdict.role.chinese),
                option=option.description if option else "",
            )
            return _("；").join(filter(None, (told, verdict.note)))
    return ""


def decided_by_others(case: Complaint, proposals: tuple[ShownProposal, ...], reader: Reader) -> dict[str, str]:
    """Which decisions on the proposal are not the reader's, and whose they are: that depends on its amounts."""
    if case.stage != "proposed":
        return {}
    may = [option.may and not reader.own for option in proposals[0].options]
    return {name: _(WHO_BY_AMOUNT) for name, mine in (("approve", any(may)), ("reject", all(may))) if not mine}


def verdict_forms(shown: ShownProposal) -> dict[str, Filled]:
    """The forms that decide on a proposal: they name the one that was seen."""
    given = {"proposal": str(shown.proposal.proposal_id)}
    options = [
        Choice(
            str(option.number - 1),
            _("{n} {kind}，{amount}").format(n=option.number, kind=option.kind, amount=option.amount),
            option.may,
            "" if option.may else _("由{roles}核准").format(roles=option.roles),
        )
        for option in shown.options
    ]
    several = shown.proposal.customer_may_choose and len(options) > 1
    preferred = str(shown.proposal.preferred)
    approve = Filled(given, {"option": options, "also": options if several else ()}, {"option": preferred})
    return {"approve": approve, "reject": Filled(given)}


def limit_of(authority: AuthorityMatrix, role: Role) -> str:
    """What the reader may approve, in words; empty for whom the matrix gives nothing."""
    limit = authority.limit(role)
    if limit is None:
        return _("您可核决任何金额")
    return _("您可核决至{amount}").format(amount=money(limit)) if limit.amount else ""
