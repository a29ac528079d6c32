"""A form from a request's model: what it asks for, how, and what a page adds to it."""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

import pytest
from fastapi import APIRouter
from pydantic import Field

from shared.contracts.event import Instant, Money
from shared.contracts.roles import Role
from shared.contracts.vocabulary import FileRef, Line, Prose
from shared.http import RequestBody
from shared.identity import Principal
from shared.language import LOCALE, english, read_in
from shared.lifecycle import Lacking, Possible
from shared.pages.forms import Choice, Filled, FormField, Forms, FormWords, NoWords, fields_of

WORDS = FormWords(
    decisions={"boil": "烧水", "pour": "倒水"},
    fields={
        "kettle": "水壶", "litres": "升", "at": "时间", "on": "日期", "price": "价格", "why": "原因", "hot": "热",
        "tea": "茶", "with_milk": "加奶", "cups": "杯",
        "Cup.colour": "颜色", "guests": "客人", "extras": "配料", "note": "备注",
        "kettle_photo": "水壶照片", "photos": "照片", "guest_signs": "客人签字",
    },
    choices={"tea": {"green": "绿茶", "black": "红茶"}, "extras": {"sugar": "糖", "lemon": "柠檬"}},
    asides={"note": "只在内部"},
    pictures=frozenset({"kettle_photo", "Pour.photos"}),
    signatures=frozenset({"guest_signs"}),
)  # fmt: skip
ID = UUID(int=7)


class Cup(RequestBody):
    """One cup."""

    colour: Line


class Pour(RequestBody):
    """Everything that a form may ask for."""

    kettle: FileRef
    litres: int = Field(ge=1, le=9)
    at: Instant
    on: date | None = None
    price: Money | None = None
    why: Prose = Field(examples=["客人到了"])
    hot: bool
    tea: Literal["green", "black"]
    with_milk: bool = True
    cups: tuple[Cup, ...] = Field(max_length=4)
    guests: tuple[Line, ...] = ()
    extras: tuple[Literal["sugar", "lemon"], ...] = ()
    note: str = Field(default="", max_length=4000)
    kettle_photo: FileRef | None = None
    photos: tuple[FileRef, ...] = ()
    guest_signs: FileRef | None = None


def forms() -> Forms:
    router = APIRouter(prefix="/kettles/{kettle_id}")

    @router.post("/boil")
    async def boil(kettle_id: UUID) -> None: ...

    @router.post("/pour")
    async def pour(kettle_id: UUID, body: Pour) -> None: ...

    @router.post("/scrap")
    async def scrap(kettle_id: UUID) -> None: ...

    return Forms("kitchen", "/kettles/{kettle_id}", (router,), WORDS)


def named(name: str) -> FormField:
    return next(field for field in fields_of(Pour, WORDS) if field.name == name)


def test_each_kind_of_field_is_asked_for_in_its_own_way() -> None:
    assert [(field.name, field.kind, field.required) for field in fields_of(Pour, WORDS)] == [
        ("kettle", "line", True),
        ("litres", "number", True),
        ("at", "moment", True),
        ("on", "day", False),
        ("price", "money", False),
        ("why", "prose", True),
        ("hot", "yes_no", True),
        ("tea", "choice", True),
        ("with_milk", "tick", False),
        ("cups", "rows", True),
        ("guests", "lines", False),
        ("extras", "ticks", False),
        ("note", "prose", False),
        ("kettle_photo", "picture", False),
        ("photos", "pictures", False),
        ("guest_signs", "signature", False),
    ]


def test_limits_choices_defaults_and_examples_are_the_models() -> None:
    assert (named("litres").least, named("litres").most, named("cups").most) == (1, 9, 4)
    assert (named("why").longest, named("why").example) == (4000, "客人到了")
    assert named("with_milk").default == "true"
    assert named("tea").choices == (Choice("green", "绿茶"), Choice("black", "红茶"))
    assert (named("note").label, named("note").aside) == ("备注", "只在内部")
    assert [field.name for field in named("cups").row(2)] == ["cups.2.colour"]


def test_a_field_without_words_stops_the_service_from_starting() -> None:
    class Stir(RequestBody):
        """A new field."""

        spoon: Line

    with pytest.raises(NoWords, match=r"Stir\.spoon has no label"):
        fields_of(Stir, WORDS)


def test_a_choice_without_words_stops_the_service_from_starting() -> None:
    class Brew(RequestBody):
        """A new choice."""

        tea: Literal["green", "white"]

    with pytest.raises(NoWords, match=r"\['white'\] of Brew\.tea"):
        fields_of(Brew, WORDS)


def test_a_decisions_form_is_sent_to_its_route_and_a_route_without_a_title_has_none() -> None:
    assert forms().decisions == {"boil", "pour"}
    form = forms().draw("boil", ID)
    assert (form.title, form.address, form.fields) == ("烧水", f"/kitchen/kettles/{ID}/boil", ())
    assert form.key != forms().draw("boil", ID).key


