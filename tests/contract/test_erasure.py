"""What says who a customer is stands in no collection that an erasure does not reach."""

import importlib
import inspect
import typing
from typing import Any

import pytest
from pydantic import BaseModel

from shared.aggregate import Aggregate
from shared.calendar import Calendar
from shared.contracts.intake import Contact
from shared.contracts.vocabulary import CustomerSnapshot
from shared.erasure import Personal
from shared.store import Store
from shared.testing import InMemoryDatabase, nowhere

SAYS_WHO = {CustomerSnapshot, Contact}
FORGET_BY_THEMSELVES = {"intake": {"Customer"}, "notify": {"Recipient"}}
"""The customer's own file and the recipient, each with a decision of its own to forget the person."""


def personal(name: str) -> tuple[Personal, ...]:
    """The collections in which a service says that it keeps something personal."""
    found = importlib.import_module(f"{name}.store").Stores.on(InMemoryDatabase()).personal
    rules = nowhere(importlib.import_module(f"{name}.settings").Settings).rules(Calendar())
    said: tuple[Personal, ...] = found(rules) if inspect.signature(found).parameters else found()
    return said


def kinds(name: str) -> dict[str, type[Aggregate]]:
    """What the collections of a service hold, by its name."""
    stores = [
        each
        for each in vars(importlib.import_module(f"{name}.store")).values()
        if isinstance(each, type) and issubclass(each, Store) and hasattr(each, "kind")
    ]
    return {each.kind.__name__: each.kind for each in stores}


def parts(annotation: Any, seen: set[type]) -> set[type]:
    """Every model that a value of this type may have in it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in seen:
        seen.add(annotation)
        for field in annotation.model_fields.values():
            parts(field.annotation, seen)
    for each in typing.get_args(annotation):
        parts(each, seen)
    return seen


@pytest.mark.parametrize("name", ["aftersales", "complaints", "intake", "notify", "orders"])
def test_every_collection_that_says_who_a_customer_is_is_erased_with_the_customer(name: str) -> None:
    say_who = {word for word, kind in kinds(name).items() if parts(kind, set()) & SAYS_WHO}
    reached = {each.store.kind.__name__ for each in personal(name)}
    assert say_who - reached - FORGET_BY_THEMSELVES.get(name, set()) == set()
    assert reached
