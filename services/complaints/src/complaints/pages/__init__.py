"""What complaints shows to people: its cases as a list, and one case with what may be decided about it."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter

from complaints.domain.policy.policy import Rules
from complaints.pages import case, listing, papers
from complaints.pages.words import FORMS
from complaints.store import Stores
from shared.pages.forms import Forms
from shared.pages.rendering import Renderer


def routes(stores: Stores, rules: Rules, asked: Sequence[APIRouter]) -> Sequence[APIRouter]:
    """Every page of complaints; `asked` are the routes to which its forms are sent."""
    render = Renderer(Path(__file__).parent / "templates")
    return (
        listing.routes(stores.complaints, rules.calendar.zone, render),
        case.routes(stores, rules, Forms("complaints", "/complaints/{complaint_id}", asked, FORMS), render),
        *papers.routes(stores, rules),
    )
