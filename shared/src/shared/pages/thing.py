"""The page of one thing that people have a duty about: what is known of it, its clocks, and its forms."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from shared.calendar import Calendar
from shared.clocks import Timed
from shared.contracts.roles import Role
from shared.http import AskedBy, Router
from shared.lifecycle import Lacking, Possible
from shared.pages.forms import Filled, Forms
from shared.pages.rendering import Renderer
from shared.pages.shown_pictures import pictures_in
from shared.pages.strip import strip
from shared.store import Store

ThingT = TypeVar("ThingT", bound=Timed)


@dataclass(frozen=True, slots=True)
class Titled:
    """What stands under one title."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownThing:
    """One thing as its page shows it, in the reader's language. What says nothing is left out.

    `texts` are what people wrote, `facts` anything short. `possible`, `lacking` and `filled` are those of its forms.
    `customer` is whose file the page leads to, `papers` where its papers are printed, by what they are called.
    """

    title: str
    stage: str
    possible: Iterable[Possible]
    facts: Sequence[Titled] = ()
    texts: Sequence[Titled] = ()
    filled: Mapping[str, Filled] = field(default_factory=dict)
    lacking: Iterable[Lacking] = ()
    customer: UUID | None = None
    papers: Mapping[str, str] = field(default_factory=dict)


def told_at(moment: datetime | None, calendar: Calendar) -> str:
    """A moment to the minute as people here tell it; nothing where there is none."""
    return f"{calendar.local(moment):%Y-%m-%d %H:%M}" if moment else ""


class ThingPages:
    """Draws the pages of a service's things."""

    def __init__(self, calendar: Calendar, render: Renderer) -> None:
        self._calendar = calendar
        self._render = render

    def of(
        self,
        name: str,
        store: Store[ThingT],
        readers: Iterable[Role],
        forms: Forms,
        show: Callable[[ThingT, Calendar], ShownThing],
        offers: Callable[[ThingT], Awaitable[Mapping[str, Filled]]] | None = None,
    ) -> APIRouter:
        """The page of each thing of this store, under `/ui/<name>`, as `show` tells it.

        `offers` is what its forms have to choose from that is kept elsewhere.
        """
        router = Router(readers=tuple(readers), tags=["pages"], prefix=f"/ui/{name}", include_in_schema=False)

        @router.get("/{id}", response_class=HTMLResponse, name=f"show_{name.replace('-', '_')}")
        async def show_thing(id: UUID, request: Request, asker: AskedBy) -> Response:
            """One thing."""
            known = await store.get(id)
            thing = show(known, self._calendar)
            filled = {**thing.filled, **(await offers(known) if offers else {})}
            acts = forms.acts(thing.possible, asker, id, filled, lacking=thing.lacking, customer=thing.customer)
            return self._render(
                "thing.html",
                thing=thing,
                clocks=strip(known, self._calendar, request.app.state.time.now()),
                acts=acts,
                pictures=pictures_in(known),
            )

        return router
