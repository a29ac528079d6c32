"""What orders shows to people."""

from pathlib import Path

from fastapi import APIRouter

from orders.domain.policy.policy import Rules
from orders.pages import customer
from orders.settings import Settings
from orders.store import Stores
from shared.pages.customer import CustomerDoor
from shared.pages.rendering import Renderer

_TEMPLATES = Path(__file__).parent / "templates"


def open_routes(stores: Stores, rules: Rules, settings: Settings) -> tuple[APIRouter, ...]:
    """What customers see, by the links that they are sent."""
    links = settings.customer_links()
    door = CustomerDoor("orders", links, settings.hotline, rules.calendar, Renderer(_TEMPLATES))
    return (customer.routes(stores, door),)
