"""What after-sales shows to people: its papers, and to customers their warranties and services."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter

from aftersales.domain.policy.policy import Rules
from aftersales.pages import customer, papers
from aftersales.settings import Settings
from aftersales.store import Stores
from shared.pages.customer import CustomerDoor
from shared.pages.rendering import Renderer

_TEMPLATES = Path(__file__).parent / "templates"


def routes(stores: Stores, rules: Rules) -> Sequence[APIRouter]:
    """Every page of after-sales."""
    return (papers.routes(stores, rules.calendar),)


def open_routes(stores: Stores, rules: Rules, settings: Settings) -> Sequence[APIRouter]:
    """What customers see, by the links that they are sent."""
    links = settings.customer_links()
    door = CustomerDoor("aftersales", links, settings.hotline, rules.calendar, Renderer(_TEMPLATES))
    return (customer.routes(stores, rules, door),)
