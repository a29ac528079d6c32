"""A clock explains itself: what started it, by which rule it ends when, what held it, who had the duty."""

from collections.abc import Iterator
from datetime import datetime

from shared.calendar import Calendar, Daily, Monthly, Term, Weekly, Within
from shared.clocks import ClockRun
from shared.contracts.event import Actor
from shared.contracts.roles import Role
from shared.language import _, language, listed, ngettext

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
"""The days of a week, from Monday on."""


def explanation(run: ClockRun, calendar: Calendar) -> tuple[str, ...]:
    """The sentences, in order of time. Moments are told in the company's zone."""
    return tuple(_sentences(run, calendar))


def _sentences(run: ClockRun, calendar: Calendar) -> Iterator[str]:
    at, title = _moment(run.started_at, calendar), _(run.clock.title)
    yield _("{at}开始计时：{origin}。").format(at=at, origin=_origin(run))
    rule = _("按制度“{policy}”第{version}版，“{title}”的{end}，依据 {source}。")
    if not run.clock.source:
        rule = _("按制度“{policy}”第{version}版，“{title}”的{end}。")
    known = {"policy": run.policy, "version": run.policy_version, "title": title, "source": run.clock.source}
    yield rule.format(end=_end(run), **known)
    if not run.set_by_hand:
        yield _counted(run, calendar)
    for hold in run.holds:
        held = _("{since}由{who}暂停，{until}恢复，原因：{reason}。")
        if not hold.until:
            held = _("{since}由{who}暂停，至今未恢复，原因：{reason}。")
        until = _moment(hold.until, calendar) if hold.until else ""
        since = _moment(hold.since, calendar)
        yield held.format(since=since, who=_person(hold.by), until=until, reason=hold.reason)
    yield _("到期时间为{at}。").format(at=_moment(run.due_at, calendar))
    role = next((each.before_role for each in run.handovers if each.before_role), run.clock.role)
    for handover in run.handovers:
        before, role = handover.before or _(role.chinese), handover.after_role or role
        yield _("{at}由{before}转给{after}，原因：{reason}。").format(
            at=_moment(handover.at, calendar),
            before=before,
            after=handover.after or _(role.chinese),
            reason=handover.reason,
        )
    if run.missed_at:
        told = listed(_(role.chinese) for role in run.clock.ladder[: run.rung])
        missed = _("{at}超时，已上报{roles}。") if told else _("{at}超时。")
        yield missed.format(at=_moment(run.missed_at, calendar), roles=told)
    if run.ended_at:
        yield _(_OUTCOMES[run.outcome or "in_time"]).format(at=_moment(run.ended_at, calendar))


_OUTCOMES = {
    "in_time": "{at}按时完成。",
    "late": "{at}超时后完成。",
    "no_longer_needed": "{at}不再需要，已取消。",
}


def _end(run: ClockRun) -> str:
    """What the end follows from."""
    if run.follows:
        return _("到期时间取自{origin}").format(origin=run.follows)
    if run.set_by_hand:
        return _("到期时间由人工指定")
    return _("时限为{term}").format(term=term_in_words(run.clock.term))


def _counted(run: ClockRun, calendar: Calendar) -> str:
    if not run.clock.working:
        return _("按自然日计算。")
    years = range(calendar.day(run.started_at).year, calendar.day(run.due_at).year + 1)
    unknown = listed(str(year) for year in years if not calendar.knows(year))
    if unknown:
        counted = _("按工作日计算，节假日数据为 {calendar}；{years}年的节假日尚无数据，暂以周一至周五为工作日。")
        return counted.format(calendar=run.calendar, years=unknown)
    return _("按工作日计算，节假日数据为 {calendar}。").format(calendar=run.calendar)


def _origin(run: ClockRun) -> str:
    origin, who = run.origin, _person(run.origin.actor)
    if origin.kind == "event":
        return _("事件 {what}（{who}）").format(what=origin.what or _("未具名"), who=who)
    if origin.kind == "deadline":
        return _("到期事项 {what}").format(what=origin.what or _("未具名"))
    return _("{who}的操作").format(who=who)


def _person(actor: Actor) -> str:
    roles = {role.value: role.chinese for role in Role}
    role = roles.get(actor.role or "")
    return _("{who}（{role}）").format(who=actor.id, role=_(role)) if role else actor.id


def _moment(at: datetime, calendar: Calendar) -> str:
    local = calendar.local(at)
    said = _("{year}年{month}月{day}日{time}")
    return said.format(year=local.year, month=local.month, day=local.day, time=f"{local:%H:%M}")


def term_in_words(term: Term) -> str:
    """A term as people say it."""
    if isinstance(term, Within):
        return _length(term)
    at = f"{term.at:%H:%M}" if term.at else "24:00"
    if isinstance(term, Daily):
        return (_("每个工作日{at}") if term.working else _("每天{at}")).format(at=at)
    if isinstance(term, Weekly):
        return _("每{weekday}{at}").format(weekday=_(WEEKDAYS[term.weekday]), at=at)
    if isinstance(term, Monthly):
        if term.day == 31:
            return _("每月最后一天{at}").format(at=at)
        said = _("每月{day}日（当月不足则为最后一天）{at}") if term.day > 28 else _("每月{day}日{at}")
        return said.format(day=term.day, at=at)
    return _("每年{month}月{day}日{at}").format(month=term.month, day=term.day, at=at)


def _length(term: Within) -> str:
    days = ngettext("{n}个工作日", "{n}个工作日", term.days) if term.working else ngettext("{n}天", "{n}天", term.days)
    parts = [
        ngettext("{n}个月", "{n}个月", term.months).format(n=term.months) if term.months else "",
        days.format(n=term.days) if term.days else "",
        ngettext("{n}小时", "{n}小时", term.hours).format(n=term.hours) if term.hours else "",
        ngettext("{n}分钟", "{n}分钟", term.minutes).format(n=term.minutes) if term.minutes else "",
    ]
    length = ("" if language() == "zh-CN" else " ").join(filter(None, parts))
    return _("{length}（至当日24:00）").format(length=length) if term.end_of_day else length
