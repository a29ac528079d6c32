"""What complaints shows to people: its cases, what may be decided about one, its papers, and the customer's page."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter

from complaints.domain.policy.policy import Rules
from complaints.domain.roles import FILERS
from complaints.pages import case, customer, decide, figures, listing, papers, reviews, things
from complaints.pages.decide import SignatureForms
from complaints.pages.words import ALLOWING, FILING, FORMS, PUNISHING, RETURNING, REVIEW_FORMS
from complaints.settings import Settings
from complaints.store import Stores
from shared.pages.customer import CustomerDoor
from shared.pages.forms import Forms, Opening
from shared.pages.rendering import Renderer

LOCALE = Path(__file__).parents[1] / "locale"
"""What these pages say in English."""

_TEMPLATES = Path(__file__).parent / "templates"


def routes(stores: Stores, rules: Rules, asked: Sequence[APIRouter]) -> Sequence[APIRouter]:
    """Every page of complaints; `asked` are the routes to which its forms are sent."""
    render = Renderer(_TEMPLATES)
    cases = Forms("complaints", "/complaints/{complaint_id}", asked, FORMS)
    signatures = SignatureForms(
        cases,
        Forms("complaints", "/allowances/{allowance_id}", asked, ALLOWING),
        Forms("complaints", "/returns/{return_id}", asked, RETURNING),
        Forms("complaints", "/penalties/{penalty_id}", asked, PUNISHING),
    )
    return (
        listing.routes(stores, rules, Opening("complaints", "/complaints", asked, FILING, FILERS), render),
        case.routes(stores, rules, cases, render),
        decide.routes(stores, rules, signatures, render),
        figures.routes(stores, rules, render),
        reviews.routes(stores, rules, Forms("complaints", "/reviews/{month}", asked, REVIEW_FORMS), render),
        *things.routes(stores, rules, signatures, asked, render),
        *papers.routes(stores, rules),
    )


def open_routes(stores: Stores, rules: Rules, settings: Settings) -> Sequence[APIRouter]:
    """What customers see, by the links that they are sent."""
    links = settings.customer_links()
    door = CustomerDoor("complaints", links, settings.hotline, rules.calendar, Renderer(_TEMPLATES), stores.proofs)
    return (customer.routes(stores, rules, door),)
