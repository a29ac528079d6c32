"""What after-sales shows to people: register, dispatch, vouchers, months, papers, and the customer's own page."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter

from aftersales.domain.policy.policy import Rules
from aftersales.domain.roles import REGISTRARS
from aftersales.pages import customer, decide, figures, papers, requests, services, settlements
from aftersales.pages.words import FORMS, INTERNAL, REGISTERING, REQUEST_FORMS, SETTLEMENT_FORMS, WARRANTY_FORMS
from aftersales.settings import Settings
from aftersales.store import Stores
from shared.contracts.roles import CS_MANAGERS
from shared.pages.customer import CustomerDoor
from shared.pages.forms import Forms, Opening
from shared.pages.rendering import Renderer

LOCALE = Path(__file__).parents[1] / "locale"
"""What these pages say in English."""

_TEMPLATES = Path(__file__).parent / "templates"


def routes(stores: Stores, rules: Rules, asked: Sequence[APIRouter]) -> Sequence[APIRouter]:
    """Every page of after-sales; `asked` are the routes to which its forms are sent."""
    render = Renderer(_TEMPLATES)
    births = {"open_service_order": "/service-orders"}
    about_requests = Forms("aftersales", "/service-requests/{request_id}", asked, REQUEST_FORMS, births)
    about_warranties = Forms("aftersales", "/warranty-checks/{check_id}", asked, WARRANTY_FORMS)
    about_services = Forms("aftersales", "/service-orders/{service_order_id}", asked, FORMS)
    about_months = Forms("aftersales", "/settlements/{month}", asked, SETTLEMENT_FORMS)
    internal = Opening("aftersales", "/service-orders/internal", asked, INTERNAL, CS_MANAGERS)
    return (
        requests.routes(stores, rules, about_requests, about_warranties, render),
        requests.card(
            stores, Opening("aftersales", "/service-requests", asked, REGISTERING, REGISTRARS), render, rules
        ),
        services.board(stores.service_orders, rules, internal, render),
        services.page(stores.service_orders, rules, about_services, render),
        services.today(stores.service_orders, rules, render),
        decide.routes(stores.service_orders, rules, about_services, render),
        settlements.routes(stores.settlements, rules, about_months, render),
        figures.routes(stores.settlements, rules, render),
        papers.routes(stores, rules),
    )


def open_routes(stores: Stores, rules: Rules, settings: Settings) -> Sequence[APIRouter]:
    """What customers see, by the links that they are sent."""
    links = settings.customer_links()
    door = CustomerDoor("aftersales", links, settings.hotline, rules.calendar, Renderer(_TEMPLATES))
    return (customer.routes(stores, rules, door),)
