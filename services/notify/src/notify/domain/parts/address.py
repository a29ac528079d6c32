"""What counts as an address, and how it is shown to people who need not know it."""

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

_HOME, _HOME_CODE = "CN", 86
_PLAN = re.compile(r"1[3-9]\d{9}")
"""Mobile numbers of the mainland by its numbering plan."""

_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def as_mobile(number: str) -> str | None:
    """The number as providers want it: eleven digits for the mainland, E.164 elsewhere; nothing for a landline.

    A number without a country code is one of the mainland. There the numbering plan is enough: carriers open prefixes
    faster than the library learns of them.
    """
    try:
        parsed = phonenumbers.parse(number, _HOME)
    except phonenumbers.NumberParseException:
        return None
    if parsed.country_code == _HOME_CODE and _PLAN.fullmatch(str(parsed.national_number)):
        return str(parsed.national_number)
    if phonenumbers.number_type(parsed) not in _MOBILE:
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def as_address(told: str) -> str:
    """A number or an address in the one form in which it is compared and counted, however it was spelt."""
    return told.strip().casefold() if "@" in told else as_mobile(told) or told.strip()


def masked(address: str) -> str:
    """Enough of an address to recognise it, not enough to use it."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return f"{address[:3]}****{address[-4:]}" if len(address) >= 9 else address
