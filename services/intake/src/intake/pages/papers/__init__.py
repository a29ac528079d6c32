"""The papers of intake as A4 pages, each for those who may read what it is drawn from."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from intake.api import readers
from intake.api.callbacks import call_form
from intake.api.contacts import talks_with
from intake.domain.policy.policy import Rules
from intake.pages.papers.asked import callback_sheet, opinion_sheet, visitor_sheet
from intake.pages.papers.reported import campaign_sheet, report_sheet
from intake.pages.papers.written import design_sheet, talk_sheet
from intake.store import Stores
from shared.http import AskedBy, Router
from shared.identity.reach import as_read
from shared.pages.papers import Press


def routes(stores: Stores, rules: Rules) -> Sequence[APIRouter]:
    """A page for each paper."""
    press = Press("intake", rules.calendar)
    return (
        _talks(stores, press),
        _calls(stores, press),
        _visits(stores, press),
        _designs(stores, press),
        _reports(stores, rules, press),
    )


def _talks(stores: Stores, press: Press) -> APIRouter:
    router = Router(readers=readers.CUSTOMERS, tags=["pages"], prefix="/ui/papers", include_in_schema=False)

    @router.get("/contacts/{customer_id}", response_class=HTMLResponse)
    async def print_talks(customer_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The record of all talks with a customer (001 售前二, 000 §3.7)."""
        customer = await stores.customers.get(customer_id)
        return press(talk_sheet(customer, await talks_with(stores, customer_id), press), request, asker)

    return router


def _calls(stores: Stores, press: Press) -> APIRouter:
    router = Router(readers=readers.CALLBACKS, tags=["pages"], prefix="/ui/papers", include_in_schema=False)

    @router.get("/callbacks/{callback_id}", response_class=HTMLResponse)
    async def print_callback(callback_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The form of a callback about an installation (001 表3)."""
        form = as_read(await call_form(stores, await stores.callbacks.get(callback_id)), asker, readers.WHOLE_FILES)
        return press(callback_sheet(form, press), request, asker)

    @router.get("/surveys/{survey_id}", response_class=HTMLResponse)
    async def print_survey(survey_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The form by which a customer gives an opinion (003 §16, §17)."""
        survey = as_read(await stores.surveys.get(survey_id), asker, readers.WHOLE_FILES)
        return press(opinion_sheet(survey, press), request, asker)

    @router.get("/campaigns/{campaign_id}", response_class=HTMLResponse)
    async def print_campaign(campaign_id: UUID, request: Request, asker: AskedBy) -> Response:
        """How far a campaign is, by colleague, and what was learnt (002 八(二))."""
        return press(campaign_sheet(await stores.campaigns.get(campaign_id), press), request, asker)

    return router


def _visits(stores: Stores, press: Press) -> APIRouter:
    router = Router(readers=readers.VISITS, tags=["pages"], prefix="/ui/papers", include_in_schema=False)

    @router.get("/showroom-visits/{visit_id}", response_class=HTMLResponse)
    async def print_visitor_form(visit_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The form that visitors of the showroom fill in and sign (001 表2)."""
        visit = as_read(await stores.showroom_visits.get(visit_id), asker, readers.WHOLE_FILES)
        return press(visitor_sheet(visit, press), request, asker)

    return router


def _designs(stores: Stores, press: Press) -> APIRouter:
    router = Router(readers=readers.PROJECTS, tags=["pages"], prefix="/ui/papers", include_in_schema=False)

    @router.get("/design-intakes/{design_intake_id}", response_class=HTMLResponse)
    async def print_design_forms(design_intake_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The three forms before a design is ordered, and what CS found of each (000 §3.3.1.1)."""
        brought = as_read(await stores.design_intakes.get(design_intake_id), asker, readers.WHOLE_FILES)
        return press(design_sheet(brought, press), request, asker)

    return router


def _reports(stores: Stores, rules: Rules, press: Press) -> APIRouter:
    router = Router(readers=readers.REPORTS, tags=["pages"], prefix="/ui/papers", include_in_schema=False)

    @router.get("/reports/{report_id}", response_class=HTMLResponse)
    async def print_report(report_id: UUID, request: Request, asker: AskedBy) -> Response:
        """A report on its form, such as the day's, the week's or the month's (000 §3.1, §4.1, §5, §6)."""
        report = await stores.work_reports.get(report_id)
        forms = rules.of(report).reports if report.policy_version else {}
        return press(report_sheet(report, forms, press), request, asker)

    return router
