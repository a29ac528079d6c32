"""Words that wait for values: one version of one text in one locale for one channel, and what may go into it."""

import html
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Literal

from pydantic import Field

from notify.domain.messages.variable import Unfit, middle_cut, visible
from shared.contracts.event import Part

Channel = Literal["sms", "email", "chat"]

ITEMS = "items"
_PLACEHOLDER = re.compile(r"\$\{([a-z_]+)\}")
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]*://\S*"
    r"|(?:[\w-]+\.)+(?:[a-z]{2,}|中国|公司|网络|网址|中國|xn--[a-z0-9]+)(?::\d+)?(?:/\S*)?"
    r"|(?:[a-z0-9-]+[.。])+[a-z]{2,}(?:/[\w/?#&=@%.-]*)?"
    r"|(?:\d{1,3}\.){3}\d{1,3}(?:[:/]\S*)?",
    re.IGNORECASE,
)
"""What phones open, with and without a scheme; looked for after compatibility forms have been made ordinary."""
_JOINTS = re.compile(r"[.。:/?#&=@%]+")
_REFUSED = str.maketrans({"【": "〔", "】": "〕", "²": "2", "³": "3"})
_SHORTEST_CUT = 8
"""Characters that a shortened value keeps at least."""
SMS_LONGEST = 500
"""Characters (UTF-16 units) of a text message at most."""
SMS_SINGLE = 70
"""Characters (UTF-16 units) that carriers bill as one message."""
SMS_PART = 67
"""Characters (UTF-16 units) in each part of a longer one."""


