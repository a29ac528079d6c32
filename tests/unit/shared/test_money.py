"""Money, numbers of papers and addresses: one way to write them, and nothing that cannot be."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.aggregate import Refused, together
from shared.contracts.currencies import rounded
from shared.contracts.event import Money
from shared.contracts.identities import AT_THE_DOOR, IN_A_REQUEST
from shared.contracts.vocabulary import (
    ComplaintNo,
    ContractNo,
    Email,
    OrderNo,
    PaidAmount,
    PaperNo,
    Phone,
    Price,
    ReturnNo,
    order_id_of,
)


@pytest.mark.parametrize(
    ("said", "kept"), [("1.2E+3", "1200.00"), ("1.28E+4", "12800.00"), ("5", "5.00"), ("-0", "0.00"), ("0.5", "0.50")]
)
def test_an_amount_is_written_out_to_the_cent_however_it_came(said: str, kept: str) -> None:
    assert Money.model_validate({"amount": said}).model_dump(mode="json")["amount"] == kept


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        *(("100.00", currency) for currency in ("XXX", "XTS", "XAU", "XDR", "DEM", "ZZZ", "AAA")),
        *(("100.50", currency) for currency in ("JPY", "KRW", "VND", "CLP", "XAF")),
    ],
)
def test_money_from_outside_can_be_paid_and_what_is_kept_is_read_as_it_was_written(amount: str, currency: str) -> None:
    kept = {"amount": amount, "currency": currency}
    for context in (IN_A_REQUEST, AT_THE_DOOR):
        with pytest.raises(ValidationError) as refused:
            TypeAdapter(Price).validate_python(kept, context=dict(context))
        assert [each["loc"] for each in refused.value.errors()] == [("currency",)]
    assert TypeAdapter(Price).validate_python(kept).model_dump(mode="json") == kept


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("100.50", "CNY"), ("0.01", "USD"), ("100.00", "JPY"), ("1.5E+3", "KRW"), ("1.25", "KWD"), ("0.50", "IDR")],
)
def test_money_of_a_currency_that_there_is_comes_in(amount: str, currency: str) -> None:
    came = Money.model_validate({"amount": amount, "currency": currency}, context=dict(IN_A_REQUEST))
    assert came == Money(amount=Decimal(amount), currency=currency)


@pytest.mark.parametrize("currency", ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND", "CNY"])
def test_a_third_decimal_is_refused_in_every_currency_with_what_would_be_right(currency: str) -> None:
    for context in (IN_A_REQUEST, AT_THE_DOOR):
        with pytest.raises(ValidationError) as refused:
            Money.model_validate({"amount": "1.235", "currency": currency}, context=dict(context))
        assert [(each["loc"], each["msg"]) for each in refused.value.errors()] == [
            (
                ("amount",),
                'Value error, an amount is a text such as "12800.00", with two decimals at most in any currency, '
                "or a whole number",
            )
        ]
    assert Money.model_validate({"amount": "1.23", "currency": currency}).amount == Decimal("1.23")


def test_a_currency_that_has_ended_since_the_first_release_comes_in_for_what_is_kept_in_it() -> None:
    lev = {"amount": "100.50", "currency": "BGN"}
    assert Money.model_validate(lev, context=dict(IN_A_REQUEST)).currency == "BGN"


@pytest.mark.parametrize(
    ("currency", "nearest"), [("CNY", "33333.33"), ("JPY", "33333.00"), ("KWD", "33333.33")], ids=str
)
def test_a_part_of_an_amount_is_rounded_to_what_can_be_paid_in_its_currency(currency: str, nearest: str) -> None:
    assert str(rounded(Decimal(100000) / 3, currency)) == nearest


@pytest.mark.parametrize(("kind", "amount"), [(PaidAmount, "0.00"), (PaidAmount, "-3000.00"), (Price, "-0.01")])
def test_what_is_paid_is_above_nothing_and_what_may_be_nothing_is_not_below_it(kind: type, amount: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python({"amount": amount})
    assert TypeAdapter(kind).validate_python({"amount": "0.01"}) == Money(amount=Decimal("0.01"))


def test_amounts_come_to_an_amount_or_are_refused() -> None:
    most = Decimal("99999999999999.99")
    assert together((most, Decimal("-0.50"), Decimal("0.50")), "USD") == Money(amount=most, currency="USD")
    for beyond in ((most, Decimal("0.01")), (-most, Decimal("-0.01"))):
        with pytest.raises(Refused, match=r"more than 99999999999999.99 together") as refused:
            together(beyond)
        assert refused.value.code == "beyond_amount"


@pytest.mark.parametrize("kind", [OrderNo, ContractNo, ReturnNo])
@pytest.mark.parametrize("number", ["【】SO", "SO-1【急】", "】", "http://a", "HTTPS://a.cn/1", "WWW.a.cn", "\u200b"])
def test_a_number_that_no_sms_may_carry_is_none(kind: object, number: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(number)


@pytest.mark.parametrize("number", ["SO-2026-0412", "订单二/7", "𠮷-1", "SO7#2", "A:B//C"])
def test_other_numbers_of_papers_are_taken_as_they_are(number: str) -> None:
    assert TypeAdapter(OrderNo).validate_python(number) == number


@pytest.mark.parametrize("kind", [OrderNo, ContractNo, ReturnNo, PaperNo])
@pytest.mark.parametrize("typed", ["so-77", "ＳＯ－77", " So–７７ ", "SO - 77", "\u200bSO\u200d-77\n", "sＯ—77"])
def test_a_number_is_one_in_whatever_case_and_width_it_is_typed(kind: object, typed: str) -> None:
    assert TypeAdapter(kind).validate_python(typed) == "SO-77"


def test_the_number_of_a_complaint_is_one_in_whatever_width_it_is_typed() -> None:
    assert TypeAdapter(ComplaintNo).validate_python("２０２６－１１－０００７") == "2026-11-0007"


@given(st.text(max_size=64))
def test_a_number_that_was_taken_is_taken_as_it_is(typed: str) -> None:
    try:
        taken = TypeAdapter(OrderNo).validate_python(typed)
    except ValidationError:
        return
    assert TypeAdapter(OrderNo).validate_python(taken) == taken
    assert order_id_of(typed) == order_id_of(taken)


def test_a_number_that_grows_beyond_its_limit_in_half_width_is_none() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(OrderNo).validate_python("㍿" * 20)


@pytest.mark.parametrize(
    ("kind", "copied", "plain"),
    [
        (Phone, "\u202d138 0013 8000\u202c", "13800138000"),
        (Phone, "\ufeff＋８６１３８００１３８０００", "+8613800138000"),
        (Email, "\u200bwang@hengda.example\u200e", "wang@hengda.example"),
    ],
    ids=ascii,
)
def test_an_address_that_is_copied_with_invisible_characters_is_taken_without_them(
    kind: object, copied: str, plain: str
) -> None:
    assert TypeAdapter(kind).validate_python(copied) == plain
