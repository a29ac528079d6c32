"""How many messages are on their way at once, and what bulk leaves free for those that are waited for."""

from uuid import UUID

import pytest

from notify.domain.notification import Lane
from notify.sender.places import Places

IDS = [UUID(int=number) for number in range(20)]


def filled(live: int, bulk: int = 0, total: int = 8) -> Places:
    places = Places(total)
    for id in IDS[:live]:
        places.take(id, "live")
    for id in IDS[live : live + bulk]:
        places.take(id, "bulk")
    return places


def test_live_messages_may_take_every_place_and_no_more() -> None:
    places = filled(live=7)

    assert [places.take(IDS[10], "live"), places.take(IDS[11], "live")] == [True, False]
    assert len(places) == 8
    assert IDS[11] not in places


@pytest.mark.parametrize(
    ("live", "bulk", "free"),
    [(0, 5, True), (0, 6, False), (5, 0, True), (6, 0, False), (3, 3, False), (3, 2, True)],
)
def test_bulk_begins_only_while_fewer_than_three_quarters_are_taken(live: int, bulk: int, free: bool) -> None:
    places = filled(live, bulk)

    assert places.free("bulk") is free
    assert places.take(IDS[19], "bulk") is free
    assert places.free("live")


def test_a_message_has_one_place_however_often_it_asks() -> None:
    places = filled(live=1)

    assert places.take(IDS[0], "live") is False
    assert (len(places), list(places)) == (1, [IDS[0]])


def test_a_place_that_is_left_is_free_again() -> None:
    places = filled(live=8)
    places.leave(IDS[3])

    assert places.take(IDS[9], "live") is True
    assert sorted(places) == sorted([*IDS[:3], *IDS[4:8], IDS[9]])


def test_leaving_a_place_that_one_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled(live=1).leave(IDS[5])


@pytest.mark.parametrize(("lane", "count"), [("live", 3), ("bulk", 2)])
def test_each_lane_is_counted_by_itself(lane: Lane, count: int) -> None:
    assert filled(live=3, bulk=2).of(lane) == count


@pytest.mark.parametrize(
    ("live", "bulk", "crowded"), [(0, 0, False), (2, 0, False), (3, 0, True), (2, 4, False), (8, 0, True)]
)
def test_it_is_crowded_when_live_messages_have_more_than_a_quarter(live: int, bulk: int, crowded: bool) -> None:
    assert filled(live, bulk).crowded is crowded
