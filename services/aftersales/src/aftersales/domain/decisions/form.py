"""Who writes which block of form 1: operations how it is handled, the executor what was found (001 表1, 售后三)."""

from datetime import date
from typing import Literal
from uuid import UUID

from aftersales.domain.parts.blocks import Execution, Opinion, Signature
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder, hands_in
from shared.aggregate import Cause, Change, Refused, must_be_another, must_be_near
from shared.clocks import Matter
from shared.contracts.aftersales import HandlingOpinionRecorded, ServiceCountersigned
from shared.contracts.vocabulary import FileRef, Line, Prose


def record_opinion(
    order: ServiceOrder,
    opinion: Prose,
    mode: Literal["plan", "resolve_on_site"],
    handle_by: date | None,
    tools: tuple[Line, ...],
    materials: tuple[Line, ...],
    rules: Rules,
    cause: Cause,
) -> Change[ServiceOrder]:
    """How it is handled and until which day. What is resolved on site names the tools and the material to bring.

    Written again, it replaces what was there (001 售后三a, b). To have it resolved until that day ends is a duty.
    Refused for a day that has passed or lies far ahead.
    """
    order.lifecycle.must(order.stage, "record_opinion")
    if mode == "resolve_on_site" and not (tools and materials):
        raise Refused(
            "what is resolved on site needs tools and materials to bring",
            "nothing_to_bring",
            "materials" if tools else "tools",
        )
    if handle_by is not None and handle_by < rules.calendar.day(cause.at):
        raise Refused(
            f"the handling period ends on {rules.calendar.day(cause.at)} or later", "day_is_past", "handle_by"
        )
    if handle_by is not None:
        must_be_near(handle_by, cause, "handle_by")
    written = Opinion(
        opinion=opinion,
        mode=mode,
        handle_by=handle_by,
        tools=tools,
        materials=materials,
        by=cause.actor.id,
        at=cause.at,
    )
    recorded = HandlingOpinionRecorded.of(
        order.about,
        by=cause.actor.id,
        opinion=opinion,
        mode=mode,
        handle_by=handle_by,
        tools=tools,
        materials=materials,
    )
    return Change(order.but(opinion=written), (recorded,)).then(lambda waiting: await_handling(waiting, rules, cause))


def await_handling(order: ServiceOrder, rules: Rules, cause: Cause) -> Change[ServiceOrder]:
    """Until the end of the handling period it has to be resolved (001 表1 处理周期); without a period there is no duty.

    Unchanged while it runs until then already.
    """
    policy = rules.of(order)
    last_day = order.opinion.handle_by if order.opinion else None
    if last_day is None:
        return rules.clocks.drop(policy.handling.name, cause=cause)(order)
    end, running = rules.calendar.moment(last_day), order.clock(policy.handling.name)
    if running is not None and running.due_at == end:
        return Change(order)
    matter = Matter(about=order.voucher_no, customer_id=order.customer.customer_id if order.customer else None)
    return rules.clocks.start(policy.handling, matter, cause, policy=policy, due_at=end)(order)


def state_execution(
    order: ServiceOrder, opinion: Prose, head: Line, signature: FileRef | None, cause: Cause
) -> Change[ServiceOrder]:
    """The executor says what was found and done, and signs, once; `head` is who leads the crew (001 表1).

    What was countersigned before is countersigned anew.
    """
    order.lifecycle.must(order.stage, "state_execution")
    if order.execution is not None:
        raise Refused("the executor has signed this block already", "already_signed")
    stated = Execution(opinion=opinion, head=head, signature=signature, by=cause.actor.id, at=cause.at)
    return Change(order.but(execution=stated, countersignature=None))


def countersign(order: ServiceOrder, work: UUID, cause: Cause) -> Change[ServiceOrder]:
    """The manager countersigns the actual time and work on the voucher, once (003 §10).

    `work` names what was done as they have seen it; what is another meanwhile is not countersigned (`work_changed`).
    Refused to the person who did the work (`four_eyes`).
    """
    order.lifecycle.must(order.stage, "countersign")
    order.authority.must("countersign", cause)
    if order.countersignature is not None:
        raise Refused("the voucher is countersigned already", "already_signed")
    if order.work != work:
        raise Refused(
            f"visits, parts used or the executor's block were written meanwhile: look at them and name {order.work}",
            "work_changed",
        )
    who = "a voucher is countersigned by another person than the one who did the work"
    must_be_another(who, *hands_in(order)["countersign"], cause=cause)
    signed = order.but(countersignature=Signature(by=cause.actor.id, at=cause.at))
    return Change(signed, (ServiceCountersigned.of(order.about, by=cause.actor.id),))
