"""Who sends the messages."""

from urllib.parse import quote

from shared.contracts.event import Part


class Company(Part):
    """What the company says once for all messages: who it is, in which time zone it lives, where staff look things up.

    `console` is the address that staff open; `{about}` in it stands for the number that a message is about.
    """

    name: str
    signature: str
    hotline: str
    timezone: str
    console: str | None = None

    def link_to(self, about: str | None) -> str | None:
        """Where a colleague reads more about this number; nothing where no address leads there."""
        if self.console is None or "{about}" not in self.console:
            return self.console
        return self.console.replace("{about}", quote(about, safe="")) if about else None
