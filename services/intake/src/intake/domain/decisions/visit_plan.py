"""How a visit is planned, prepared, and begun."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from intake.domain.contact_log import ContactLog
from intake.domain.customer import Customer
from intake.domain.lifecycle import VISIT_PLAN
from intake.domain.parts.kit import KitItem
from intake.domain.parts.withdrawal import CUSTOMER_ERASED
from intake.domain.policy.policy import Rules
from intake.domain.visit_plan import VisitPlan
from shared.aggregate import Cause, Change, Refused, must_be_near
from shared.clocks import GivenEnd, Matter
from shared.contracts.intake import VisitScheduled
from shared.contracts.vocabulary import Line, Prose, StaffId


def must_be_known(log: ContactLog, rules: Rules, cause: Cause) -> None:
    """A customer is visited or invited after the answers on the phone are recorded (001 售前三a, 四a).

    Refused with `answers_missing`, naming the questions that no record answers.
    """
    call = rules.on(cause.at).presales
    if missing := call.open(log.answers()):
        asked = "; ".join(f"{name} {call.questions[name]}" for name in missing)
        raise Refused(f"call the customer first and record the answers to: {asked}", "answers_missing")


def plan(
    id: UUID,
    customer: Customer,
    log: ContactLog,
    staff: StaffId,
    appointed: datetime,
    travel: timedelta,
    interest: Prose,
    consent: Line,
    samples: Collection[Line],
    rules: Rules,
    cause: Cause,
) -> Change[VisitPlan]:
    """A visit to a customer who is known, interested and has agreed; kit and samples go along (001 售前三).

    Refused with `answers_missing`, and with `too_soon` when the way is longer than the time that is left,
    and with `far_day` for a time far ahead.
    """
    must_be_known(log, rules, cause)
    policy = rules.on(cause.at)
    arrive_by = appointed - policy.visits.early
    if arrive_by - travel < cause.at:
        raise Refused(
            "with this way one does not arrive ten minutes early; agree on a later time", "too_soon", "appointed_at"
        )
    must_be_near(appointed, cause, "appointed_at")
    kit = (*(KitItem(name=name) for name in policy.visits.kit), *(KitItem(name=name, sample=True) for name in samples))
    planned = VisitPlan(
        id=id,
        customer_id=customer.id,
        customer=customer.snapshot(),
        staff=staff,
        appointed_at=appointed,
        arrive_by=arrive_by,
        travel=travel,
        interest=interest,
        consent=consent,
        policy_version=policy.version,
        kit=kit,
    )
    said = VisitScheduled(
        visit_id=id,
        customer=planned.customer,
        staff=staff,
        at=appointed,
        consent=consent,
        checklist=policy.visits.kit,
        samples=tuple(samples),
    )
    matter = Matter(about=customer.particulars.name, customer_id=customer.id)
    end = GivenEnd(arrive_by, "约定的上门时间减去应提前到达的时间")
    start = rules.clocks.start(policy.visits.clock, matter, cause, policy=policy, assignee=staff, due_at=end)
    return Change(planned, (said,)).then(start)


def tick_off(visit: VisitPlan, names: Collection[Line], cause: Cause) -> Change[VisitPlan]:
    """These things are in the bag. IllegalTransition after the arrival; refused with `not_on_the_list` for others."""
    VISIT_PLAN.must(visit.stage, "tick_off")
    if strange := sorted(set(names) - {item.name for item in visit.kit}):
        raise Refused(f"not on this visit's list: {', '.join(strange)}", "not_on_the_list", "names")
    kit = tuple(
        item.but(ticked_at=cause.at) if item.name in names and item.ticked_at is None else item for item in visit.kit
    )
    return Change(visit.but(kit=kit))


def arrive(visit: VisitPlan, rules: Rules, cause: Cause) -> Change[VisitPlan]:
    """The visitor is with the customer; whether in time follows from the two times (001 售前三c)."""
    VISIT_PLAN.must(visit.stage, "arrive")
    return Change(visit.but(stage="arrived", arrived_at=cause.at)).then(rules.clocks.stop(cause=cause))


def cancel(visit: VisitPlan, reason: Line, rules: Rules, cause: Cause) -> Change[VisitPlan]:
    """The visit does not take place. IllegalTransition after the arrival."""
    VISIT_PLAN.must(visit.stage, "cancel")
    return Change(visit.but(stage="cancelled", cancelled_because=reason)).then(rules.clocks.drop(cause=cause))


def call_off(visit: VisitPlan, rules: Rules, cause: Cause) -> Change[VisitPlan]:
    """The customer was erased and is not visited. Nothing changes after the arrival."""
    planned = VISIT_PLAN.allows(visit.stage, "cancel")
    return cancel(visit, CUSTOMER_ERASED, rules, cause) if planned else Change(visit)
