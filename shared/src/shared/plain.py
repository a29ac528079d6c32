"""Texts from outside in a form that every part can store, log and send on."""

REPLACED = "\ufffd"
LONGEST_DETAIL = 4000
"""Characters of a text that says what is wrong."""


def plain(text: str, longest: int) -> str:
    """The text without what no database takes: halves of characters and NUL are replaced, the rest is cut off."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(REPLACED if each == "\0" or "\ud800" <= each <= "\udfff" else each for each in cut)


def printable(text: str, longest: int) -> str:
    """The same, and without control and direction characters: for one line of a table."""
    cut = plain(text, longest)
    return cut if cut.isprintable() else "".join(each if each.isprintable() else REPLACED for each in cut)
