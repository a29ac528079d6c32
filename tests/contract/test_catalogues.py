"""What pages say is in the English catalogue too, for every distribution that has pages."""

import re
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "docs"))

from generators.catalogues import DISTRIBUTIONS, SCRIPTS, Distribution, unmarked  # noqa: E402

CATALOGUES = [*(each.locale for each in DISTRIBUTIONS), SCRIPTS]
PLACE = re.compile(r"{\w*|%\(\w+\)s")


def catalogue(file: Path) -> Catalog:
    with file.open("rb") as written:
        return read_po(written, locale="en")


def texts(of: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The text of an entry, or those for one and for several."""
    return (of,) if isinstance(of, str) else tuple(of)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=lambda each: each.name)
def test_what_staff_read_can_be_translated(distribution: Distribution) -> None:
    assert unmarked(distribution) == []


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_text_has_its_english_with_the_same_places(file: Path) -> None:
    wrong = []
    for entry in catalogue(file):
        for english in texts(entry.string) if entry.id else ():
            places = {tuple(sorted(PLACE.findall(text))) for text in texts(entry.id)}
            if not english or tuple(sorted(PLACE.findall(english))) not in places:
                wrong.append((entry.id, english))
    assert wrong == []


def test_the_warranty_has_the_one_word_of_the_companys_documents() -> None:
    """保修, as 001 售后四 has it."""
    other = "质" + "保"
    sources = [
        file
        for folder in (ROOT / "console", ROOT / "services", ROOT / "shared")
        for file in folder.rglob("src/**/*")
        if file.suffix in {".py", ".html", ".toml", ".json", ".js"}
    ]
    assert [str(file.relative_to(ROOT)) for file in sources if other in file.read_text(encoding="utf-8")] == []
