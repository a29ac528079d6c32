"""How a project file is opened, grows, and leads to an order."""

from collections.abc import Mapping

from intake.domain.design_intake import DesignIntake
from intake.domain.lifecycle import PROJECT
from intake.domain.parts.chain import appended
from intake.domain.policy.policy import Rules
from intake.domain.project import Project, project_id_of, project_no_of
from shared.aggregate import Cause, Change, Refused
from shared.contracts.intake import ProjectFileOpened
from shared.contracts.vocabulary import FileRef, Line, OrderKind, OrderNo, Prose


def open_file(
    intake: DesignIntake,
    known: Project | None,
    name: Line,
    kind: OrderKind,
    tender: bool,
    sections: Mapping[str, Prose],
    files: tuple[FileRef, ...],
    rules: Rules,
    cause: Cause,
) -> Change[Project]:
    """CS opens the file from what was brought back, with every section of form 6 (000 §3.3.1.2).

    Refused with `forms_open` until the three forms have passed, `sections_open` or `sections_unknown` unless every
    section of the company's form is filled in. Three forms lead to one file: `already_exists` where another one,
    `known`, was opened from them.
    """
    if intake.stage != "passed":
        raise Refused(f"these have not passed yet: {'、'.join(intake.missing)}", "forms_open")
    policy = rules.on(cause.at)
    asked = policy.project.sections
    if missing := [title for section, title in asked.items() if section not in sections]:
        raise Refused(f"fill in also: {'、'.join(missing)}", "sections_open", "sections")
    if strange := sorted(sections.keys() - asked.keys()):
        raise Refused(
            f"there is no {', '.join(strange)}; there are: {', '.join(asked)}", "sections_unknown", "sections"
        )
    id = project_id_of(intake.id)
    if known is not None and known.id != id:
        raise Refused(
            f"project file {known.project_no} was opened from these forms already", "already_exists", "design_intake_id"
        )
    content = {"sections": dict(sections), "files": list(files)}
    project = Project(
        id=id,
        customer_id=intake.customer_id,
        customer=intake.customer,
        project_no=project_no_of(id, rules.calendar.day(cause.at)),
        name=name,
        kind=kind,
        tender=tender,
        design_intake_id=intake.id,
        opened_at=cause.at,
        policy_version=policy.version,
        sections={section: sections[section] for section in asked},
        files=files,
        log=appended((), "opened", content, cause),
    )
    said = ProjectFileOpened(
        project_id=id,
        project_no=project.project_no,
        customer_id=project.customer_id,
        name=name,
        tender=tender,
        kind=kind,
        files=files,
    )
    return Change(project, (said,))


def add(project: Project, note: Prose, files: tuple[FileRef, ...], cause: Cause) -> Change[Project]:
    """Something more is known about the project; what was written before stays."""
    PROJECT.must(project.stage, "add")
    log = appended(project.log, "added", {"note": note, "files": list(files)}, cause)
    return Change(project.but(log=log, files=tuple(dict.fromkeys((*project.files, *files)))))


def link_order(project: Project, order_no: OrderNo, cause: Cause) -> Change[Project]:
    """The project was ordered. Nothing changes when an order of it is known already."""
    if not PROJECT.allows(project.stage, "link_order"):
        return Change(project)
    log = appended(project.log, "ordered", {"order_no": order_no}, cause)
    return Change(project.but(stage="ordered", order_no=order_no, log=log))
