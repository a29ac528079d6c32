"""How people write times and lengths of time on the command line."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kefu.surroundings import Surroundings
from kefu.trouble import Trouble
from shared.contracts.values import zone

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def company_zone(around: Surroundings) -> ZoneInfo:
    """The zone in which the company reckons days."""
    name = around.get("TIMEZONE") or "Asia/Shanghai"
    try:
        return ZoneInfo(zone(name))
    except ValueError as error:
        raise Trouble(f"TIMEZONE={name} {error}") from None


def moment(text: str, company: ZoneInfo) -> datetime:
    """A point in time; one without an offset is meant in the company's zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Trouble(f"{text!r} is not a time; write for example 2026-03-02T09:00 or 2026-03-02T09:00+08:00") from None
    return at if at.tzinfo else at.replace(tzinfo=company)


def length(text: str) -> timedelta:
    """A length of time such as 90s, 30m, 12h, 6d or 2w."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d+)?)([smhdw])", text)
    if match is None:
        raise Trouble(f"{text!r} is not a length of time; write for example 90s, 30m, 12h, 6d or 2w")
    return timedelta(seconds=float(match[1]) * _SECONDS[match[2]])
