"""Money and numbers of papers: one way to write them, and nothing that cannot be."""

from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.aggregate import Refused, together
from shared.contracts.event import Money
from shared.contracts.vocabulary import ContractNo, OrderNo, PaidAmount, Price, ReturnNo


@pytest.mark.parametrize(
    ("said", "kept"), [("1.2E+3", "1200.00"), ("1.28E+4", "12800.00"), ("5", "5.00"), ("-0", "0.00"), ("0.5", "0.50")]
)
def test_an_amount_is_written_out_to_the_cent_however_it_came(said: str, kept: str) -> None:
    assert Money.model_validate({"amount": said}).model_dump(mode="json")["amount"] == kept


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


@pytest.mark.parametrize("number", ["SO-2026-0412", "订单（二）/7", "𠮷-1", "SO 7 #2", "A:B//C"])
def test_other_numbers_of_papers_are_taken_as_they_are(number: str) -> None:
    assert TypeAdapter(OrderNo).validate_python(number) == number
