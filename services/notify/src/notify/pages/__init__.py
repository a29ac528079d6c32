"""What notify shows to people: liaison slips between departments, duty rosters, both on paper, and replies
and customers whom a colleague has to look after."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter

from notify.domain.policy.policy import Rules
from notify.pages import papers, slips, things
from notify.pages.words import FORMS
from notify.store import Stores
from shared.pages.forms import Forms
from shared.pages.rendering import Renderer

LOCALE = Path(__file__).parents[1] / "locale"
"""What these pages say in English."""

_TEMPLATES = Path(__file__).parent / "templates"


def routes(stores: Stores, rules: Rules, asked: Sequence[APIRouter]) -> Sequence[APIRouter]:
    """Every page of notify; `asked` are the routes to which its forms are sent."""
    forms, render = Forms("notify", "/slips/{slip_id}", asked, FORMS), Renderer(_TEMPLATES)
    return (
        slips.routes(stores, rules, forms, render),
        *things.routes(stores, rules, asked, render),
        *papers.routes(stores, rules.calendar),
    )
