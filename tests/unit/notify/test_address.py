"""Which numbers can be written to, however people write them down."""

import pytest

from notify.domain.parts.address import as_mobile, masked


@pytest.mark.parametrize(
    ("written", "mobile"),
    [
        ("15412345678", "15412345678"),
        ("13800138000", "13800138000"),
        ("+86-138-0013-8000", "13800138000"),
        ("0086 138 0013 8000", "13800138000"),
        ("８６１３８００１３８０００", "13800138000"),
        ("(138) 0013 8000", "13800138000"),
        ("19912345678", "19912345678"),
        ("16512345678", "16512345678"),
        ("+852 9123 4567", "+85291234567"),
        ("+1 202-555-0123", "+12025550123"),
        ("020-88886666", None),
        ("+852 2123 4567", None),
        ("+44 20 7946 0958", None),
        ("400-800-8888", None),
        ("95588", None),
        ("1380013800", None),
        ("12345678901", None),
        ("+999123456789", None),
        ("总机转8012", None),
        ("", None),
    ],
)
def test_a_mobile_number_is_what_providers_take_and_anything_else_is_none(written: str, mobile: str | None) -> None:
    assert as_mobile(written) == mobile


@pytest.mark.parametrize(
    ("address", "shown"),
    [("13800138000", "138****8000"), ("wang@hengda.example", "w***@hengda.example"), ("cs_manager", "cs_****ager")],
)
def test_an_address_is_shown_so_that_it_is_recognised_and_cannot_be_used(address: str, shown: str) -> None:
    assert masked(address) == shown
