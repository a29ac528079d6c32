"""The numbers of papers, as departments and people type them."""

import unicodedata


def plain_number(no: str | None) -> str:
    """What all spellings of a paper's number have in common: without case, width and blanks; empty for no number."""
    return "".join(unicodedata.normalize("NFKC", no or "").casefold().split())
