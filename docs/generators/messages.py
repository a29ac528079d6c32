"""Every text that notify sends, filled with the shortest, the longest and odd values, on one page to look at."""

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from generators import ROOT
from notify.app import catalogue
from notify.domain.messages.catalogue import Catalogue
from notify.domain.messages.template import Template, Words
from notify.domain.messages.variable import Unfit, Variable
from notify.settings import Settings
from shared.testing import nowhere

PAGE = ROOT / "docs" / "messages.html"
SIGNATURE = "客服示范"
COMPANY = {"company": "客服示范公司", "hotline": "020-88886666"}
_ZONE = ZoneInfo("Asia/Shanghai")
_TIMES = {"shortest": "2026-01-01T00:00:00Z", "longest": "2026-12-31T03:59:00Z", "odd": "2026-12-31T15:59:59.999+08:00"}
_LONG = "客户确认后我们会尽快安排并及时告知您"
_HEAD = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Messages</title>
<style>
body { max-width: 1500px; margin: 2rem auto; padding: 0 1rem; font: 15px/1.6 sans-serif; color: #1c1917 }
table { width: 100%; border-collapse: collapse; table-layout: fixed; margin-bottom: 2rem }
th, td { border: 1px solid #d6d3d1; padding: .6rem; text-align: left; vertical-align: top; white-space: pre-wrap;
  overflow-wrap: anywhere }
th { background: #f5f5f4; white-space: normal } small { color: #57534e }
</style></head><body>
<h1>Messages</h1>
<p>Every text in its newest version, with the shortest and with the longest values that its placeholders may have, and
with odd ones: invisible characters, brackets, a link, words that no table knows, twice the length that is allowed.
Generated from <code>services/notify/src/notify/domain/tables</code> by <code>docs/generate.py messages</code>.</p>
"""

Extreme = Literal["shortest", "longest", "odd"]
Values = Literal[Extreme, "sample"]


def page() -> dict[Path, str]:
    """The one page, by file."""
    tables = built_in()
    sections = [_section(tables, template) for template in newest(tables)]
    return {PAGE: _HEAD + "\n".join(sections) + "\n</body></html>\n"}


def built_in() -> Catalogue:
    """The texts that the product ships."""
    settings = nowhere(Settings)
    return catalogue(settings, settings.rules(settings.calendar()))


def newest(tables: Catalogue) -> list[Template]:
    """The newest version of each text, customers' before colleagues', by key and channel."""
    found = [each for each in tables.templates.values() if tables.newest(each.key, each.channel, each.locale) == each]
    return sorted(found, key=lambda each: (each.key.startswith("staff."), each.key, each.channel, each.locale))


def filled(tables: Catalogue, template: Template, extreme: Values) -> Words:
    """The words with extreme values. Raises Unfit where they are too long for the channel and may not be cut."""
    values = {
        name: COMPANY.get(name) or tables.variables[name].write(name, _raw(tables.variables[name], extreme), _ZONE)
        for name in template.names
    }
    return template.fill(values, SIGNATURE, tables.layout(template.locale), uncut=uncut(tables))


def uncut(tables: Catalogue) -> set[str]:
    """The variables of which no part may be missing."""
    return {name for name, variable in tables.variables.items() if variable.uncut}


def _raw(variable: Variable, extreme: Values) -> Any:
    """A value as a fact has it, which comes out as short, or as long, as this variable may be."""
    if extreme == "sample":
        return variable.sample
    if extreme == "odd" and variable.kind in ("text", "label", "rows"):
        return _odd(variable)
    if variable.labels and not variable.spoken:
        return _label(variable.labels, extreme)
    short = extreme == "shortest"
    half = _text(variable.longest // 2 - len("1. \n"))
    raw: dict[str, Any] = {
        "date": _TIMES[extreme],
        "moment": _TIMES[extreme],
        "time": _TIMES[extreme],
        "month": _TIMES[extreme][:7],
        "money": {"amount": "0.01" if short else "99999999.99", "currency": "CNY"},
        "number": "1" if short else "9" * variable.longest,
        "phone": variable.sample,
        "rows": ["一"] if short else [half, half],
        "orders": [_ORDER] if short else [_ORDER] * 200,
    }
    return raw.get(variable.kind, "一" if short else _text(variable.longest))


_ORDER = {
    "order_no": "SO-2026-0412",
    "billed": {"amount": "10000.00", "currency": "CNY"},
    "paid": {"amount": "3000.00", "currency": "CNY"},
}
"""One order of a statement, as its fact says it."""


def _odd(variable: Variable) -> str:
    """A value that people and systems should not give, but do; of an uncut one no more than may be said."""
    length = 4 if variable.uncut else 2 * variable.longest
    return f"\u200b【王\u202e先生】\ufeffhttp://kefu.example/{_text(length)}"


def _label(labels: Mapping[str, str], extreme: Values) -> str:
    chosen = min if extreme == "shortest" else max
    return chosen(labels, key=lambda word: len(labels[word]))


def _text(length: int) -> str:
    return (_LONG * (length // len(_LONG) + 1))[:length]


def _section(tables: Catalogue, template: Template) -> str:
    cells = "".join(f"<td>{_cell(tables, template, extreme)}</td>" for extreme in get_args(Extreme))
    heads = "".join(f"<th>{extreme} values</th>" for extreme in get_args(Extreme))
    title = f"{template.key} <small>{template.channel}, version {template.version}, {template.locale}</small>"
    return f"<h2>{title}</h2>\n<table><tr>{heads}</tr>\n<tr>{cells}</tr></table>"


def _cell(tables: Catalogue, template: Template, extreme: Extreme) -> str:
    try:
        words = filled(tables, template, extreme)
    except Unfit as reason:
        return f"<small>Not sent over this channel: {html.escape(str(reason))}. A colleague tells it.</small>"
    head = f"<b>{html.escape(words.subject)}</b>\n" if words.subject else ""
    foot = f"\n<small>{len(words.text)} characters, {words.parts} SMS</small>" if template.channel == "sms" else ""
    return f"{head}{html.escape(words.text.strip())}{foot}"
