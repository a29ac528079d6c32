"""Customers' links: proved by a key of two, for some days, and nothing else opens the page; guesses are slowed down."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identity.customer_links import LONGEST_LINK, BadLink, CustomerLink, LinkKeys
from shared.identity.guesses import WRONG_GUESSES, Guesses

TODAY = date(2026, 11, 22)
LINK = CustomerLink(UUID(int=1), TODAY, TODAY + timedelta(days=90))
OLD, NEW = "a:" + "o" * 32, "b:" + "n" * 32


def keys(*entries: str) -> LinkKeys:
    return LinkKeys.read(",".join(entries))


@given(
    customer=st.uuids(),
    made=st.dates(date(1970, 1, 1), date(2147, 1, 1)),
    days=st.integers(0, LONGEST_LINK.days),
    later=st.integers(0, LONGEST_LINK.days),
)
def test_a_link_says_whose_it_is_from_its_making_to_the_end_of_its_last_day(
    customer: UUID, made: date, days: int, later: int
) -> None:
    link = CustomerLink(customer, made, made + timedelta(days=days))
    text = keys(OLD).write(link)
    assert len(text) == 48
    today = made + timedelta(days=later)
    if later <= days:
        assert keys(OLD).read_link(text, today) == link
    else:
        with pytest.raises(BadLink):
            keys(OLD).read_link(text, today)


@given(
    place=st.integers(0, 47), other=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
)
def test_a_link_with_one_other_letter_opens_nothing(place: int, other: str) -> None:
    text = keys(OLD).write(LINK)
    changed = text[:place] + other + text[place + 1 :]
    if changed != text:
        with pytest.raises(BadLink):
            keys(OLD).read_link(changed, TODAY)


@given(text=st.text(max_size=80))
def test_what_no_key_wrote_opens_nothing(text: str) -> None:
    with pytest.raises(BadLink):
        keys(OLD).read_link(text, TODAY)


def test_a_link_is_written_in_one_way() -> None:
    text = keys(OLD).write(LINK)
    for other in (text + "=", text + "\n", f" {text}", text[:-1]):
        with pytest.raises(BadLink):
            keys(OLD).read_link(other, TODAY)


def test_a_link_of_before_a_rotation_holds_until_its_key_is_taken_away() -> None:
    text = keys(OLD).write(LINK)
    assert keys(OLD, NEW).read_link(text, TODAY) == keys(NEW, OLD).read_link(text, TODAY) == LINK
    assert keys(NEW, OLD).write(LINK) == keys(NEW).write(LINK)
    with pytest.raises(BadLink):
        keys(NEW).read_link(text, TODAY)


def test_a_link_for_longer_than_any_is_made_opens_nothing() -> None:
    text = keys(OLD).write(CustomerLink(UUID(int=1), TODAY, TODAY + LONGEST_LINK + timedelta(days=1)))
    with pytest.raises(BadLink):
        keys(OLD).read_link(text, TODAY)


@pytest.mark.parametrize("text", ["", "a", "a:short", ":" + "k" * 32, OLD + ","])
def test_keys_that_prove_nothing_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"key|entry"):
        LinkKeys.read(text)


def test_an_address_that_guesses_on_waits_out_its_minute_and_another_does_not() -> None:
    guesses = Guesses()
    for _ in range(WRONG_GUESSES):
        assert not guesses.too_many("198.51.100.7", 0.0)
        guesses.wrong("198.51.100.7", 0.0)
    assert (guesses.too_many("198.51.100.7", 59.9), guesses.too_many("198.51.100.8", 59.9)) == (True, False)
    assert not guesses.too_many("198.51.100.7", 60.0)
