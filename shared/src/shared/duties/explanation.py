"""A clock explains itself in Chinese: what started it, by which rule it ends when, what held it, who had the duty."""

from collections.abc import Iterator
from datetime import datetime

from shared.calendar import Calendar, Daily, Monthly, Term, Weekly, Within
from shared.clocks import ClockRun
from shared.contracts.event import Actor
from shared.contracts.roles import Role

_WEEKDAYS = "一二三四五六日"


def explanation(run: ClockRun, calendar: Calendar) -> tuple[str, ...]:
    """The sentences, in order of time. Moments are told in the company's zone."""
    return tuple(_sentences(run, calendar))


def _sentences(run: ClockRun, calendar: Calendar) -> Iterator[str]:
    yield f"{_moment(run.started_at, calendar)}开始计时：{_origin(run)}。"
    source = f"，依据 {run.clock.source}" if run.clock.source else ""
    yield f"按制度“{run.policy}”第{run.policy_version}版，“{run.clock.title}”的{_end(run)}{source}。"
    if not run.set_by_hand:
        yield _counted(run, calendar)
    for hold in run.holds:
        until = f"，{_moment(hold.until, calendar)}恢复" if hold.until else "，至今未恢复"
        yield f"{_moment(hold.since, calendar)}由{_person(hold.by)}暂停{until}，原因：{hold.reason}。"
    yield f"到期时间为{_moment(run.due_at, calendar)}。"
    for handover in run.handovers:
        before = handover.before or run.clock.role.chinese
        yield f"{_moment(handover.at, calendar)}由{before}转给{handover.after}，原因：{handover.reason}。"
    if run.missed_at:
        told = "、".join(role.chinese for role in run.clock.ladder[: run.rung])
        yield f"{_moment(run.missed_at, calendar)}超时{f'，已上报{told}' if told else ''}。"
    if run.ended_at:
        yield f"{_moment(run.ended_at, calendar)}{_OUTCOMES[run.outcome or 'in_time']}。"


_OUTCOMES = {"in_time": "按时完成", "late": "超时后完成", "no_longer_needed": "不再需要，已取消"}


def _end(run: ClockRun) -> str:
    """What the end follows from."""
    if run.follows:
        return f"到期时间取自{run.follows}"
    return "到期时间由人工指定" if run.set_by_hand else f"时限为{term_in_words(run.clock.term)}"


def _counted(run: ClockRun, calendar: Calendar) -> str:
    if not run.clock.working:
        return "按自然日计算。"
    years = range(calendar.day(run.started_at).year, calendar.day(run.due_at).year + 1)
    unknown = "、".join(str(year) for year in years if not calendar.knows(year))
    assumed = f"；{unknown}年的节假日尚无数据，暂以周一至周五为工作日" if unknown else ""
    return f"按工作日计算，节假日数据为 {run.calendar}{assumed}。"


def _origin(run: ClockRun) -> str:
    origin = run.origin
    if origin.kind == "event":
        return f"事件 {origin.what or '未具名'}（{_person(origin.actor)}）"
    if origin.kind == "deadline":
        return f"到期事项 {origin.what or '未具名'}"
    return f"{_person(origin.actor)}的操作"


def _person(actor: Actor) -> str:
    roles = {role.value: role.chinese for role in Role}
    role = roles.get(actor.role or "")
    return f"{actor.id}（{role}）" if role else actor.id


def _moment(at: datetime, calendar: Calendar) -> str:
    local = calendar.local(at)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"


def term_in_words(term: Term) -> str:
    """A term as people say it."""
    if isinstance(term, Within):
        return _length(term)
    at = f"{term.at:%H:%M}" if term.at else "24:00"
    if isinstance(term, Daily):
        return f"每个工作日{at}" if term.working else f"每天{at}"
    if isinstance(term, Weekly):
        return f"每周{_WEEKDAYS[term.weekday]}{at}"
    if isinstance(term, Monthly):
        day = "每月最后一天" if term.day == 31 else f"每月{term.day}日（当月不足则为最后一天）"
        return f"{day if term.day > 28 else f'每月{term.day}日'}{at}"
    return f"每年{term.month}月{term.day}日{at}"


def _length(term: Within) -> str:
    days = f"{term.days}个工作日" if term.working else f"{term.days}天"
    parts = [
        f"{term.months}个月" if term.months else "",
        days if term.days else "",
        f"{term.hours}小时" if term.hours else "",
        f"{term.minutes}分钟" if term.minutes else "",
    ]
    return "".join(parts) + ("（至当日24:00）" if term.end_of_day else "")