def sms_parts(text: str) -> int:
    """How many messages a carrier bills: 70 characters fit into one, 67 into each part of more."""
    units = len(text.encode("utf-16-be")) // 2
    return 1 if units <= SMS_SINGLE else -(-units // SMS_PART)


class Words(Part):
    """What is handed to a channel: finished text, and the values in order for providers that keep the text."""

    template: str
    version: int
    text: str
    subject: str = ""
    html: str = ""
    values: tuple[tuple[str, str], ...] = ()
    parts: int = 1


class Layout(Part):
    """What is put around an e-mail's text to make its HTML side: each line in a paragraph, all in a frame."""

    paragraph: str
    frame: str

    def around(self, text: str) -> str:
        """The HTML of a text; every character of it is escaped."""
        lines = [_put(self.paragraph, {"line": html.escape(line)}) for line in text.splitlines() if line.strip()]
        return _put(self.frame, {"body": "\n".join(lines)})


class Text(Part):
    """One version of a text in one locale, as its message's file says it.

    `${name}` is a placeholder. There is no other syntax: nothing can loop, compute or reach anything. A message with
    several texts on a channel tells them by `variant`. Where one message may tell several things of a kind, `item` is
    the text of each, `${items}` the place of them all, with `between` them. A published version never changes; another
    wording is another version, and a message pins the one it was made with.
    """

    variant: str = Field(default="", pattern=r"^[a-z0-9_]*$")
    locale: str = "zh-CN"
    version: int = Field(default=1, ge=1)
    text: str = Field(min_length=1)
    item: str = ""
    between: str = "\n"


class MailText(Text):
    """The text of an e-mail. Without `html` the layout makes its HTML side of the text."""

    subject: str = Field(min_length=1)
    html: str = ""


def variant_key(message: str, variant: str) -> str:
    """The key of one of a message's texts."""
    return f"{message}.{variant}" if variant else message


class Template(Text):
    """A text in its place: under which key, for which channel."""

    key: str = Field(pattern=r"^[a-z0-9_.]+$")
    channel: Channel
    subject: str = ""
    html: str = ""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The variables that it wants."""
        wanted = dict.fromkeys([*self._places, *_PLACEHOLDER.findall(self.item)])
        return tuple(name for name in wanted if name != ITEMS or not self.item)

    @cached_property
    def _places(self) -> tuple[str, ...]:
        """The placeholders in the order of their first use, which is the order that Tencent counts them in."""
        return tuple(dict.fromkeys(_PLACEHOLDER.findall(self.subject + self.text + self.html)))

    def faults(self) -> list[str]:
        """What a provider's reviewer would refuse in the wording itself."""
        found = []
        if "$" in _PLACEHOLDER.sub("", self.subject + self.text + self.html + self.item):
            found.append("a $ that is not a ${name}")
        if bool(self.item) != (ITEMS in self._places):
            found.append("an item without ${items}, or the other way round")
        if self.channel == "sms":
            found += _sms_faults(self.text)
        return found

    def fill(
        self,
        values: Mapping[str, str],
        signature: str,
        layout: Layout | None = None,
        also: Sequence[Mapping[str, str]] = (),
        uncut: Collection[str] = (),
    ) -> Words:
        """The finished words; `also` has the values of what else is told. Raises Unfit when a value is missing.

        Values that a carrier would refuse in an SMS are written so that it takes them; a filled SMS that is too long
        has its longest values cut, but none that is among the `uncut`: rather than without them it is not sent.
        """
        told = (values, *also)
        missing = [name for name in self.names for each in told if name not in each]
        if missing:
            raise Unfit(f"{', '.join(dict.fromkeys(missing))} missing")
        if self.item:
            values = {**values, ITEMS: self.between.join(_put(self.item, each) for each in told)}
        if self.channel == "sms":
            values = {name: for_sms(value) for name, value in values.items()}
        used = tuple((name, values[name]) for name in self._places)
        text = _put(self.text, values)
        if self.channel == "sms":
            head = f"【{signature}】"
            text = head + _fitting(self.text, dict(used), SMS_LONGEST - len(head), uncut)
            if len(text) > SMS_LONGEST:
                raise Unfit(f"the message has {len(text)} characters, {SMS_LONGEST} are allowed")
        return Words(
            template=self.key,
            version=self.version,
            text=text,
            subject=" ".join(_put(self.subject, values).split()),
            html=self._html(text, used, layout) if self.channel == "email" else "",
            values=used,
            parts=sms_parts(text) if self.channel == "sms" else 1,
        )

    def _html(self, text: str, used: Sequence[tuple[str, str]], layout: Layout | None) -> str:
        if self.html:
            return _put(self.html, {name: html.escape(value).replace("\n", "<br>") for name, value in used})
        return layout.around(text) if layout else ""


def _put(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _sms_faults(text: str) -> list[str]:
    found = []
    if "【" in text or "】" in text:
        found.append("the signature's brackets")
    if re.search(r"\}\s*\$\{", text):
        found.append("two variables side by side")
    if "m²" in text:
        found.append("a character that carriers drop")
    if len(said := _PLACEHOLDER.sub("", text)) > SMS_LONGEST:
        found.append(f"an SMS of {len(said)} characters without its values, {SMS_LONGEST} are allowed")
    return found


def for_sms(value: str) -> str:
    """The value as an SMS may carry it: in one line, with the signature's brackets replaced and links taken apart.

    A link must be part of the approved text (003 二5), so one in a value is written so that no phone opens it.
    """
    plain = " ".join(visible(value).split()).translate(_REFUSED)
    read = unicodedata.normalize("NFKC", plain)
    return _LINK.sub(lambda found: _JOINTS.sub(" ", found[0]).strip(), read) if _LINK.search(read) else plain


def _fitting(text: str, values: Mapping[str, str], longest: int, uncut: Collection[str]) -> str:
    """The filled text in so many characters: the longest values are cut in their middle until it fits."""
    told = dict(values)
    filled = _put(text, told)
    while len(filled) > longest and (names := told.keys() - set(uncut)):
        name = max(names, key=lambda each: (len(told[each]), each))
        if len(told[name]) <= _SHORTEST_CUT:
            break
        told[name] = middle_cut(told[name], max(_SHORTEST_CUT, len(told[name]) - (len(filled) - longest)))
        filled = _put(text, told)
    return filled
