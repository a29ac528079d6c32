"""The papers before a design over HTTP: the three forms and their check, and the project files."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, computed_field

from intake.api import readers
from intake.domain.decisions.design_intake import add as add_files
from intake.domain.decisions.design_intake import check, submit
from intake.domain.decisions.project import add, open_file
from intake.domain.design_intake import DesignIntake, possible
from intake.domain.lifecycle import DESIGN_INTAKE, PROJECT, IntakeStage, ProjectStage
from intake.domain.parts.chain import Entry
from intake.domain.parts.design_form import DesignForm, DesignFormName, Finding
from intake.domain.policy.ordering import Section
from intake.domain.policy.policy import Rules
from intake.domain.project import Project, project_id_of
from intake.domain.roles import PLANNERS
from intake.store import Stores
from shared.contracts.event import Instant
from shared.contracts.roles import CS
from shared.contracts.vocabulary import (
    CustomerId,
    CustomerSnapshot,
    FileRef,
    Line,
    OrderKind,
    OrderNo,
    PaperNo,
    Prose,
    StaffId,
)
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow, made_once
from shared.lifecycle import Possible

Files = Annotated[tuple[FileRef, ...], Field(max_length=50)]


class BringForms(RequestBody):
    """The three forms as the account manager brought them back; what is not there yet is found missing."""

    customer_id: CustomerId
    files: dict[DesignFormName, Files] = Field(
        default={}, examples=[{"questionnaire": ["forms/q-1.pdf"], "drawings": ["forms/d-1.pdf"], "photos": []}]
    )


class AddForms(RequestBody):
    """What was missing of the three forms, as it was brought later."""

    files: dict[DesignFormName, Annotated[Files, Field(min_length=1)]] = Field(
        min_length=1, examples=[{"photos": ["forms/p-1.jpg"]}]
    )


class CheckForms(RequestBody):
    """What was found of one or several of the forms."""

    findings: dict[DesignFormName, Finding] = Field(
        min_length=1, examples=[{"questionnaire": {"ok": True}, "photos": {"ok": False, "remarks": "缺现场照片"}}]
    )


class OpenProject(RequestBody):
    """What the account manager brought back, by the sections of the work detail of CS."""

    design_intake_id: UUID
    name: Line = Field(examples=["恒达大厦 32 楼隔断工程"])
    kind: OrderKind = Field(default="custom", examples=["custom"])
    tender: bool = False
    sections: dict[Section, Prose] = Field(
        max_length=20,
        examples=[
            {"need": "32 楼整层高隔断", "site": "毛坯，层高 3.2 米", "drawings": "平面、效果", "schedule": "春节前完工"}
        ],
    )
    files: Files = ()


class AddToProject(RequestBody):
    """What came to a project since."""

    note: Prose = Field(examples=["客户补充了弱电图"])
    files: Files = ()


class DesignIntakeView(View):
    """The three forms, what was found of each, and what may be done now; the same in a list."""

    design_intake_id: UUID = Field(validation_alias="id")
    customer: CustomerSnapshot
    brought_by: StaffId
    brought_at: Instant
    stage: IntakeStage
    forms: tuple[DesignForm, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided now, and by whom."""
        return possible(self.stage, self.brought_by, self.forms)

    @classmethod
    def of(cls, intake: DesignIntake) -> Self:
        return cls.model_validate(intake, from_attributes=True)


