"""Processes of our own: they end with us, and a service that falls over gets up again."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import psutil
import pytest

from kefu_local.keep import Keeper
from kefu_local.process import Process


def script(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.py"
    path.write_text(textwrap.dedent(text))
    return path


@pytest.fixture
def started() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    running: list[subprocess.Popen[str]] = []

    def start(*command: str, cwd: Path) -> subprocess.Popen[str]:
        running.append(subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True, cwd=cwd))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def next_number(process: subprocess.Popen[str]) -> int:
    assert process.stdout
    return next(int(line) for line in process.stdout if line.strip().isdecimal())


def ended(process: psutil.Process) -> bool:
    """Whether it runs no more, though its exit code may not have been read yet."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_process_ends_when_we_are_killed(tmp_path: Path, started: Callable[..., subprocess.Popen[str]]) -> None:
    owner = script(
        tmp_path,
        "owner",
        """
        import os, signal
        from kefu_local.process import Process
        child = Process("sleeper", ["sleep", "600"], env=dict(os.environ))
        child.start()
        print(child.pid, flush=True)
        signal.pause()
        """,
    )
    us = started(str(owner), cwd=tmp_path)
    child = psutil.Process(next_number(us))

    us.kill()

    child.wait(timeout=60)
    assert not child.is_running()


def test_a_process_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    sleeper = Process("sleeper", ["sleep", "600"], env=dict(os.environ), log=tmp_path / "log")
    thread = Thread(target=sleeper.start)
    thread.start()
    thread.join()
    assert sleeper.running
    sleeper.stop()
    assert not sleeper.running


def test_a_service_that_is_killed_starts_again_and_a_stop_ends_it(
    tmp_path: Path, started: Callable[..., subprocess.Popen[str]]
) -> None:
    script(
        tmp_path,
        "lively",
        """
        import os, signal
        print(os.getpid(), flush=True)
        signal.pause()
        """,
    )
    keeper_of_the_impatient = "import kefu_local.keep as keep; keep._TOO_SOON = 0.0; keep.main()"
    keeper = started("-c", keeper_of_the_impatient, "lively", cwd=tmp_path)
    first = psutil.Process(next_number(keeper))

    first.kill()
    second = psutil.Process(next_number(keeper))
    keeper.send_signal(signal.SIGTERM)

    assert keeper.wait(60) == 0
    assert first.pid != second.pid
    assert not psutil.pid_exists(second.pid)


def test_a_service_that_cannot_start_is_not_tried_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path, "misconfigured", "import sys; sys.exit('MONGO_URL is not set')")
    monkeypatch.chdir(tmp_path)
    assert Keeper("misconfigured").run() == 1


def test_nobody_reads_what_the_services_say_any_more_and_a_stop_ends_them_all_the_same(
    tmp_path: Path, started: Callable[..., subprocess.Popen[str]]
) -> None:
    script(
        tmp_path,
        "talkative",
        """
        import os, time
        print(os.getpid(), flush=True)
        while True:
            print("still here", flush=True)
            time.sleep(0.01)
        """,
    )
    (tmp_path / "Procfile").write_text(f"talkative: {sys.executable} -u talkative.py\n")
    supervisor = started("-m", "kefu_local.supervisor", "start", "--procfile", "Procfile", "--no-prefix", cwd=tmp_path)
    talker = psutil.Process(next_number(supervisor))
    assert supervisor.stdout
    supervisor.stdout.close()
    with pytest.raises(subprocess.TimeoutExpired):
        supervisor.wait(1)

    supervisor.send_signal(signal.SIGTERM)

    supervisor.wait(60)
    assert ended(talker)
