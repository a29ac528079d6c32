"""What a customer is asked for an opinion of, and how the answer comes back: by the link, without a sign-in."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from intake.domain.decisions.survey import answer
from intake.domain.survey import DIMENSIONS, GRADES
from intake.store import Stores
from shared.contracts.event import Instant
from shared.contracts.intake import Opinion
from shared.contracts.vocabulary import OrderNo
from shared.http import View
from shared.lifecycle import IllegalTransition
from shared.pages.customer import CustomerDoor

SURVEYS_SHOWN = 5
"""Surveys on the page at most, the latest."""


class SurveyAsked(View):
    """What is read of a survey for its customer."""

    id: UUID
    customer_id: UUID
    issued_at: Instant
    order_no: OrderNo | None = None
    service_order_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CustomersSurvey:
    """A survey as its customer sees it."""

    survey_id: UUID
    about: str
    asked_on: str


def routes(stores: Stores, door: CustomerDoor) -> APIRouter:
    """The part of the customer's page that intake draws."""
    router = door.router()

    @router.get("/{link}", response_class=HTMLResponse)
    async def show_surveys(link: str, request: Request, thanks: bool = False) -> Response:
        """What a customer is asked for an opinion of, by the link that they were sent."""
        opened = door.opened(link, request)
        if isinstance(opened, HTMLResponse):
            return opened
        return door.show(
            "customer-surveys.html",
            link,
            opened,
            surveys=[_shown(survey, door) for survey in await _asked(stores, opened.customer_id)],
            dimensions=DIMENSIONS,
            grades=GRADES,
            thanks=thanks,
            open_grades=(),
        )

    @router.post("/{link}", response_class=HTMLResponse)
    async def answer_survey_by_link(link: str, request: Request) -> Response:
        """The opinion is kept as it was given; sent twice it counts once (003 §15, §17)."""
        opened = door.opened(link, request)
        if isinstance(opened, HTMLResponse):
            return opened
        asked = await _asked(stores, opened.customer_id)
        said = await door.said(request)
        meant = next((each for each in asked if str(each.id) == said.get("survey_id")), None)
        if meant is None:
            return _back(link)
        try:
            opinion = Opinion.model_validate({**{name: said.get(name) for name in DIMENSIONS}, **_words(said)})
        except ValidationError:
            return door.show(
                "customer-surveys.html",
                link,
                opened,
                surveys=[_shown(survey, door) for survey in asked],
                dimensions=DIMENSIONS,
                grades=GRADES,
                thanks=False,
                open_grades=tuple(title for name, title in DIMENSIONS.items() if said.get(name) not in GRADES),
            )
        cause = door.cause(opened, str(meant.id), request)
        with suppress(IllegalTransition):
            await stores.surveys.apply(meant.id, lambda survey: answer(survey, opinion, cause), cause)
        return _back(link)

    return router


async def _asked(stores: Stores, customer_id: UUID) -> Sequence[SurveyAsked]:
    if await stores.erased_customers.hold(customer_id):
        return ()
    where = {"customer_id": await stores.customers.all_of(customer_id), "stage": "open"}
    return (await stores.surveys.rows(SurveyAsked, where, sort="-issued_at", limit=SURVEYS_SHOWN)).items


def _words(said: Mapping[str, str]) -> Mapping[str, str]:
    texts = {name: said.get(name, "")[:4000] for name in ("suggestion", "complaint")}
    return {**texts, "via": "web"}


def _shown(survey: SurveyAsked, door: CustomerDoor) -> CustomersSurvey:
    on = door.calendar.day(survey.issued_at)
    if survey.service_order_id is not None:
        about = f"订单{survey.order_no}的上门服务" if survey.order_no else "上门服务"
    else:
        about = f"订单{survey.order_no}" if survey.order_no else "我们的服务"
    return CustomersSurvey(survey.id, about, f"{on.month}月{on.day}日")


def _back(link: str) -> RedirectResponse:
    return RedirectResponse(f"{link}?thanks=true", status_code=303)
