"""Telephone numbers as they are compared."""

from shared.search import MOST_DIGITS


def number_of(mobile: str | None) -> str | None:
    """A number without its country and separators: however it is spelt, the same number."""
    digits = "".join(each for each in mobile or "" if each.isdigit())
    return digits[-MOST_DIGITS:] or None
