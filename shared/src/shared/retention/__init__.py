"""How long evidence is kept: a policy with versions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from pydantic import Field

from shared.calendar import Calendar
from shared.policy import Policies, Policy, read_policies


class AuditPolicy(Policy):
    """How many days an entry of the audit trail is kept that was made while this version was in force."""

    kept_days: int = Field(ge=1, le=36_500)


@dataclass(frozen=True, slots=True)
class Expired:
    """Entries whose time is over: those from `since` (or the first) up to but without `until`."""

    since: datetime | None
    until: datetime


def audit_policies(own: Path | None = None) -> Policies[AuditPolicy]:
    """The shipped versions and the company's own. ValueError names the file and what is wrong in it."""
    return read_policies(AuditPolicy, files("shared") / "retention", own)


def expired(policies: Policies[AuditPolicy], calendar: Calendar, now: datetime) -> Iterator[Expired]:
    """What may be removed now, for each version: an entry keeps the version in force on its day."""
    versions = list(policies)
    begins = [None, *(calendar.moment(each.in_force_from, time()) for each in versions[1:]), None]
    for version, (since, end) in zip(versions, pairwise(begins), strict=True):
        over = now - timedelta(days=version.kept_days)
        yield Expired(since, over if end is None else min(over, end))
