"""What orders shows to people: the board by risk, one order with its decisions, papers, and the customer's own page."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter

from orders.domain.policy.policy import Rules
from orders.pages import board, customer, decide, figures, page, papers, things
from orders.pages.words import FORMS
from orders.settings import Settings
from orders.store import Stores
from shared.pages.customer import CustomerDoor
from shared.pages.forms import Forms
from shared.pages.rendering import Renderer

LOCALE = Path(__file__).parents[1] / "locale"
"""What these pages say in English."""

_TEMPLATES = Path(__file__).parent / "templates"


def routes(stores: Stores, rules: Rules, asked: Sequence[APIRouter]) -> Sequence[APIRouter]:
    """Every page of orders for staff; `asked` are the routes to which its forms are sent."""
    render = Renderer(_TEMPLATES)
    forms = Forms("orders", "/orders/{order_id}", asked, FORMS)
    return (
        board.routes(stores, rules, render),
        page.routes(stores, rules, forms, render),
        decide.routes(stores, rules, forms, render),
        figures.routes(stores.orders, rules, render),
        *things.routes(stores, rules, asked, render),
        *papers.routes(stores, rules),
    )


def open_routes(stores: Stores, rules: Rules, settings: Settings) -> tuple[APIRouter, ...]:
    """What customers see, by the links that they are sent."""
    links = settings.customer_links()
    door = CustomerDoor("orders", links, settings.hotline, rules.calendar, Renderer(_TEMPLATES), stores.proofs)
    return (customer.routes(stores, rules, door),)
