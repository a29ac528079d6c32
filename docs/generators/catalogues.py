"""The English catalogues of the pages: every Chinese text that stands in the code, with the English that people wrote.

A text that is new gets an empty entry, one that no code says any more goes, and what is written stays.
"""

import ast
import io
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from generators import ROOT

SHARED = ROOT / "shared" / "src" / "shared"
_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_COMMENT = re.compile(r"^\s*//.*$|\s// .*$", re.MULTILINE)
_SCRIPT_TEXT = re.compile(r'(?P<marked>\b_\()?(?P<text>"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)')
_HEADER = r"""msgid ""
msgstr ""
"Language: en\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""

Found = dict[str | tuple[str, str], set[str]]
"""Texts, or pairs for one and for several, each with the files that say it."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution with pages: its package, the Python files whose texts staff read, and where its policy stands.

    `beside` are files with labels that stand elsewhere, such as those with links to papers.
    """

    name: str
    package: Path
    python: tuple[str, ...] = ("pages/**/*.py",)
    not_for_staff: tuple[str, ...] = ("pages/papers/", "pages/customer.py")
    beside: tuple[str, ...] = ()
    policy: str = "domain/policy/**/*.toml"

    @property
    def locale(self) -> Path:
        """Where its English stands."""
        return self.package / "locale" / "en" / "LC_MESSAGES" / "messages.po"

    def modules(self) -> list[Path]:
        """The Python files whose texts staff read."""
        found = {file for glob in self.python for file in self.package.glob(glob) if not self._for_others(file)}
        return sorted(found | {self.package / each for each in self.beside})

    def templates(self) -> list[Path]:
        """The templates that staff read: those of papers and of customers' pages name their language, or extend one."""
        found = sorted(self.package.glob("**/templates/*.html"))
        return [file for file in found if not _CHINESE_ALONE.search(file.read_text(encoding="utf-8"))]

    def titles(self) -> Iterator[tuple[str, Path]]:
        """The titles of clocks, routes and stages in the policy that the product brings along."""
        for file in sorted(self.package.glob(self.policy)):
            for title in _titles(tomllib.loads(file.read_text(encoding="utf-8"))):
                yield title, file

    def _for_others(self, file: Path) -> bool:
        return file.relative_to(self.package).as_posix().startswith(self.not_for_staff)


_CHINESE_ALONE = re.compile(r'lang="zh-CN"|extends "(customer|paper)\.html"')

DISTRIBUTIONS = (
    Distribution(
        "shared",
        SHARED,
        python=("pages/*.py", "language.py"),
        not_for_staff=("pages/papers.py", "pages/customer.py"),
        beside=("contracts/roles.py", "duties/explanation.py"),
    ),
    Distribution("console", ROOT / "console" / "src" / "console", python=("*.py",), not_for_staff=("pdf.py",)),
    *(
        Distribution(name, ROOT / "services" / name / "src" / name, beside=beside)
        for name, beside in {
            "intake": ("domain/parts/calling.py", "domain/survey.py", "pages/papers/found.py"),
            "orders": ("domain/parts/titles.py", "pages/papers/found.py"),
            "complaints": (
                "api/history.py",
                "domain/figures/statistics.py",
                "domain/parts/form.py",
                "pages/papers/of_case.py",
            ),
            "aftersales": ("domain/parts/titles.py",),
            "notify": (),
        }.items()
    ),
)
SCRIPTS = SHARED / "locale" / "en" / "LC_MESSAGES" / "scripts.po"


def catalogues() -> dict[Path, str]:
    """Every catalogue. What shared says stands in its own alone."""
    shared, *others = DISTRIBUTIONS
    common = said_by(shared)
    made = {shared.locale: _written(shared.locale, common), SCRIPTS: _written(SCRIPTS, said_by_scripts())}
    for each in others:
        own = {text: files for text, files in said_by(each).items() if text not in common}
        made[each.locale] = _written(each.locale, own)
    return made


def said_by(distribution: Distribution) -> Found:
    """All that a distribution says to staff, with the files that say it."""
    found: Found = {}

    def add(text: str | tuple[str, str], file: Path) -> None:
        found.setdefault(text, set()).add(file.relative_to(distribution.package).as_posix())

    for file in distribution.templates():
        for text in _of_template(file):
            add(text, file)
    for file in distribution.modules():
        for text in _of_module(file):
            add(text, file)
    for title, file in distribution.titles():
        add(title, file)
    several = {text[0] for text in found if isinstance(text, tuple)}
    return {text: files for text, files in found.items() if text not in several}


def said_by_scripts() -> Found:
    """All that the browser's scripts say, and what refusals are called."""
    found: Found = {}
    for file in sorted((SHARED / "pages" / "assets").glob("*.js")):
        for _, text in _of_script(file):
            found.setdefault(text, set()).add(f"pages/assets/{file.name}")
    refusals = json.loads((SHARED / "pages" / "assets" / "refusals.json").read_text(encoding="utf-8"))
    for text in (text for words in refusals.values() for text in words.values()):
        found.setdefault(text, set()).add("pages/assets/refusals.json")
    return found


