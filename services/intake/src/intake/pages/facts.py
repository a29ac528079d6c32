"""What a department tells in person, and what became of all that it told: its forms and its list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import AliasPath, Field

from intake.api.facts import AdmittedRow, RefusedRow, not_admitted_of
from intake.api.telling import BODIES
from intake.domain.fact import FACTS
from intake.domain.parts.reporters import REPORTERS, STAFF, departments_of
from intake.pages.words import TELLING, TOLD
from intake.store import Facts
from shared.calendar import Calendar
from shared.contracts.departments import DONE_BY
from shared.http import After, AskedBy, Router
from shared.identity import Principal
from shared.language import _
from shared.pages.forms import Act, Filled, Opening
from shared.pages.rendering import Renderer
from shared.parking.store import Parking
from shared.store import OneOf, Where

FACTS_ON_A_PAGE = 50
"""Facts on one page."""
FactsShown = Literal["admitted", "refused"]
SHOWN: Mapping[FactsShown, str] = MappingProxyType({"admitted": "已受理", "refused": "未受理"})
TELLERS_OWN = ("found_by", "foreman")
"""Fields in which the name of who tells it stands to begin with."""


class ToldRow(AdmittedRow):
    """A fact that was admitted, with what it is about."""

    order_no: str | None = Field(default=None, validation_alias=AliasPath("said", "order_no"))
    return_no: str | None = Field(default=None, validation_alias=AliasPath("said", "return_no"))
    customer_name: str | None = Field(default=None, validation_alias=AliasPath("said", "customer", "name"))


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact as a line of the list: what was told, about what, when, and what the services behind made of it."""

    title: str
    about: str
    told: str
    became: Sequence[str]


def forms(asked: Sequence[APIRouter]) -> Mapping[str, Opening]:
    """The form of each fact that is told in person, by its key."""
    found = {}
    for key in BODIES:
        words = replace(TELLING, decisions={_name(key): TOLD[key]})
        found[key] = Opening("intake", f"/facts/{key}", asked, words, REPORTERS[key])
    return found


def routes(
    facts: Facts, parking: Parking, calendar: Calendar, told_by: Mapping[str, Opening], render: Renderer
) -> APIRouter:
    """The page on which staff of a department tell what is theirs to know, and see what became of it."""
    router = Router(readers=STAFF, tags=["pages"], prefix="/ui/facts", include_in_schema=False)

    @router.get("", response_class=HTMLResponse)
    async def show_facts(
        asker: AskedBy,
        stage: FactsShown = "admitted",
        about: Annotated[str, Query(max_length=64)] = "",
        after: After = None,
    ) -> Response:
        """The facts of the asker's departments, the latest first; `about` is the order that the forms begin with."""
        departments = departments_of(asker.roles)
        if stage == "admitted":
            where: Where = {"department": OneOf(*departments)}
            admitted = await facts.rows(ToldRow, where, sort="-at", after=after, limit=FACTS_ON_A_PAGE)
            lines, following = [_admitted(row, calendar) for row in admitted.items], admitted.next
        else:
            where = not_admitted_of(departments)
            refused = await parking.rows(RefusedRow, where, sort="-last_at", after=after, limit=FACTS_ON_A_PAGE)
            lines, following = [_refused(row, calendar) for row in refused.items], refused.next
        return render(
            "facts.html",
            rows=lines,
            stages=SHOWN,
            stage=stage,
            told=_drawn(told_by, asker, about),
            next=following,
            after=after,
        )

    return router


def _drawn(told_by: Mapping[str, Opening], asker: Principal, about: str) -> list[Act]:
    drawn = (form.draw(None, asker, _filled(key, asker, about)) for key, form in told_by.items())
    return [Act(each.title, "", each) for each in drawn if each is not None]


def _filled(key: str, asker: Principal, about: str) -> Filled:
    """Whose work it is is who tells it; a customer who was introduced is written to in Chinese."""
    fields = FACTS[key].model_fields
    given = {name: asker.id for name, field in fields.items() if DONE_BY in field.metadata}
    begun = {name: asker.id for name in TELLERS_OWN if name in fields}
    return Filled(given=given, begun={**begun, "order_no": about}, offered={"customer.locale": ()})


def _admitted(row: ToldRow, calendar: Calendar) -> FactLine:
    view = row.view()
    became = [each.said for each in view.services] or [view.said or ""]
    return FactLine(
        _title(row.type), row.order_no or row.return_no or row.customer_name or "", _at(row.at, calendar), became
    )


def _refused(row: RefusedRow, calendar: Calendar) -> FactLine:
    dropped = [_("运维已决定不再处理")] if row.state == "dropped" else []
    return FactLine(_title(row.key), row.event_id or "", _at(row.last_at, calendar), [row.reason, *dropped])


def _title(key: str) -> str:
    return _(TOLD[key]) if key in TOLD else key


def _at(moment: datetime, calendar: Calendar) -> str:
    return f"{calendar.local(moment):%m-%d %H:%M}"


def _name(key: str) -> str:
    return key.removesuffix(".v1").replace(".", "_")
