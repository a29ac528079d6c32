"""The diagrams of the order routes, in the README of the service that keeps them."""

import re
from pathlib import Path

from generators import ROOT

README = ROOT / "services" / "orders" / "README.md"
_SECTION = re.compile(r"(?<=<!-- routes -->\n).*(?=<!-- end of routes -->)", re.DOTALL)


def diagrams() -> dict[Path, str]:
    """The README with a diagram for the newest version of each route."""
    from orders.api.diagram import mermaid
    from orders.domain.route import ROUTES

    drawn = "\n".join(
        f"### {route.title} `{route.label}`\n\n```mermaid\n{mermaid(route)}\n```\n" for *_, route in ROUTES.values()
    )
    return {README: _SECTION.sub(lambda _: f"\n{drawn}\n", README.read_text())}
