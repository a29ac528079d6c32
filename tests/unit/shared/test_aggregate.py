"""The words of a domain: changes compose, and a field that does not exist is refused."""

from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from shared.aggregate import Aggregate, Change
from shared.contracts.event import Event, Frozen, Part


class Painted(Event, key="test.painted.v1"):
    """A fence has a colour."""

    colour: str


class Plank(Part):
    """One board."""

    colour: str = "raw"


class Nailed(Plank, Event, key="test.nailed.v1"):
    """A board is in its place."""

    nails: int = 2


class Fence(Aggregate):
    """Something to decide on."""

    colour: str = "raw"
    coats: int = 0
    plank: Plank = Plank()


def paint(fence: Fence, colour: str) -> Change[Fence]:
    return Change(fence.but(colour=colour, coats=fence.coats + 1), (Painted(colour=colour),))


def test_a_change_goes_on_from_the_state_that_the_first_decision_left() -> None:
    fence = Fence(id=uuid4())

    twice = paint(fence, "red").then(lambda fence: paint(fence, "green"))

    assert twice == Change(fence.but(colour="green", coats=2), (Painted(colour="red"), Painted(colour="green")))


def test_what_a_change_announces_besides_stands_behind_its_own_events() -> None:
    fence = Fence(id=uuid4())

    assert paint(fence, "red").announcing(Painted(colour="again")).events == (
        Painted(colour="red"),
        Painted(colour="again"),
    )


@pytest.mark.parametrize("frozen", [Fence(id=uuid4()), Plank(), Painted(colour="red")])
def test_a_field_that_does_not_exist_is_refused(frozen: Fence | Plank | Painted) -> None:
    with pytest.raises(TypeError, match=r"has no field color"):
        frozen.but(color="red")


@pytest.mark.parametrize("kind", [Fence, Plank, Painted])
def test_what_code_makes_has_no_field_that_does_not_exist(kind: type[Frozen]) -> None:
    with pytest.raises(TypeError, match=rf"{kind.__name__} has no field color"):
        kind(color="red")


def test_what_somebody_names_is_checked_as_if_the_whole_were_read() -> None:
    assert Plank().amended({"colour": "red"}) == Plank(colour="red")
    with pytest.raises(TypeError, match="Plank has no field color"):
        Plank().amended({"color": "red"})
    with pytest.raises(ValidationError):
        Plank().amended({"colour": 3})


def test_a_field_of_another_release_is_ignored_where_it_is_read() -> None:
    stored = {"id": str(UUID(int=1)), "coats": 1, "height": 2, "plank": {"colour": "red", "width": 3}}
    assert Fence.model_validate(stored) == Fence(id=UUID(int=1), coats=1, plank=Plank(colour="red"))


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("coats", "1", "str: int_type"),
        ("plank", "red", "str: model_type"),
        ("deadlines", [], "list: tuple"),
    ],
)
def test_a_value_that_a_field_cannot_have_is_refused_and_not_quoted(field: str, value: object, wrong: str) -> None:
    with pytest.raises(TypeError, match=rf"^Fence\.{field} cannot be this {wrong}"):
        Fence(id=UUID(int=1)).but(**{field: value})


def test_another_one_differs_in_the_named_fields_alone() -> None:
    fence = Fence(id=uuid4(), coats=3)
    assert fence.but(plank=fence.plank.but(colour="red")) == Fence(id=fence.id, coats=3, plank=Plank(colour="red"))
    assert fence == Fence(id=fence.id, coats=3)


def test_an_event_says_what_the_parts_say_that_it_inherits() -> None:
    assert Nailed.of(Plank(colour="red"), nails=4) == Nailed(colour="red", nails=4)


def test_an_event_takes_no_part_that_it_does_not_inherit_and_no_field_that_it_does_not_have() -> None:
    with pytest.raises(TypeError, match=r"Painted does not inherit Plank"):
        Painted.of(Plank(), colour="red")
    with pytest.raises(TypeError, match=r"Nailed has no field nail"):
        Nailed.of(Plank(), nail=4)
