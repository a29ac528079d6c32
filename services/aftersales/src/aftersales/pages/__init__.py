"""What after-sales shows to people."""

from collections.abc import Sequence

from fastapi import APIRouter

from aftersales.domain.policy.policy import Rules
from aftersales.pages import papers
from aftersales.store import Stores


def routes(stores: Stores, rules: Rules) -> Sequence[APIRouter]:
    """Every page of after-sales."""
    return (papers.routes(stores, rules.calendar),)