class ProjectRow(View):
    """A project file in a list."""

    project_id: UUID = Field(validation_alias="id")
    project_no: PaperNo
    name: Line
    customer: CustomerSnapshot
    kind: OrderKind
    tender: bool
    opened_at: Instant
    stage: ProjectStage
    order_no: OrderNo | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided now, and by whom."""
        return PROJECT.possible(self.stage)


class ProjectView(ProjectRow):
    """A project file with its sections by the names people read, and all that came to it."""

    design_intake_id: UUID
    sections: dict[Line, Prose]
    files: tuple[FileRef, ...]
    log: tuple[Entry, ...]
    first_altered: int | None = Field(description="The first entry that is not what was written.")

    @classmethod
    def of(cls, project: Project, rules: Rules) -> Self:
        own = {name: getattr(project, name) for name in cls.model_fields if name in type(project).model_fields}
        titles = rules.of(project).project.sections
        sections = {titles[section]: text for section, text in project.sections.items()}
        return cls.model_validate(
            {**own, "id": project.id, "sections": sections, "first_altered": project.first_altered()}
        )


def routes(stores: Stores, rules: Rules) -> Sequence[APIRouter]:
    """The routes under /design-intakes and /projects."""
    return _design_intakes(stores, rules), _projects(stores, rules)


def _design_intakes(stores: Stores, rules: Rules) -> APIRouter:
    router = Router(readers=readers.PROJECTS, whole=readers.WHOLE_FILES, tags=["orders"], prefix="/design-intakes")
    intakes = stores.design_intakes

    @router.post("", status_code=201, dependencies=[allow(*PLANNERS)])
    @made_once(intakes, "design_intake", DesignIntakeView.of)
    async def bring_forms(body: BringForms, cause: CausedByRequest) -> DesignIntakeView:
        """Hand in what was brought back from the customer; CS checks it within the term."""
        customer = (await stores.customers.served(body.customer_id)).snapshot()
        change = submit(cause.derive("design_intake"), customer, body.files, rules, cause)
        return DesignIntakeView.of(await intakes.create(change, cause))

    @router.get("")
    async def list_design_intakes(
        stage: Annotated[IntakeStage | None, Query()] = None,
        customer_id: UUID | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[DesignIntakeView]:
        """The forms in one stage or of one customer, the latest first."""
        where = {"stage": stage, "customer_id": await stores.customers.all_of(customer_id)}
        page = await intakes.rows(DesignIntakeView, where, sort="-brought_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{design_intake_id}")
    async def show_design_intake(design_intake_id: UUID) -> DesignIntakeView:
        """The three forms of one order to come."""
        return DesignIntakeView.of(await intakes.get(design_intake_id))

    @router.get("/{design_intake_id}/clocks")
    async def show_design_intake_clocks(design_intake_id: UUID) -> list[ClockView]:
        """By when the forms are checked and why."""
        return clocks_of(await intakes.get(design_intake_id), rules.clocks)

    @router.post("/{design_intake_id}/add", dependencies=[allow(*DESIGN_INTAKE.roles("add"))])
    async def add_forms(design_intake_id: UUID, body: AddForms, cause: CausedByRequest) -> DesignIntakeView:
        """Hand in what was missing; what it came to is to be looked at again."""
        added = await intakes.apply(design_intake_id, lambda intake: add_files(intake, body.files, cause), cause)
        return DesignIntakeView.of(added)

    @router.post("/{design_intake_id}/check", dependencies=[allow(*DESIGN_INTAKE.roles("check"))])
    async def check_forms(design_intake_id: UUID, body: CheckForms, cause: CausedByRequest) -> DesignIntakeView:
        """Say what was found; when all three are in order, a project file can be opened."""
        checked = await intakes.apply(
            design_intake_id, lambda intake: check(intake, body.findings, rules, cause), cause
        )
        return DesignIntakeView.of(checked)

    return router


def _projects(stores: Stores, rules: Rules) -> APIRouter:
    router = Router(readers=readers.PROJECTS, whole=readers.WHOLE_FILES, tags=["orders"], prefix="/projects")
    projects = stores.projects

    @router.post("", status_code=201, dependencies=[allow(*CS)])
    @made_once(
        projects,
        lambda body, cause: (project_id_of(body.design_intake_id),),
        lambda made: ProjectView.of(made, rules),
    )
    async def open_project(body: OpenProject, cause: CausedByRequest) -> ProjectView:
        """Open the file of a project whose three forms have passed; each three forms lead to one file."""
        intake = await stores.design_intakes.get(body.design_intake_id)
        change = open_file(
            intake,
            await projects.opened_from(intake.id),
            body.name,
            body.kind,
            body.tender,
            body.sections,
            body.files,
            rules,
            cause,
        )
        return ProjectView.of(await projects.create(change, cause), rules)

    @router.get("")
    async def list_projects(
        stage: Annotated[ProjectStage | None, Query()] = None,
        customer_id: UUID | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[ProjectRow]:
        """The project files in one stage or of one customer, the latest first."""
        where = {"stage": stage, "customer_id": await stores.customers.all_of(customer_id)}
        page = await projects.rows(ProjectRow, where, sort="-opened_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{project_id}")
    async def show_project(project_id: UUID) -> ProjectView:
        """One project file."""
        return ProjectView.of(await projects.get(project_id), rules)

    @router.post("/{project_id}/add", dependencies=[allow(*PROJECT.roles("add"))])
    async def add_to_project(project_id: UUID, body: AddToProject, cause: CausedByRequest) -> ProjectView:
        """Add what came to the project since; what was written before stays."""
        added = await projects.apply(project_id, lambda project: add(project, body.note, body.files, cause), cause)
        return ProjectView.of(added, rules)

    return router
