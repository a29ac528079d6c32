"""The time zone that a recipient rests in."""

from zoneinfo import ZoneInfo

from shared.contracts.values import zone


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of this name; nothing where there is none."""
    try:
        return ZoneInfo(zone(name))
    except ValueError:
        return None


def zone_of(own: str | None, company: str) -> ZoneInfo:
    """The recipient's own time zone; the company's where the file names none, or one that does not exist."""
    return (zone_named(own) if own else None) or ZoneInfo(company)
