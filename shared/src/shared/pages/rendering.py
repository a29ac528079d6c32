"""How HTML is rendered: templates that fail for a name that they are not given, and that escape whatever they show.

What a template says itself stands in `_()` or `{% trans %}`, and is shown in the reader's language (ADR 49).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.language import _, language, listed, ngettext

ASSETS = Path(__file__).parent / "assets"
"""Style sheets and scripts, which the console serves to browsers."""

_TEMPLATES = Path(__file__).parent / "templates"


class Renderer:
    """Renders templates of these folders, then of the shared ones, as answers that no browser keeps."""

    def __init__(self, *folders: Path) -> None:
        where: Sequence[Path] = (*folders, _TEMPLATES)
        self._environment = Environment(
            loader=FileSystemLoader(where),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        # The old style escapes what a text is filled with, and what `_` is given that is no constant of the template.
        self._environment.install_gettext_callables(_, ngettext, newstyle=False)  # type: ignore[attr-defined]
        self._environment.globals |= {"_": _, "language": language, "listed": listed}
        self._environment.filters["given"] = given

    def __call__(self, template: str, /, **values: object) -> HTMLResponse:
        """The template with these values."""
        html = self._environment.get_template(template).render(values)
        return HTMLResponse(html, headers={"Cache-Control": "no-store", "Vary": "Cookie"})


def given(asked: Mapping[str, object]) -> dict[str, object]:
    """What an address asks for: the entries that say something."""
    return {name: value for name, value in asked.items() if value}
