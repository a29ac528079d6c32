"""How a clock is shown: what is left in words, how near its end is, and how much of its time is gone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from shared.clocks import ClockRun
from shared.language import _

NEAR = timedelta(hours=1)
"""What is left of a clock that is shown as near its end."""

DayPart = Literal["late", "hour", "today", "week", "later"]
BANDS: dict[DayPart, str] = {"late": "逾期", "hour": "一小时内", "today": "今天", "week": "七天内", "later": "以后"}
OUTCOMES = {"in_time": "按时，用{time}", "late": "超时，用{time}", "no_longer_needed": "已取消"}
_WEEK = timedelta(days=7)
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


@dataclass(frozen=True, slots=True)
class Countdown:
    """One clock at a moment. `state` is the name of its style; `gone` is a whole percentage."""

    words: str
    state: Literal["", "near", "missed", "held", "done"]
    gone: int
    exact: str
    band: DayPart

    @classmethod
    def of(cls, started_at: datetime, due_at: datetime, held: bool, now: datetime, zone: ZoneInfo) -> "Countdown":
        """The clock as it stands at `now`, with its exact end in the company's zone."""
        left = due_at - now
        whole = max((due_at - started_at).total_seconds(), 1.0)
        gone = min(max(round(100 * (now - started_at).total_seconds() / whole), 0), 100)
        exact = _exact(due_at.astimezone(zone), now.astimezone(zone))
        band = next(name for name, (low, high) in spans(now, zone).items() if high is None or due_at < high)
        if held:
            return cls(_("暂停"), "held", gone, exact, band)
        if left < timedelta(0):
            return cls(_("逾期{time}").format(time=in_words(-left)), "missed", 100, exact, band)
        return cls(_("还剩{time}").format(time=in_words(left)), "near" if band == "hour" else "", gone, exact, band)

    @classmethod
    def of_run(cls, run: ClockRun, now: datetime, zone: ZoneInfo) -> "Countdown":
        """A run as it stands at `now`; one that has ended says how long it took and shows when that was."""
        shown = cls.of(run.started_at, run.due_at, run.held, now, zone)
        if run.ended_at is None:
            return shown
        words = _(OUTCOMES[run.outcome or "in_time"]).format(time=in_words(run.ended_at - run.started_at))
        exact = _exact(run.ended_at.astimezone(zone), now.astimezone(zone))
        return replace(shown, words=words, state="done", gone=100, exact=exact)


def spans(now: datetime, zone: ZoneInfo) -> dict[DayPart, tuple[datetime | None, datetime | None]]:
    """Between which moments the duties of each part of a day end, from the first up to but without the second.

    Today ends at the company's midnight, and the parts follow each other without a gap.
    """
    midnight = (now.astimezone(zone) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    hour = now + NEAR
    today = max(hour, midnight)
    week = now + _WEEK
    return {
        "late": (None, now),
        "hour": (now, hour),
        "today": (hour, today),
        "week": (today, week),
        "later": (week, None),
    }


def in_words(length: timedelta) -> str:
    """A length of time in its two largest units, rounded down: 2天3时, 1时18分, 6分."""
    seconds = int(length.total_seconds())
    days, hours, minutes = seconds // _DAY, seconds % _DAY // _HOUR, seconds % _HOUR // _MINUTE
    if days:
        words = _("{days}天{hours}时") if hours else _("{days}天")
    elif hours:
        words = _("{hours}时{minutes}分") if minutes else _("{hours}时")
    else:
        words = _("{minutes}分") if minutes else _("不到1分")
    return words.format(days=days, hours=hours, minutes=minutes)


def _exact(due: datetime, now: datetime) -> str:
    if due.date() == now.date():
        return f"{due:%H:%M}"
    if due.date() == now.date() + timedelta(days=1):
        return _("明天{time}").format(time=f"{due:%H:%M}")
    return f"{due:%m-%d %H:%M}" if due.year == now.year else f"{due:%Y-%m-%d}"
