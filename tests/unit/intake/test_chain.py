"""A file that only grows: whatever is altered in it shows, at the first altered entry."""

from datetime import UTC, datetime

import pytest

from intake.domain.parts.chain import GENESIS, appended, first_altered
from shared.testing import cause

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def file_of(*words):
    entries = ()
    for word in words:
        entries = appended(entries, "said", {"word": word}, cause(NOW))
    return entries


def altered(entries, place, **fields):
    return tuple(entry.but(**fields) if number == place else entry for number, entry in enumerate(entries, start=1))


def test_an_untouched_file_is_whole():
    assert first_altered(file_of("a", "b", "c")) is None


def test_every_entry_holds_the_one_before_in_place():
    entries = file_of("a", "b", "c")
    assert [entry.previous for entry in entries] == [GENESIS, entries[0].hash, entries[1].hash]
    assert [entry.seq for entry in entries] == [1, 2, 3]


@pytest.mark.requirement("R043.b")
@pytest.mark.parametrize(
    "forged",
    [
        {"content": {"word": "x"}},
        {"at": datetime(2026, 11, 21, 9, 0, tzinfo=UTC)},
        {"kind": "never said"},
        {"hash": "f" * 64},
        {"previous": "f" * 64},
        {"seq": 7},
    ],
)
def test_an_altered_entry_is_named(forged):
    assert first_altered(altered(file_of("a", "b", "c"), 2, **forged)) == 2


def test_an_entry_forged_with_its_hash_shows_at_the_next_one():
    entries = file_of("a", "b", "c")
    forged = entries[1].but(content={"word": "x"})
    forged = forged.but(hash=forged.fingerprint())
    assert first_altered((entries[0], forged, entries[2])) == 3


@pytest.mark.requirement("R043.b")
def test_a_removed_entry_is_named_by_the_number_it_had():
    entries = file_of("a", "b", "c")
    assert first_altered((entries[0], entries[2])) == 2
    assert first_altered(entries[1:]) == 1


def test_entries_that_changed_places_are_noticed():
    entries = file_of("a", "b", "c")
    assert first_altered((entries[1], entries[0], entries[2])) == 1


def test_a_file_reads_the_same_after_it_was_stored():
    entries = file_of("广州", "b")
    stored = [type(entry).model_validate(entry.model_dump(mode="json")) for entry in entries]
    assert first_altered(stored) is None
