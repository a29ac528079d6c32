"""How a customer's objection to a refusal goes to the superiors and is decided (003 §25.8)."""

from uuid import UUID

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.clock import start, stop
from complaints.domain.decisions.investigation import record_judgement
from complaints.domain.decisions.stage import move
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.appeal import Appeal
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused, must_be_another
from shared.contracts.complaints import AppealFiled
from shared.contracts.vocabulary import DepartmentName, Prose


def appeal(complaint: Complaint, petition: Prose, rules: Rules, cause: Cause) -> Change[Complaint]:
    """The customer objects to a refusal: the petition goes to the superiors, whose answer has a clock (003 §25.8).

    Refused when a petition about this case was decided already (`appealed_already`).
    """
    COMPLAINT.must(complaint.stage, "appeal")
    if complaint.appeal is not None:
        raise Refused("the petition was decided; close the case, the customer may file a new one", "appealed_already")
    clock = rules.of(complaint).appeal
    filed = AppealFiled.of(complaint.about, petition=petition, by=cause.actor.id, to_role=clock.role)
    petitioned = Appeal(
        petition_id=cause.derive("petition"), petition=petition, to_role=clock.role, by=cause.actor.id, at=cause.at
    )
    return (
        Change(complaint.but(appeal=petitioned), (filed,))
        .then(lambda case: move(case, "appealed", rules, cause))
        .then(lambda case: start(case, "appeal", rules, cause))
    )


def decide_appeal(
    complaint: Complaint,
    seen: UUID,
    upheld: bool,
    grounds: Prose,
    responsible_department: DepartmentName | None,
    rules: Rules,
    cause: Cause,
) -> Change[Complaint]:
    """The superiors judge the complaint anew; the customer hears it like the first judgement (003 §25.8).

    `seen` is the id of the petition that was read; another one is not decided by it (`petition_changed`). Refused to
    the person who judged it first and to the one who filed the petition.
    """
    COMPLAINT.must(complaint.stage, "decide_appeal")
    assert complaint.appeal is not None
    assert complaint.judgement is not None
    if complaint.appeal.petition_id != seen:
        raise Refused(
            f"another petition waits: {complaint.appeal.petition_id}; read it and name that one", "petition_changed"
        )
    who = "a petition is decided by another person than the judge and the petitioner"
    must_be_another(who, *complaint.hands["decide_appeal"], cause=cause)
    decided = complaint.appeal.but(upheld=upheld, grounds=grounds, decided_by=cause.actor.id, decided_at=cause.at)
    reasonable = upheld or complaint.judgement.demand_reasonable
    return (
        Change(complaint.but(appeal=decided))
        .then(lambda case: stop(case, "appeal", rules=rules, cause=cause))
        .then(lambda case: record_judgement(case, upheld, grounds, reasonable, responsible_department, rules, cause))
    )
