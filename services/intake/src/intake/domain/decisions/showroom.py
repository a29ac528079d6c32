"""How a tour of the showroom is booked, prepared, led and judged."""

from collections.abc import Iterator, KeysView, Mapping
from datetime import datetime
from uuid import UUID

from intake.domain.contact_log import ContactLog
from intake.domain.customer import Customer
from intake.domain.decisions.visit_plan import must_be_known
from intake.domain.lifecycle import SHOWROOM_VISIT
from intake.domain.parts.reception import Preparation, ReceptionTask, VisitorForm
from intake.domain.parts.withdrawal import CUSTOMER_ERASED
from intake.domain.policy.policy import Rules
from intake.domain.policy.showroom import ShowroomRule
from intake.domain.showroom_visit import ShowroomVisit
from shared.aggregate import Cause, Change, Refused, must_be_near
from shared.clocks import GivenEnd, Matter
from shared.contracts.intake import (
    NegativeFeedbackReceived,
    ShowroomStep,
    ShowroomVisitBooked,
    ShowroomVisitCancelled,
    ShowroomVisitCompleted,
)
from shared.contracts.vocabulary import Line, StaffId


def book(
    id: UUID,
    customer: Customer,
    log: ContactLog,
    arrival: datetime,
    party_size: int,
    needs_presentation: bool,
    host: StaffId,
    consent: Line,
    people: Mapping[str, StaffId],
    rules: Rules,
    cause: Cause,
) -> Change[ShowroomVisit]:
    """A potential customer who answered on the phone and agreed comes to the showroom (001 售前四).

    Refused with `answers_missing`; with `tasks_open` or `tasks_unknown` unless `people` names exactly one person for
    each task of the reception; with `too_soon` for a time that is over, `far_day` for one far ahead.
    """
    must_be_known(log, rules, cause)
    if arrival <= cause.at:
        raise Refused("the visitors come later than now; name that time", "too_soon", "at")
    must_be_near(arrival, cause, "at")
    policy = rules.on(cause.at)
    rule = policy.showroom
    visit = ShowroomVisit(
        id=id,
        customer_id=customer.id,
        customer=customer.snapshot(),
        at=arrival,
        party_size=party_size,
        needs_presentation=needs_presentation,
        host=host,
        consent=consent,
        policy_version=policy.version,
        preparations=tuple(_prepared(rule, party_size, needs_presentation)),
        tasks=_shared_out(rule, people),
    )
    calendar = rules.calendar
    said = ShowroomVisitBooked(
        visit_id=id,
        customer=visit.customer,
        at=arrival,
        party_size=party_size,
        needs_presentation=needs_presentation,
        host=host,
        told_at=calendar.moment(calendar.day(arrival), rule.told_at),
    )
    change = Change(visit, (said,))
    for task in visit.tasks:
        matter = Matter(about=f"{customer.particulars.name[:100]}：{task.title}", customer_id=customer.id)
        change = change.then(
            rules.clocks.start(
                rule.clock,
                matter,
                cause,
                policy=policy,
                assignee=task.staff,
                of=task.name,
                due_at=GivenEnd(arrival - rule.ready_before, "客户到店时间减去提前准备的时间"),
            )
        )
    return change


def do_task(visit: ShowroomVisit, name: str, rules: Rules, cause: Cause) -> Change[ShowroomVisit]:
    """One task of the reception is done. Refused with `tasks_unknown` for one that it does not have."""
    SHOWROOM_VISIT.must(visit.stage, "do_task")
    if name not in {task.name for task in visit.tasks}:
        raise Refused(f"the tasks are: {', '.join(task.name for task in visit.tasks)}", "tasks_unknown", "task")
    tasks = tuple(
        task.but(done_at=cause.at) if task.name == name and task.done_at is None else task for task in visit.tasks
    )
    clock = rules.of(visit).showroom.clock.name
    return Change(visit.but(tasks=tasks)).then(rules.clocks.stop(clock, cause=cause, of=name))


