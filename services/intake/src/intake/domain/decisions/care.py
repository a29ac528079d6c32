"""How a month of care begins, what counts for it, and how a customer is told something new."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

from intake.domain.care import Care
from intake.domain.care_content import CARE_FORMS, CareContent, CareTemplate, fresh
from intake.domain.parts.care_month import CareKind, CareMonth
from intake.domain.policy.care import CareMessage
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused, must_be_near
from shared.clocks import Matter
from shared.contracts.intake import NotificationRequested
from shared.contracts.vocabulary import CustomerSnapshot, Line, StaffId


def publish_content(
    id: UUID, template: CareTemplate, words: Line, first_day: date, last_day: date | None, cause: Cause
) -> Change[CareContent]:
    """Customers may be told this from that day on.

    Refused with `days_reversed` when it ends before it begins, with `far_day` for a day far ahead.
    """
    if last_day is not None and last_day < first_day:
        raise Refused("the last day comes before the first; turn them round", "days_reversed", "last_day")
    for field, day in (("first_day", first_day), ("last_day", last_day)):
        if day is not None:
            must_be_near(day, cause, field)
    return Change(CareContent(id=id, template=template, words=words, first_day=first_day, last_day=last_day))


def retire(content: CareContent, last_day: date, cause: Cause) -> Change[CareContent]:
    """After that day no customer is told it. Refused with `days_reversed` for a day before its first."""
    if last_day < content.first_day:
        raise Refused("the last day comes before the first; turn them round", "days_reversed", "last_day")
    must_be_near(last_day, cause, "last_day")
    return Change(content.but(last_day=last_day))


def begin_month(
    care: Care,
    customer: CustomerSnapshot,
    assignee: StaffId | None,
    contents: Sequence[CareContent],
    rules: Rules,
    cause: Cause,
) -> Change[Care]:
    """The month's care is owed from now on, and its messages are asked of notify (001 售前五a).

    Each says what the customer was not told before (001 售前五b). Where there is nothing new to say the message stays
    owed: the colleague who has the duty writes a content or calls.
    """
    policy, day = rules.on(cause.at), rules.calendar.day(cause.at)
    rule = policy.care
    began = care.but(customer=customer, done=CareMonth(month=f"{day:%Y-%m}"))
    matter = Matter(about=f"{customer.name[:150]}（{day:%Y-%m}）", customer_id=customer.customer_id)
    change = rules.clocks.start(rule.clock, matter, cause, policy=policy, assignee=assignee)(began)
    for message in rule.messages:
        change = change.then(partial(_ask_for, message=message, contents=contents, rules=rules, cause=cause))
    return change


def send(care: Care, content: CareContent, told: Collection[UUID], rules: Rules, cause: Cause) -> Change[Care]:
    """The customer is told this now, by hand. `told` is what the customer was told under any file.

    Refused with `told_already` for what this customer was told before, `content_over` on a day on which it is not sent.
    """
    if content.id in care.told or content.id in told:
        raise Refused("this customer was told that before; choose another content", "told_already", "content_id")
    if not content.fits(rules.calendar.day(cause.at)):
        raise Refused("this content is not sent on this day; choose another one", "content_over", "content_id")
    return _tell(care, content, None, None, cause)


def count(care: Care, kind: CareKind, rules: Rules, cause: Cause) -> Change[Care]:
    """The customer was called, or had a mail or a text. With everything that a month has at least the duty is done.

    What that is follows from the policy by which the month began.
    """
    if f"{rules.calendar.day(cause.at):%Y-%m}" != care.done.month:
        return Change(care)
    match kind:
        case "calls":
            done = care.done.but(calls=care.done.calls + 1)
        case "mails":
            done = care.done.but(mails=care.done.mails + 1)
        case "texts":
            done = care.done.but(texts=care.done.texts + 1)
    change = Change(care.but(done=done))
    if not care.running:
        return change
    rule = rules.of(care.running[0]).care
    if done.calls < rule.calls or done.mails < rule.mails or done.texts < rule.texts:
        return change
    return change.then(rules.clocks.stop(cause=cause))


def end_care(care: Care, rules: Rules, cause: Cause) -> Change[Care]:
    """The customer has ordered, was erased, or has another file that is kept: nothing is owed under this one."""
    return rules.clocks.drop(cause=cause)(care)


def _ask_for(
    care: Care, message: CareMessage, contents: Sequence[CareContent], rules: Rules, cause: Cause
) -> Change[Care]:
    """One of the month's messages, not before its day; not when that has passed or there is nothing new to say."""
    today = rules.calendar.day(cause.at)
    day = today.replace(day=message.day)
    content = fresh(contents, care.told, message.channel, day)
    if content is None or day < today:
        return Change(care)
    goes, ends = rules.calendar.moment(day, message.at), care.due_at
    return _tell(care, content, max(goes, cause.at), ends, cause)


def _tell(
    care: Care, content: CareContent, not_before: datetime | None, expires_at: datetime | None, cause: Cause
) -> Change[Care]:
    form = CARE_FORMS[content.template]
    asked = NotificationRequested(
        request_id=cause.derive(f"care:{content.id}"),
        customer=care.customer,
        template=content.template,
        params={form.place: content.words},
        channels=(form.channel,),
        not_before=not_before,
        expires_at=expires_at,
    )
    return Change(care.but(told=(*care.told, content.id)), (asked,))
