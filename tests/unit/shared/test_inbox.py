"""An inbox remembers every request of a day, however many causes come after it, and is bounded all the same."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel import inbox
from shared.kernel.inbox import CAUSES_KEPT, ENTRIES_AT_MOST, REQUESTS_KEPT_FOR

NOW = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)
DAY = REQUESTS_KEPT_FOR


def requests(number: int, at: datetime) -> list[UUID]:
    return [entry for _ in range(number) for entry in inbox.entries(uuid4(), uuid4(), at)]


def events(number: int) -> list[UUID]:
    return [entry for _ in range(number) for entry in inbox.entries(uuid4(), None, NOW)]


@given(st.uuids(), st.uuids(), st.uuids(), st.timedeltas(timedelta(days=-40_000), timedelta(days=40_000)))
def test_a_request_is_known_again_by_its_fingerprint_whenever_it_came(
    cause: UUID, fingerprint: UUID, other: UUID, later: timedelta
) -> None:
    absorbed = [uuid4(), *inbox.entries(cause, fingerprint, NOW + later), uuid4()]
    assert inbox.repeats(absorbed, cause, fingerprint)
    assert inbox.repeats(absorbed, cause, other) == (other.int & inbox._SAID == fingerprint.int & inbox._SAID)


@given(
    st.lists(st.tuples(st.integers(0, 72 * 60), st.integers(0, 300), st.integers(0, 300)), max_size=6).map(
        lambda each: sorted(each, reverse=True)
    )
)
def test_what_goes_are_the_oldest_and_no_request_of_the_last_day(rounds: list[tuple[int, int, int]]) -> None:
    young: list[UUID] = []
    absorbed: list[UUID] = []
    for minutes_ago, asked, heard in rounds:
        made = requests(asked, NOW - timedelta(minutes=minutes_ago))
        young += made if timedelta(minutes=minutes_ago) < DAY else []
        absorbed += [*made, *events(heard)]
    kept = inbox.kept(absorbed, NOW)
    assert kept == absorbed[len(absorbed) - len(kept) :]
    assert set(young) <= set(kept)
    assert len(kept) >= min(len(absorbed), CAUSES_KEPT)
    assert len(kept) <= CAUSES_KEPT or kept[0] in young


def test_an_inbox_of_events_alone_holds_the_latest() -> None:
    absorbed = events(CAUSES_KEPT + 3)
    assert inbox.kept(absorbed, NOW) == absorbed[3:]


def test_requests_of_yesterday_go_like_events() -> None:
    absorbed = requests(CAUSES_KEPT, NOW - DAY)
    assert inbox.kept(absorbed, NOW) == absorbed[CAUSES_KEPT:]


def test_an_inbox_is_bounded_though_all_its_requests_are_of_today() -> None:
    absorbed = requests(ENTRIES_AT_MOST, NOW)
    assert inbox.kept(absorbed, NOW) == absorbed[ENTRIES_AT_MOST:]
