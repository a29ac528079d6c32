"""How patient the company is with providers, recipients and departments."""

from datetime import timedelta

from pydantic import Field

from shared.contracts.event import Part


class Figures(Part, extra="forbid"):
    """`back_off` are the waits between tries on one way, `match_again` those between looks for a receipt's message."""

    attempts_per_way: int = Field(ge=1)
    back_off: tuple[timedelta, ...] = Field(min_length=1)
    receipt_within: timedelta
    resend_within: timedelta
    match_again: tuple[timedelta, ...] = Field(min_length=1)
    answered_within: timedelta
    counted_for: timedelta
    chase_every: timedelta
    chases: int = Field(ge=0)


FIGURES = Figures(
    attempts_per_way=8,
    back_off=tuple(timedelta(seconds=each) for each in (5, 15, 60, 180, 600, 1800)),
    receipt_within=timedelta(hours=72),
    resend_within=timedelta(hours=1),
    match_again=tuple(timedelta(seconds=each) for each in (1, 5, 30, 300, 1800, 7200, 21600, 86400)),
    answered_within=timedelta(days=7),
    counted_for=timedelta(days=31),
    chase_every=timedelta(hours=4),
    chases=3,
)
