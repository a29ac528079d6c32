"""Installing packages waits for another apt that is at work, and gives up on anything else with its own words."""

import os
import subprocess
from pathlib import Path

import pytest

PACKAGES = Path(__file__).parents[3] / "deploy/local/packages"
IN_CHINESE = "E: 无法获得锁 /var/lib/apt/lists/lock。锁正由进程 4711（unattended-upgr）持有"
BUSY = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 4711 (unattended-upgr)"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root installs packages")


def installed(folder: Path, *answers: str, patience: int = 600) -> subprocess.CompletedProcess[str]:
    """Runs the script with an apt-get that gives these answers to `update`, one after another, and then succeeds."""
    for number, answer in enumerate(answers):
        (folder / f"answer-{number}").write_text(answer)
    apt = folder / "apt-get"
    apt.write_text(
        "#!/bin/sh\n"
        f'case $1 in install) echo "installed $*"; exit 0 ;; esac\n'
        f"seen=$(cat {folder}/seen 2>/dev/null || echo 0)\n"
        f"echo $((seen + 1)) >{folder}/seen\n"
        f'[ "$seen" -lt {len(answers)} ] || exit 0\n'
        f'case $LC_ALL in C*) cat {folder}/answer-$seen ;; *) echo "{IN_CHINESE}" ;; esac; exit 100\n'
    )
    apt.chmod(0o755)
    (folder / "sleep").write_text("#!/bin/sh\n")
    (folder / "sleep").chmod(0o755)
    where = os.environ | {
        "LC_ALL": "zh_CN.UTF-8",
        "PATH": f"{folder}:{os.environ['PATH']}",
        "APT_PATIENCE": str(patience),
    }
    return subprocess.run(
        [PACKAGES, "some-package"], env=where, capture_output=True, text=True, timeout=30, check=False
    )


def test_another_apt_at_work_is_waited_for_and_said_once_on_a_chinese_machine_too(tmp_path: Path) -> None:
    done = installed(tmp_path, BUSY, BUSY, BUSY)
    assert done.returncode == 0
    assert done.stdout.count("another apt is at work") == 1
    assert "some-package" in done.stdout.splitlines()[-1]


def test_an_apt_that_never_ends_is_given_up(tmp_path: Path) -> None:
    done = installed(tmp_path, *[BUSY] * 5, patience=4)
    assert done.returncode == 1
    assert "another apt holds its lock and does not end" in done.stderr


def test_any_other_trouble_ends_it_with_apt_s_own_words(tmp_path: Path) -> None:
    done = installed(tmp_path, "E: Failed to fetch the list")
    assert (done.returncode, done.stderr) == (1, "E: Failed to fetch the list\n")
