"""One thing that a message tells."""

from uuid import UUID

from shared.contracts.event import Instant, Part


class Piece(Part):
    """One thing that is told: its template, the version for each channel, the values, and the fact behind it.

    `message` is the message of the catalogue that it is, `about` what people call the thing, `matters` the numbers and
    ids by which a later fact may settle it, `at` when it was asked for.
    """

    template: str
    versions: dict[str, int]
    values: dict[str, str]
    event: str
    trigger: UUID | None = None
    message: str = ""
    about: str | None = None
    matters: tuple[str, ...] = ()
    at: Instant | None = None
