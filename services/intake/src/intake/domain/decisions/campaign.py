"""How a campaign is started, what came of each customer on its list, and how it is summed up."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from uuid import UUID

from intake.domain.campaign import Campaign
from intake.domain.figures.shares import shared_out
from intake.domain.lifecycle import CAMPAIGN
from intake.domain.parts.prospect import Prospect, ProspectOutcome
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused, must_be_near
from shared.clocks import GivenEnd, Matter
from shared.contracts.intake import CampaignCompleted, CampaignStarted, ReportPublished
from shared.contracts.intake.work import CampaignKind
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerId, Line, Prose, StaffId


def start_campaign(
    id: UUID,
    kind: CampaignKind,
    name: Line,
    wish: Line | None,
    target: int | None,
    until: date,
    customers: Sequence[CustomerId],
    abilities: Mapping[StaffId, Decimal],
    rules: Rules,
    cause: Cause,
) -> Change[Campaign]:
    """The list is drawn and shared out among these colleagues by their ability (002 二3, 八(二)1, 一3a).

    Without a target the aim is every customer. Refused with `empty_list` when no customer fits, `above_list` for a
    target of more customers than fit, `past_day` for an end that has passed, `far_day` for one far ahead,
    `no_colleague` when there is no specialist to call.
    """
    if not customers:
        raise Refused("no customer fits; draw the list by other criteria", "empty_list")
    if target is not None and target > len(customers):
        raise Refused(f"the list has {len(customers)} customers; aim at that many at most", "above_list", "target")
    if until < rules.calendar.day(cause.at):
        raise Refused(f"{until} has passed; name a day that is still to come", "past_day", "until")
    must_be_near(until, cause, "until")
    policy = rules.on(cause.at)
    staff = shared_out(len(customers), abilities)
    campaign = Campaign(
        id=id,
        kind=kind,
        name=name,
        wish=wish,
        target=target or len(customers),
        until=until,
        started_at=cause.at,
        policy_version=policy.version,
        prospects=tuple(
            Prospect(customer_id=customer, staff=each) for customer, each in zip(customers, staff, strict=True)
        ),
    )
    said = CampaignStarted(
        campaign_id=id,
        kind=kind,
        name=name,
        customers=len(customers),
        assignees=campaign.staff,
        until=until,
    )
    clock = policy.campaigns.clock
    last = clock.term.due(rules.calendar.moment(until, time()), rules.calendar)
    end = GivenEnd(last, f"活动结束日{until:%Y-%m-%d}加制度规定的时限")
    start = rules.clocks.start(clock, Matter(about=name), cause, policy=policy, due_at=end)
    return Change(campaign, (said,)).then(start)


def record(campaign: Campaign, files: Sequence[CustomerId], outcome: ProspectOutcome, cause: Cause) -> Change[Campaign]:
    """What came of a customer on the list, by the colleague whose it is or another one; the latest word counts.

    `files` are all files of that person, the one that was named first: the list may have been drawn before they were
    merged. IllegalTransition when the campaign is summed up; refused with `not_listed` for a customer who is not on
    the list, `by_callback` where the callback itself tells.
    """
    CAMPAIGN.must(campaign.stage, "record")
    if campaign.kind != "telemarketing":
        raise Refused("complete or waive the customer's callback; it tells the campaign", "by_callback")
    return _noted(campaign, files, outcome, cause)


def note_call(campaign: Campaign, files: Sequence[CustomerId], cause: Cause) -> Change[Campaign]:
    """The callback to the person of these files was made. Nothing changes when the campaign is summed up."""
    if not CAMPAIGN.allows(campaign.stage, "note_call"):
        return Change(campaign)
    return _noted(campaign, files, "attained", cause)


def complete(campaign: Campaign, lessons: Prose, rules: Rules, cause: Cause) -> Change[Campaign]:
    """The summary: target, use of the list, colleagues, who refused, lessons (002 二3, 八(二)3). It stays as it is.

    IllegalTransition the second time.
    """
    CAMPAIGN.must(campaign.stage, "complete")
    progress = campaign.progress
    completed = CampaignCompleted.of(
        progress,
        campaign_id=campaign.id,
        kind=campaign.kind,
        name=campaign.name,
        refused_customers=campaign.refused,
        lessons=lessons,
    )
    published = ReportPublished(
        report_id=cause.derive("summary"),
        kind="callback_summary" if campaign.kind != "telemarketing" else "campaign_summary",
        title=f"{campaign.name[:150]}总结报告",
        period=f"{rules.calendar.day(cause.at):%Y-%m}",
        path=f"/campaigns/{campaign.id}",
        figures=progress.model_dump(mode="json"),
        audience=(Role.CS_SUPERVISOR, Role.CS_MANAGER),
    )
    closed = campaign.but(stage="completed", lessons=lessons, completed_at=cause.at)
    return Change(closed, (completed, published)).then(rules.clocks.stop(cause=cause))


def _noted(campaign: Campaign, files: Sequence[CustomerId], outcome: ProspectOutcome, cause: Cause) -> Change[Campaign]:
    listed = {each.customer_id for each in campaign.prospects}
    whose = next((each for each in files if each in listed), None)
    if whose is None:
        raise Refused("this customer is not on the campaign's list", "not_listed", "customer_id")
    noted = tuple(
        each.but(outcome=outcome, at=cause.at) if each.customer_id == whose else each for each in campaign.prospects
    )
    return Change(campaign.but(prospects=noted))
