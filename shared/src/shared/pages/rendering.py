"""How HTML is rendered: templates that fail for a name that they are not given, and that escape whatever they show."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

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
        )
        self._environment.filters["given"] = given

    def __call__(self, template: str, /, **values: object) -> HTMLResponse:
        """The template with these values."""
        html = self._environment.get_template(template).render(values)
        return HTMLResponse(html, headers={"Cache-Control": "no-store", "Vary": "Cookie"})


def given(asked: Mapping[str, object]) -> dict[str, object]:
    """What an address asks for: the entries that say something."""
    return {name: value for name, value in asked.items() if value}
