"""Whether a complaint has grounds, and what caused it (002 六1(2)-(3), 003 §25.2-3)."""

from datetime import datetime

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.clock import carry_on_investigation, give_investigation, start, start_until
from complaints.domain.decisions.stage import move
from complaints.domain.lifecycle import COMPLAINT, Stage
from complaints.domain.parts.investigation import Investigation, Judgement
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused, must_be_near
from shared.contracts.complaints import ComplaintJudged, InvestigationAssigned, InvestigationCompleted
from shared.contracts.vocabulary import DepartmentName, FileRef, Line, Prose


def judge(
    complaint: Complaint,
    upheld: bool,
    grounds: Prose,
    demand_reasonable: bool,
    responsible_department: DepartmentName | None,
    rules: Rules,
    cause: Cause,
) -> Change[Complaint]:
    """Upheld or not. An upheld complaint names the responsible department (002 六1(2))."""
    COMPLAINT.must(complaint.stage, "judge")
    return record_judgement(complaint, upheld, grounds, demand_reasonable, responsible_department, rules, cause)


def record_judgement(
    complaint: Complaint,
    upheld: bool,
    grounds: Prose,
    demand_reasonable: bool,
    responsible_department: DepartmentName | None,
    rules: Rules,
    cause: Cause,
) -> Change[Complaint]:
    """Keep a judgement, the first or the one after a petition: the case goes on to the stage that it leads to."""
    if upheld != (responsible_department is not None):
        raise Refused(
            "name the responsible department if and only if the complaint is upheld",
            "responsible_department",
            "responsible_department",
        )
    judgement = Judgement(
        upheld=upheld,
        grounds=grounds,
        demand_reasonable=demand_reasonable,
        responsible_department=responsible_department,
        by=cause.actor.id,
        at=cause.at,
    )
    close_by = complaint.close_by
    told = ComplaintJudged.of(
        complaint.about_customer,
        complaint.concerning,
        upheld=upheld,
        grounds=grounds,
        demand_reasonable=demand_reasonable,
        responsible_department=responsible_department,
        by=cause.actor.id,
        answer_by=close_by if upheld and close_by and close_by > cause.at else None,
    )
    stage: Stage = "upheld" if upheld else "not_upheld"
    return Change(complaint.but(judgement=judgement), (told,)).then(lambda case: move(case, stage, rules, cause))


def assign_investigation(
    complaint: Complaint,
    department: DepartmentName,
    joint_with: tuple[DepartmentName, ...],
    due_at: datetime | None,
    rules: Rules,
    cause: Cause,
) -> Change[Complaint]:
    """A department has to find the cause by the time that CS sets on the form, with others if need be (003 §25.2).

    Each of the others is named once, and the department itself is none of them.
    It is the duty of the head of the department, in customer service of the specialist (002 六1(3)). The step that runs
    goes on, to the time that is given or to its own end, and stays the person's who took it under the same head; one
    that has run out begins anew. Refused when the time is
    past, beyond the closing of the case, or far ahead (`far_day`).
    """
    COMPLAINT.must(complaint.stage, "assign_investigation")
    step = rules.of(complaint).steps["investigate"]
    running = complaint.clock(step.name)
    goes_on = running if running and not running.missed_at else None
    due = due_at or (goes_on.due_at if goes_on else step.term.due(cause.at, rules.calendar))
    if due <= cause.at or (complaint.close_by and cause.at < complaint.close_by < due):
        raise Refused(
            f"the investigation is due between now and the closing of the case, {complaint.close_by}",
            "due_at",
            "due_at",
        )
    must_be_near(due, cause, "due_at")
    others = tuple(dict.fromkeys(each for each in joint_with if each != department))
    assigned = InvestigationAssigned.of(complaint.about_customer, department=department, joint_with=others, due_at=due)
    investigation = Investigation(department=department, joint_with=others)
    begun = complaint.but(stage="investigating", investigation=investigation)
    change = Change(begun, (assigned,))
    if goes_on:
        give = carry_on_investigation if complaint.stage == "investigating" else give_investigation
        return change.then(lambda case: give(case, goes_on, due_at, rules, cause))
    if due_at is None:
        return change.then(lambda case: start(case, "investigate", rules, cause))
    return change.then(lambda case: start_until(case, "investigate", due_at, rules, cause))


def complete_investigation(
    complaint: Complaint,
    found: Prose,
    evidence: tuple[FileRef, ...],
    responsible: tuple[Line, ...],
    rules: Rules,
    cause: Cause,
) -> Change[Complaint]:
    """The cause is found; the case is submitted for instruction within three days from here (003 §25.3)."""
    COMPLAINT.must(complaint.stage, "complete_investigation")
    if not evidence:
        raise Refused(
            "a case is decided on evidence: give the files that show the cause", "evidence_missing", "evidence"
        )
    assert complaint.investigation is not None
    investigation = complaint.investigation.but(
        cause=found, evidence=evidence, responsible=responsible, completed_at=cause.at
    )
    completed = InvestigationCompleted.of(
        complaint.about, cause=found, evidence=evidence, responsible=responsible, at=cause.at
    )
    return (
        Change(complaint.but(investigation=investigation), (completed,))
        .then(lambda case: move(case, "investigated", rules, cause))
        .then(lambda case: start(case, "submit", rules, cause))
    )
