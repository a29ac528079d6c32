"""The handbook shows what the browser ring leaves as pictures, and has a page for every person of the trial."""

import re
from pathlib import Path

from console.people import PEOPLE

ROOT = Path(__file__).parents[2]
PAGES = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / "docs/handbook").glob("*.md")}
TESTS = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests/browser").glob("*.py"))


def test_every_picture_that_the_handbook_names_is_left_by_the_browser_ring() -> None:
    named = {name for page in PAGES.values() for shown in re.findall(r"图 (.*?)）", page) for name in names(shown)}
    left = {*re.findall(r'without_violations\(\w+, "(.*?)"\)', TESTS), *re.findall(r'PICTURES / "(.*?)\.png"', TESTS)}
    assert named
    assert named - left == set()


def names(shown: str) -> list[str]:
    """The pictures that stand in one bracket."""
    return re.findall(r"`([a-z-]+)`", shown)


def test_every_page_is_in_the_table_of_contents_and_every_person_has_one() -> None:
    contents = PAGES["README.md"]
    assert set(re.findall(r"\]\((.*?)\)", contents)) == PAGES.keys() - {"README.md"}
    titles = "".join(page.partition("\n")[0] for name, page in PAGES.items() if name != "README.md")
    assert [person.title for person in PEOPLE if person.title not in titles and person.title not in contents] == []