def test_what_a_page_knows_is_not_asked_for_and_what_it_offers_is_chosen_from() -> None:
    filled = Filled(
        given={"kettle": "blue"},
        offered={
            "litres": [Choice("1", "一升"), Choice("2", "两升", may=False)],
            "guests": (),
            "cups.colour": [Choice("r", "红")],
        },
        begun={"litres": "1"},
    )
    fields = {field.name: field for field in forms().draw("pour", ID, filled).fields}
    assert {"kettle", "guests"} & fields.keys() == set()
    assert (fields["litres"].kind, fields["litres"].sent, fields["litres"].default) == ("choice", "number", "1")
    assert (fields["cups"].fields[0].kind, fields["cups"].fields[0].choices) == ("choice", (Choice("r", "红"),))


def test_a_form_drawn_from_something_else_has_another_basis() -> None:
    blue, red = (forms().draw("pour", ID, Filled(given={"kettle": each})) for each in ("blue", "red"))
    assert blue.basis != red.basis
    assert blue.basis == forms().draw("pour", ID, Filled(given={"kettle": "blue"})).basis


def test_what_the_reader_may_do_comes_first_and_the_rest_says_who_may() -> None:
    possible = (
        Possible(decision="boil", roles=(Role.FINANCE, Role.GM)),
        Possible(decision="pour", roles=(Role.CS_SPECIALIST,)),
    )
    asker = Principal.staff("li", Role.CS_SPECIALIST)
    acts = forms().acts(possible, asker, ID)
    assert [(act.title, act.roles, act.form is not None) for act in acts] == [
        ("倒水", "客服专员", True),
        ("烧水", f"{Role.FINANCE.chinese}、{Role.GM.chinese}", False),
    ]
    theirs = forms().acts(possible, asker, ID, others={"pour": "按金额"})
    assert [(act.title, act.roles, act.form) for act in theirs][1] == ("倒水", "按金额", None)


class HandIn(RequestBody):
    """What stands under the headings of a form that the company makes."""

    texts: dict[str, Prose] = Field(default={}, max_length=20)
    sums: dict[str, Decimal] = Field(default={})
    marks: dict[str, Line] = Field(default={})
    price: Decimal


HANDING_IN = FormWords(decisions={}, fields={"texts": "内容", "sums": "金额", "price": "单价"})


def test_a_field_under_headings_asks_for_each_of_them_and_for_nothing_without_any() -> None:
    texts, sums, price = fields_of(HandIn, HANDING_IN)
    assert (texts.kind, sums.kind, price.kind) == ("headings", "headings", "amount")
    filled = Filled(headings={"texts": {"next": "次日行程", "sales": "销售情况"}, "sums": {"target": "目标（元）"}})
    asked = [filled.into(each) for each in (texts, sums)]
    assert [(each.kind, each.label) for each in asked if each] == [("group", "内容"), ("group", "金额")]
    assert [
        (each.name, each.label, each.kind, each.required, each.longest)
        for group in asked
        if group
        for each in group.fields
    ] == [
        ("texts.next", "次日行程", "prose", True, 4000),
        ("texts.sales", "销售情况", "prose", True, 4000),
        ("sums.target", "目标（元）", "amount", True, None),
    ]
    assert Filled().into(texts) is None


def test_a_heading_that_may_be_left_out_is_not_required() -> None:
    texts = fields_of(HandIn, HANDING_IN)[0]
    headings = {"texts": {"next": "次日行程", "sales": "销售情况"}}
    group = Filled(headings=headings, optional=frozenset({"texts.sales"})).into(texts)
    assert group is not None
    assert [(each.name, each.required) for each in group.fields] == [("texts.next", True), ("texts.sales", False)]


def test_what_waits_for_something_says_for_what_and_who_makes_it_then() -> None:
    waiting = Lacking(decision="boil", roles=(Role.FINANCE, Role.GM), code="fee_missing")
    asker = Principal.staff("li", Role.GM)
    assert [(act.roles, act.form, act.waits) for act in forms().acts((), asker, ID, lacking=(waiting,))] == [
        ("财务、总经理", None, "请先填写费用，没有费用填0。")
    ]
    with read_in("en", english(LOCALE)):
        (act,) = forms().acts((), asker, ID, lacking=(waiting,))
    assert act.waits == "Please enter the fee first; 0 if there is none."


def test_who_had_a_hand_in_it_has_no_form_and_reads_that_another_colleague_makes_it() -> None:
    asker = Principal.staff("li", Role.GM)
    barred = Possible(decision="boil", roles=(Role.FINANCE, Role.GM), another_than=("LI",))
    named = Possible(decision="pour", roles=(Role.GM,), only=("wang",))
    assert [(act.roles, act.form) for act in forms().acts((barred, named), asker, ID)] == [
        ("另一位同事（财务、总经理）", None),
        ("wang本人", None),
    ]
