"""Garbage is collected after so many bytes of large bodies, however few objects hold them."""

from shared.garbage import LARGE, Garbage


def test_garbage_is_collected_each_time_that_large_bodies_come_to_the_limit_and_small_ones_do_not_count() -> None:
    collections: list[int] = []
    garbage = Garbage(4 * LARGE, lambda: collections.append(handled))

    for handled in range(10):  # noqa: B007
        garbage.left_by(LARGE)
        garbage.left_by(LARGE - 1)

    assert collections == [3, 7]
