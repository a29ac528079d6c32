"""`python -m console.typesetter STYLE_SHEET` makes one paper into a PDF.

HTML comes by standard input, the PDF goes by standard output. The kernel holds the process to its limits: seconds of
the processor, memory, and no byte written to any file. Why there is no PDF goes by standard error, without a word of
the paper.
"""

import os
import resource
import sys
import traceback
from pathlib import Path
from typing import TextIO

PROCESSOR = 30
"""Seconds of the processor for one paper, with the start of the process."""
MEMORY = 512 * 1024 * 1024
"""Bytes of addresses, fonts included."""

NOT_INSTALLED = 3
NO_CHINESE_FONT = 4
"""How the process ends when this machine cannot make PDFs."""
TOO_MUCH = 5
"""How it ends when the paper needs more memory than it may have; the kernel ends it when it needs more time."""
BROKEN = 6
"""How it ends when the paper cannot be made into a PDF."""


def limit() -> None:
    """From now on the process keeps within the limits."""
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main(style_sheet: Path) -> int:
    """Waits for the HTML with everything loaded that takes long to load."""
    limit()
    said = _alone()
    try:
        from console.pdf import NoChineseFont, pdf_of
    except (ImportError, OSError) as error:
        said.write(f"{type(error).__name__}: {error}")
        return NOT_INSTALLED
    try:
        pdf = pdf_of(sys.stdin.buffer.read(), style_sheet.read_bytes())
    except NoChineseFont:
        return NO_CHINESE_FONT
    except MemoryError:
        return TOO_MUCH
    except Exception as error:  # noqa: BLE001
        said.write(_place_of(error))
        return BROKEN
    sys.stdout.buffer.write(pdf)
    return 0


def _alone() -> TextIO:
    """Standard error, to which nothing else writes from now on: what libraries say there may quote the paper."""
    said = os.fdopen(os.dup(2), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    return said


def _place_of(error: Exception) -> str:
    """What kind of error it is and where it was raised."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {place.name}, {place.filename}:{place.lineno}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
