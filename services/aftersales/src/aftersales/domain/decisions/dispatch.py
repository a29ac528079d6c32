"""Sending a technician on the day, or with priority on the next (003 §7b, §11, 001 备注1)."""

from aftersales.domain.parts.service import SkillException
from aftersales.domain.policy.policy import Rules, Skill
from aftersales.domain.service_order import ServiceOrder
from shared.aggregate import Cause, Change, Refused
from shared.clocks import Matter
from shared.contracts.aftersales import ServiceDispatched
from shared.contracts.vocabulary import Line, Prose, StaffId


def dispatch(
    order: ServiceOrder,
    technician: StaffId,
    technician_name: Line | None,
    unskilled_because: Prose | None,
    rules: Rules,
    cause: Cause,
) -> Change[ServiceOrder]:
    """Send a technician, with priority if the job was left over, after opinion, fee and the customer's own money.

    A technician without a skill that the service needs goes only as an exception: `unskilled_because` says why. Refused
    when the window that was agreed with the customer is over (`appointment_past`).

    Source: 003 §7b, §11, 001 售后三-五, 备注1.
    """
    order.lifecycle.must(order.stage, "dispatch")
    order.must_be_dispatchable()
    _must_be_in_time(order, cause)
    lacking = rules.of(order).lacking(technician, order.item, order.content)
    exception = _exception(technician, lacking, unskilled_because, cause)
    dispatched = ServiceDispatched.of(
        order.about_customer,
        technician=technician,
        technician_name=technician_name,
        at=order.appointment.begins if order.appointment else cause.at,
        ends=order.appointment.ends if order.appointment else None,
        moved_from=order.put_off_from,
        priority=order.priority,
        carried_over_days=order.carried_over_days,
        lacking_skills=exception.lacking if exception else (),
    )
    away = order.but(
        stage="dispatched",
        technician=technician,
        dispatched_at=cause.at,
        skill_exception=exception,
        put_off_from=None,
    )
    sent = Change(away, (dispatched,))
    clock = rules.of(order).dispatch
    return sent.then(rules.clocks.stop(clock.name, cause=cause))


def _must_be_in_time(order: ServiceOrder, cause: Cause) -> None:
    if order.appointment is not None and order.appointment.ends <= cause.at:
        raise Refused(
            f"the window agreed with the customer ended at {order.appointment.ends.isoformat()}: agree on another one",
            "appointment_past",
        )


def _exception(
    technician: StaffId, lacking: tuple[Skill, ...], reason: Prose | None, cause: Cause
) -> SkillException | None:
    if not lacking:
        return None
    titles = tuple(skill.title for skill in lacking)
    if reason is None:
        raise Refused(
            f"{technician} lacks {', '.join(titles)}: send another technician, or say why in unskilled_because",
            "skill_missing",
            "technician",
        )
    return SkillException(lacking=titles, reason=reason, by=cause.actor.id, at=cause.at)


def carry_over(order: ServiceOrder, rules: Rules, cause: Cause) -> Change[ServiceOrder]:
    """Not dispatched on its day: the job goes to the manager, who dispatches it first tomorrow (003 §11)."""
    order.lifecycle.must(order.stage, "carry_over")
    left_over = order.but(priority=True, carried_over_days=order.carried_over_days + 1)
    return _set_the_day(left_over, rules, cause)


def await_dispatch(order: ServiceOrder, rules: Rules, cause: Cause) -> Change[ServiceOrder]:
    """The day's end is the time by which a technician has to be sent, once nothing is in the way of it.

    While money or parts are waited for no technician has to be sent. Unchanged for a job that waits to be dispatched
    already.
    """
    clock = rules.of(order).dispatch
    if not order.lifecycle.allows(order.stage, "dispatch"):
        return Change(order)
    if order.waits_for_money or order.waits_for_parts:
        return rules.clocks.drop(clock.name, cause=cause)(order)
    if order.clock(clock.name):
        return Change(order)
    return _set_the_day(order, rules, cause)


def _set_the_day(order: ServiceOrder, rules: Rules, cause: Cause) -> Change[ServiceOrder]:
    policy = rules.of(order)
    matter = Matter(about=order.voucher_no, customer_id=order.customer.customer_id if order.customer else None)
    return rules.clocks.start(policy.dispatch, matter, cause, policy=policy)(order)
