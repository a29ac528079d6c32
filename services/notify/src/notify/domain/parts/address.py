"""What counts as an address, and how it is shown to people who need not know it."""

import re

_MAINLAND = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
_ABROAD = re.compile(r"\+[1-9]\d{6,14}")


def as_mobile(number: str) -> str | None:
    """The number as providers want it: eleven digits for the mainland, E.164 elsewhere; nothing for a landline."""
    plain = re.sub(r"[\s()-]", "", number)
    if found := _MAINLAND.fullmatch(plain):
        return found[1]
    return plain if _ABROAD.fullmatch(plain) and not plain.startswith("+86") else None


def masked(address: str) -> str:
    """Enough of an address to recognise it, not enough to use it."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return f"{address[:3]}****{address[-4:]}" if len(address) >= 9 else address
