"""What refusals are called, by their codes: the sentences that the browser's scripts say when a request is refused."""

import json
from functools import cache

from shared.language import english_of_scripts, language
from shared.pages.rendering import ASSETS


def sentence(code: str) -> str:
    """What a refusal with this code says to the person who asks. KeyError for a code that has no words."""
    said = _codes()[code]
    return _english().get(said, said) if language() == "en" else said


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = json.loads((ASSETS / "refusals.json").read_text(encoding="utf-8"))["codes"]
    return codes


@cache
def _english() -> dict[str, str]:
    return english_of_scripts()
