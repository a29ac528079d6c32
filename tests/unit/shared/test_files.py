"""Small files that others replace while we read them."""

from pathlib import Path
from time import monotonic, sleep

import pytest

from shared.files import NOTICED_WITHIN, WatchedFile, replace_file


def seen(file: WatchedFile[int], expected: int) -> int:
    limit = monotonic() + 50 * NOTICED_WITHIN
    while file.value() != expected and monotonic() < limit:
        sleep(NOTICED_WITHIN / 10)
    return file.value()


def test_a_missing_file_leaves_the_initial_value(tmp_path: Path) -> None:
    file = WatchedFile(tmp_path / "number", int, initial=7)
    assert (file.value(), file.trouble) == (7, f"{tmp_path / 'number'} is not there")


def test_a_replaced_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "number"
    replace_file(path, "1")
    file = WatchedFile(path, int, initial=0)
    assert file.value() == 1
    replace_file(path, "2")
    assert seen(file, 2) == 2


def test_a_broken_file_keeps_the_last_good_value_and_is_reported_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "number"
    replace_file(path, "1")
    file = WatchedFile(path, int, initial=0)
    assert file.value() == 1
    replace_file(path, "two")
    limit = monotonic() + 1
    while file.trouble is None and monotonic() < limit:
        assert file.value() == 1
    sleep(2 * NOTICED_WITHIN)
    assert file.value() == 1
    assert capsys.readouterr().out.count("file_ignored") == 1
    replace_file(path, "3")
    assert (seen(file, 3), file.trouble) == (3, None)


def test_a_replaced_file_has_the_mode_that_was_asked_for_and_leaves_no_draft(tmp_path: Path) -> None:
    replace_file(tmp_path / "deep" / "secret", "x", mode=0o600)
    assert [(path.name, path.stat().st_mode & 0o777) for path in (tmp_path / "deep").iterdir()] == [("secret", 0o600)]