def unmarked(distribution: Distribution) -> list[str]:
    """The Chinese of a distribution that stands outside `_()` where it has to stand in it, each with its file.

    In templates every text; in Python what is glued together; of shared also the texts of scripts.
    """
    found = [(file, text) for file in distribution.templates() for text in _unmarked_in_template(file)]
    found += [(file, text) for file in distribution.modules() for text in _glued(file)]
    if distribution.package == SHARED:
        scripts = sorted((SHARED / "pages" / "assets").glob("*.js"))
        found += [(file, text) for file in scripts for marked, text in _of_script(file) if not marked]
    return [f"{file.relative_to(ROOT)}: {text}" for file, text in found]


def _written(file: Path, found: Found) -> str:
    """The catalogue with these texts, in their order, and with the English that it has had for them."""
    before = _read(file)
    catalog = Catalog(locale="en")
    for text, files in found.items():
        known = before.get(text if isinstance(text, str) else text[0])
        english = () if known is None or not known.string else known.string
        one, several = (*([english] if isinstance(english, str) else english), "", "")[:2]
        catalog.add(
            text, one if isinstance(text, str) else (one, several), locations=[(each, 0) for each in sorted(files)]
        )
    written = io.BytesIO()
    write_po(written, catalog, width=0, omit_header=True, sort_output=True, include_lineno=False)
    return _HEADER + written.getvalue().decode().strip("\n") + "\n"


def _read(file: Path) -> Catalog:
    if not file.exists():
        return Catalog(locale="en")
    with file.open("rb") as written:
        return read_po(written, locale="en")


def _titles(table: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(title := table.get("title"), str) and table.keys() & {"role", "gate", "stages"}:
        yield title
    for each in table.values():
        for inner in each if isinstance(each, list) else [each]:
            if isinstance(inner, dict):
                yield from _titles(inner)


_TEMPLATES = Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)  # noqa: S701


def _of_template(file: Path) -> Iterator[str | tuple[str, str]]:
    for _, function, text in _TEMPLATES.extract_translations(file.read_text(encoding="utf-8")):  # type: ignore[attr-defined]
        if function == "ngettext":
            yield text[0], text[1]
        elif isinstance(text, str):
            yield text


def _unmarked_in_template(file: Path) -> Iterator[str]:
    tree = _TEMPLATES.parse(file.read_text(encoding="utf-8"))
    marked = {
        id(text)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in {"_", "gettext", "ngettext"}
        for text in call.args
    }
    for text in tree.find_all(nodes.TemplateData):
        yield from _CHINESE_RUN.findall(text.data)
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str) and _CHINESE.search(constant.value) and id(constant) not in marked:
            yield constant.value


_CHINESE_RUN = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")


def _of_module(file: Path) -> Iterator[str | tuple[str, str]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    pairs = [
        (call.args[0].value, call.args[1].value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "ngettext"
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[1], ast.Constant)
    ]
    yield from ((str(one), str(several)) for one, several in pairs)
    beside = {text for pair in pairs for text in pair}
    yield from _put_together(tree)
    for constant in _constants(tree, glued=False):
        if constant not in beside:
            yield constant


def _put_together(tree: ast.AST) -> Iterator[str]:
    """The texts in `_()` of places alone, which English parts otherwise."""
    calls = (call for call in ast.walk(tree) if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "_")
    texts = (str(text.value) for call in calls for text in call.args if isinstance(text, ast.Constant))
    yield from (text for text in texts if not _CHINESE.search(text))


def _glued(file: Path) -> Iterator[str]:
    yield from _constants(ast.parse(file.read_text(encoding="utf-8")), glued=True)


def _constants(tree: ast.AST, *, glued: bool) -> Iterator[str]:
    """The Chinese texts of a module without its docstrings: those that are parts of formatted ones, or all others."""
    parts = {id(part) for each in ast.walk(tree) if isinstance(each, ast.JoinedStr) for part in each.values}
    docs = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    constants = [each for each in ast.walk(tree) if isinstance(each, ast.Constant) and id(each) not in docs]
    for each in constants:
        if isinstance(each.value, str) and _CHINESE.search(each.value) and (id(each) in parts) == glued:
            yield each.value


def _of_script(file: Path) -> Iterator[tuple[bool, str]]:
    """The Chinese texts of a script, each with whether it stands in `_()`."""
    for found in _SCRIPT_TEXT.finditer(_COMMENT.sub("", file.read_text(encoding="utf-8"))):
        if _CHINESE.search(found["text"]):
            yield bool(found["marked"]), found["text"][1:-1]
