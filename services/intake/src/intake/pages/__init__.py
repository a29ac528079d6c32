"""What intake shows to people: customers by anything that a caller says, one with all that is known, calls with their
scripts, surveys, the colleagues' reports, and what departments' staff tell in person."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter

from intake.domain.parts.company import Company
from intake.domain.policy.policy import Rules
from intake.pages import callbacks, customer, customers, facts, figures, papers, reports, things
from intake.pages.words import CALLING, FORMS, REPORTING
from intake.settings import Settings
from intake.store import Stores
from shared.pages.customer import CustomerDoor
from shared.pages.forms import Forms
from shared.pages.rendering import Renderer
from shared.parking.store import Parking

LOCALE = Path(__file__).parents[1] / "locale"
"""What these pages say in English."""

_TEMPLATES = Path(__file__).parent / "templates"


def routes(
    stores: Stores, parking: Parking, rules: Rules, company: Company, asked: Sequence[APIRouter]
) -> Sequence[APIRouter]:
    """Every page of intake; `asked` are the routes to which its forms are sent."""
    render = Renderer(_TEMPLATES)
    about_files = Forms("intake", "/customers/{customer_id}", asked, FORMS)
    calling = Forms("intake", "/callbacks/{callback_id}", asked, CALLING)
    return (
        customers.routes(stores, rules, about_files, customers.Beginnings.read(asked), render),
        *callbacks.routes(stores, rules, company, calling, render),
        figures.routes(stores.surveys, rules, render),
        *reports.routes(stores, rules, Forms("intake", "/reports/{report_id}", asked, REPORTING), render),
        facts.routes(stores.facts, parking, rules.calendar, facts.forms(asked), render),
        *things.routes(stores, rules, asked, render),
        *papers.routes(stores, rules),
    )


def open_routes(stores: Stores, rules: Rules, settings: Settings) -> Sequence[APIRouter]:
    """What customers see, by the links that they are sent."""
    links = settings.customer_links()
    door = CustomerDoor("intake", links, settings.hotline, rules.calendar, Renderer(_TEMPLATES))
    return (customer.routes(stores, door),)