def complete(
    visit: ShowroomVisit,
    minutes: Mapping[str, int],
    decision_maker: Line,
    form: VisitorForm,
    rules: Rules,
    cause: Cause,
) -> Change[ShowroomVisit]:
    """The tour is over: how long each station took, who decides, and the visitors' form (001 售前四2, 4, 表2).

    Refused with `steps_open` or `steps_unknown` unless every station has its minutes, 0 for one that was left out;
    `not_begun` before the visitors come; `unsigned` without the customer's signature (表2). A
    dissatisfied visitor is a negative feedback.
    """
    SHOWROOM_VISIT.must(visit.stage, "complete")
    if cause.at < visit.at:
        raise Refused("the visitors are not there yet", "not_begun")
    if not form.signed:
        raise Refused("have the customer sign the visitors' form; without it there is no record", "unsigned")
    stations = rules.of(visit).showroom.stations
    _exactly(stations.keys(), minutes.keys(), "steps", "minutes", "say how long each station took")
    steps = tuple(ShowroomStep(name=station.title, minutes=minutes[name]) for name, station in stations.items())
    completed = visit.but(stage="completed", steps=steps, decision_maker=decision_maker, form=form)
    said = ShowroomVisitCompleted(
        visit_id=visit.id,
        customer_id=visit.customer_id,
        steps=steps,
        decision_maker=decision_maker,
        rating=form.rating,
        impression=form.impression,
        evaluation=form.evaluation,
        suggestion=form.suggestion,
        signed=form.signed,
    )
    change = Change(completed, (said, *_feedback(visit, form, cause)))
    return change.then(rules.clocks.drop(cause=cause))


def cancel(visit: ShowroomVisit, reason: Line, rules: Rules, cause: Cause) -> Change[ShowroomVisit]:
    """The visitors do not come. IllegalTransition after the tour."""
    SHOWROOM_VISIT.must(visit.stage, "cancel")
    said = ShowroomVisitCancelled(visit_id=visit.id, customer=visit.customer, at=visit.at, reason=reason)
    cancelled = Change(visit.but(stage="cancelled", cancelled_because=reason), (said,))
    return cancelled.then(rules.clocks.drop(cause=cause))


def call_off(visit: ShowroomVisit, rules: Rules, cause: Cause) -> Change[ShowroomVisit]:
    """The customer was erased: nothing is prepared for them. Nothing changes after the tour."""
    booked = SHOWROOM_VISIT.allows(visit.stage, "cancel")
    return cancel(visit, CUSTOMER_ERASED, rules, cause) if booked else Change(visit)


def _prepared(rule: ShowroomRule, party_size: int, needs_presentation: bool) -> Iterator[Preparation]:
    """Water and material by the number of visitors, the presentation where one is needed (001 售前四1)."""
    for supply in rule.supplies.values():
        if needs_presentation or not supply.for_presentation:
            yield Preparation(title=supply.title, quantity=party_size if supply.for_each else 1)


def _shared_out(rule: ShowroomRule, people: Mapping[str, StaffId]) -> tuple[ReceptionTask, ...]:
    _exactly(rule.tasks.keys(), people.keys(), "tasks", "people", "name a person for")
    return tuple(ReceptionTask(name=name, title=title, staff=people[name]) for name, title in rule.tasks.items())


def _exactly(asked: KeysView[str], given: KeysView[str], what: str, field: str, wish: str) -> None:
    if missing := [name for name in asked if name not in given]:
        raise Refused(f"{wish}: {', '.join(missing)}", f"{what}_open", field)
    if strange := sorted(given - asked):
        raise Refused(f"there is no {', '.join(strange)}; there are: {', '.join(asked)}", f"{what}_unknown", field)


def _feedback(visit: ShowroomVisit, form: VisitorForm, cause: Cause) -> tuple[NegativeFeedbackReceived, ...]:
    """What complaints has to hear of a visitor who is dissatisfied."""
    if form.rating != "dissatisfied":
        return ()
    text = form.suggestion or form.evaluation or form.impression or "展厅接待不满意"
    feedback = NegativeFeedbackReceived(
        feedback_id=cause.derive("feedback"),
        source="showroom",
        customer=visit.customer,
        dimension="showroom",
        text=text,
        severity="dissatisfied",
    )
    return (feedback,)
