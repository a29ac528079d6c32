"""What a page of waiting decisions says, as a person reads it."""

import re
from html import unescape


def text(html: str) -> str:
    """What is read of it, without marks, its blanks made one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


def matters(html: str) -> list[tuple[str, str, list[str]]]:
    """Each matter: what is asked for, its number, and the decisions that there are forms for."""
    found = re.findall(r"<article.*?</article>", html, re.DOTALL)
    return [
        (
            _read(r"<h3.*?</h3>", each),
            _read(r"<a .*?</a>", each),
            re.findall(r'<form id="form-([a-z_]+)-', each),
        )
        for each in found
    ]


def _read(pattern: str, html: str) -> str:
    found = re.search(pattern, html)
    assert found is not None
    return text(found[0])
