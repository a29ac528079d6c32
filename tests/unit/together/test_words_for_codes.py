"""A code that one service gives and another one shows has the same words in both."""

import tomllib
from importlib.resources import files

from intake.pages.words import REASONS


def test_why_a_customer_was_not_reached_is_said_in_the_timeline_as_in_the_messages() -> None:
    table = (files("notify.domain") / "tables" / "variables.toml").read_text(encoding="utf-8")
    assert REASONS["notify.customer_unreached"] == tomllib.loads(table)["variables"]["why"]["labels"]
