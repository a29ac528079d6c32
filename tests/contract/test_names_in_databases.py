"""What waits in a database is found again under its name: deadlines and schedules keep theirs."""

from collections.abc import Iterator
from pathlib import Path

from shared.service import Service

KEPT = Path(__file__).parent / "names_in_databases.txt"


def names(services: tuple[Service, ...]) -> Iterator[str]:
    for service in services:
        timers = service.deadlines.timers
        yield from (f"{service.name} deadline {each.store.collection} {each.kind}" for each in timers)
        yield from (f"{service.name} schedule {name}" for name in timers.schedules)


def test_every_deadline_and_every_schedule_stands_in_the_list_and_none_has_gone(services: tuple[Service, ...]) -> None:
    """One that gets another name loses what waits under the old one: give both for a release, or migrate."""
    assert sorted(names(services)) == KEPT.read_text(encoding="utf-8").splitlines()
