"""What makes a text, an address, a number, a zone or an amount one that every part of the system can carry."""

import re
import unicodedata
from functools import cache
from zoneinfo import available_timezones

from shared.contracts.event import Money, reckonable

_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
_JOINERS = "\u200c\u200d"
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters of their script's that have no picture."""
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_NO_ZONES = frozenset(("Factory", "localtime", "posixrules"))
"""Names that available_timezones() may give although their time depends on the machine, or is not set."""
_UNSENDABLE = re.compile(r"[【】]|://|www\.", re.IGNORECASE)
_SEPARATORS = str.maketrans("", "", " \t()[]（）.·")
_DASHES = str.maketrans({"‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-", "ー": "-"})
_WITHIN_NUMBERS = _DASHES | str.maketrans("", "", _JOINERS)


def one_line(text: str) -> str:
    """The text in one line, without control, direction and other invisible characters. ValueError for a blank one."""
    if text.isprintable():
        return _seen(text.strip())
    return _seen(" ".join(_visible(" ".join(text.split())).split()))


def prose(text: str) -> str:
    """The text without invisible characters; its lines stay. ValueError for a blank one."""
    if text.isprintable():
        return _seen(text.strip())
    return _seen("\n".join(_visible(line).rstrip() for line in text.splitlines()).strip())


def on_paper(number: str) -> str:
    """The number of a paper in half-width capitals with hyphens and without blanks, however it was typed.

    ``so-77``, ``ＳＯ－77`` and ``SO – 77`` are the number ``SO-77``. ValueError for a blank one.
    """
    line = one_line(unicodedata.normalize("NFKC", number)).translate(_WITHIN_NUMBERS)
    return unicodedata.normalize("NFKC", "".join(line.split()).upper())


def any_on_paper(number: object) -> object:
    """What is a text as `on_paper`; anything else as it is."""
    return on_paper(number) if isinstance(number, str) else number


def numbered(number: str) -> str:
    """The number as `on_paper`. ValueError for one that no SMS may carry: with 【 or 】, or one that is a link."""
    plain = on_paper(number)
    if _UNSENDABLE.search(plain):
        raise ValueError("must not have 【】, :// or www. in it: providers refuse texts with them")
    return plain


def posted(address: object) -> object:
    """The address in half-width letters, without blanks around it and without invisible characters.

    ValueError for one that no mail server takes.
    """
    if not isinstance(address, str):
        return address
    plain = _visible(unicodedata.normalize("NFKC", address)).strip()
    if not _ADDRESS.fullmatch(plain):
        raise ValueError("must be one e-mail address such as wang@hengda.example, without a name and in Latin letters")
    return plain


def dialled(number: object) -> object:
    """The number in half-width digits, without blanks and brackets and without invisible characters."""
    if not isinstance(number, str):
        return number
    return _visible(unicodedata.normalize("NFKC", number)).translate(_SEPARATORS).translate(_DASHES)


def zone(name: str) -> str:
    """The zone as the IANA database spells it. ValueError for one that is not there.

    Its old names, such as PRC and Japan, are zones too; `localtime`, `posixrules` and `Factory` are not.
    """
    known = _zones().get(name.strip().casefold())
    if known is None:
        raise ValueError("must be a time zone of the IANA database, such as Asia/Shanghai")
    return known


def unsigned(amount: Money) -> Money:
    """The same amount. ValueError below zero."""
    if amount.amount < 0:
        raise ValueError("must not be below zero")
    return amount


def positive(amount: Money) -> Money:
    """The same amount. ValueError at zero and below."""
    if amount.amount <= 0:
        raise ValueError("must be above zero")
    return amount


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones() - _NO_ZONES}


def _visible(text: str) -> str:
    return "".join(each for each in text if each in _JOINERS or unicodedata.category(each) not in _UNSEEN)


def _seen(text: str) -> str:
    if not any(each not in _JOINERS and each not in _BLANK and not each.isspace() for each in text):
        raise ValueError("must have a character that can be seen")
    return text


def month(value: str) -> str:
    """A month whose days can be reckoned with."""
    reckonable(int(value[:4]))
    return value
