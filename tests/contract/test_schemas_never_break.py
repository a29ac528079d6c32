"""A published contract only ever grows: checked against the schemas frozen when each event was first published."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field, create_model

from shared.contracts.catalogue import published
from shared.contracts.compatibility import breaks
from shared.contracts.event import Part

SCHEMAS = Path(__file__).parent / "schemas"
FROZEN = {path.stem: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}


class Place(Part):
    street: str
    floor: int = 0


class Told(Part):
    """As it was when first published."""

    order_no: str = Field(max_length=64)
    amount: Decimal
    reason: Literal["supply", "weather"]
    place: Place
    stops: tuple[Place, ...] = ()
    note: str | None = None


def changed(remove=(), **fields):
    """`Told` with some fields replaced, added or removed, as the next developer would write it."""
    kept = {name: (field.annotation, field) for name, field in Told.model_fields.items() if name not in remove}
    return create_model("Told", __base__=Part, **(kept | fields))


def verdict(model):
    return breaks(Told.model_json_schema(), model.model_json_schema())


@pytest.mark.parametrize("key", sorted(published()))
def test_an_event_breaks_nothing_that_was_frozen(key):
    assert breaks(FROZEN[key], published()[key].model_json_schema()) == ()


def test_no_published_event_was_withdrawn_and_none_is_unfrozen():
    assert FROZEN.keys() == published().keys()


def test_the_same_contract_breaks_nothing():
    assert verdict(Told) == ()


def test_a_new_field_with_a_default_breaks_nothing():
    assert verdict(changed(carrier=(str | None, None), stop=(Place, Place(street="珠江东路")))) == ()


def test_words_for_people_break_nothing():
    assert verdict(changed(amount=(Decimal, Field(description="In yuan.", examples=["1.00"])))) == ()


def test_a_removed_field_is_found():
    assert verdict(changed(remove=["amount"])) == ("amount was removed",)


def test_a_renamed_field_is_found_as_one_gone_and_one_without_default():
    assert verdict(changed(remove=["amount"], total=(Decimal, ...))) == (
        "amount was removed",
        "total is new and has no default",
    )


def test_a_retyped_field_is_found():
    (line,) = verdict(changed(note=(int | None, None)))
    assert line.startswith("note was retyped: ")


def test_a_field_that_may_be_absent_now_is_found():
    assert any("amount" in line for line in verdict(changed(amount=(Decimal | None, None))))
    assert verdict(changed(place=(Place, Place(street="珠江东路")))) != ()


def test_a_field_that_became_mandatory_is_found():
    assert "note was made mandatory" in verdict(changed(note=(str | None, ...)))


def test_a_new_field_without_default_is_found():
    assert verdict(changed(carrier=(str, ...))) == ("carrier is new and has no default",)


def test_another_default_is_found():
    assert verdict(changed(note=(str | None, "-"))) != ()


@pytest.mark.parametrize("values", [Literal["supply"], Literal["supply", "weather", "crew"]])
def test_fewer_and_more_values_are_found(values):
    assert verdict(changed(reason=(values, ...))) != ()


@pytest.mark.parametrize("length", [32, 128])
def test_a_narrower_and_a_wider_limit_are_found(length):
    assert verdict(changed(order_no=(str, Field(max_length=length)))) != ()


def test_a_break_inside_a_part_is_found_wherever_the_part_is_used():
    class Narrower(Part):
        street: str

    assert verdict(changed(place=(Narrower, ...), stops=(tuple[Narrower, ...], ()))) == (
        "place.floor was removed",
        "stops[].floor was removed",
    )
