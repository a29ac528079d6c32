"""What intake shows to people: customers found by anything that a caller says, and one with file and timeline."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter

from intake.domain.policy.policy import Rules
from intake.pages import customers
from intake.pages.words import FORMS
from intake.store import Stores
from shared.pages.forms import Forms
from shared.pages.rendering import Renderer


def routes(stores: Stores, rules: Rules, asked: Sequence[APIRouter]) -> Sequence[APIRouter]:
    """Every page of intake; `asked` are the routes to which its forms are sent."""
    render = Renderer(Path(__file__).parent / "templates")
    return (customers.routes(stores, rules, Forms("intake", "/customers/{customer_id}", asked, FORMS), render),)
