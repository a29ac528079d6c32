"""The handbook shows what the browser ring draws, and has a page for every person of the trial."""

import re
from pathlib import Path

from console.people import PEOPLE

ROOT = Path(__file__).parents[2]
PAGES = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / "docs/handbook").glob("*.md")}
TESTS = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests/browser").glob("*.py"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def drawn() -> set[str]:
    """The pictures that the browser ring draws."""
    screens = re.findall(r'without_violations\(\w+, "(.*?)"\)', TESTS)
    looks = {f"{name}-{look}" for name in screens for look in ("light", "dark", "phone")}
    return looks | set(re.findall(r'leave_picture\(\w+, "(.*?)"\)', TESTS))


def test_every_picture_of_the_handbook_is_drawn_by_the_browser_ring_and_kept_with_it() -> None:
    named = {name for page in PAGES.values() for name in re.findall(r"\(pictures/(.*?)\.svg\)", page)}
    kept = {file.stem for file in (ROOT / "docs/handbook/pictures").glob("*.svg")}
    assert named == kept
    assert named - drawn() == set()


def test_every_page_of_the_handbook_begins_with_a_picture_and_the_readme_shows_three() -> None:
    without = [name for name, page in PAGES.items() if "\n![" not in page]
    assert without == ["README.md"]
    assert len(re.findall(r"!\[.*?\]\(docs/handbook/pictures/.*?\.svg\)", README)) == 3


def test_every_page_is_in_the_table_of_contents_and_every_person_has_one() -> None:
    contents = PAGES["README.md"]
    assert set(re.findall(r"\]\((.*?\.md)\)", contents)) == PAGES.keys() - {"README.md"}
    titles = "".join(page.partition("\n")[0] for name, page in PAGES.items() if name != "README.md")
    assert [person.title for person in PEOPLE if person.title not in titles and person.title not in contents] == []
