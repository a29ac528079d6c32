"""How a customer is asked for an opinion, and how the answer is kept."""

from uuid import UUID

from intake.domain.lifecycle import SURVEY
from intake.domain.survey import DIMENSIONS, GRADES, Survey, grade, low
from shared.aggregate import Cause, Change
from shared.contracts.intake import NegativeFeedbackReceived, Opinion, SurveyAnswered, SurveyIssued
from shared.contracts.vocabulary import CustomerSnapshot, OrderNo, ServiceOrderId, StaffId


def issue(
    id: UUID,
    customer: CustomerSnapshot,
    service_order_id: ServiceOrderId | None,
    order_no: OrderNo | None,
    technician: StaffId | None,
    cause: Cause,
) -> Change[Survey]:
    """The customer is asked for an opinion, after a service or in between (003 §14, §16)."""
    survey = Survey(
        id=id,
        customer_id=customer.customer_id,
        customer=customer,
        service_order_id=service_order_id,
        order_no=order_no,
        technician=technician,
        issued_at=cause.at,
    )
    said = SurveyIssued(
        survey_id=id, customer=customer, service_order_id=service_order_id, order_no=order_no, technician=technician
    )
    return Change(survey, (said,))


def answer(survey: Survey, opinion: Opinion, cause: Cause) -> Change[Survey]:
    """The customer's opinion is kept as it was given; less than satisfied, or a complaint, is a negative feedback.

    IllegalTransition the second time (003 §15, §17).
    """
    SURVEY.must(survey.stage, "answer")
    answered = survey.but(stage="answered", answered_at=cause.at, opinion=opinion)
    said = SurveyAnswered.of(
        opinion,
        survey_id=survey.id,
        customer_id=survey.customer_id,
        service_order_id=survey.service_order_id,
        technician=survey.technician,
        answered_at=cause.at,
    )
    return Change(answered, (said, *_feedback(survey, opinion, cause)))


def hear_grade(survey: Survey, opinion: Opinion, cause: Cause) -> Change[Survey]:
    """What a customer texts is the answer. Nothing changes when the survey was answered before, by whatever way."""
    return answer(survey, opinion, cause) if SURVEY.allows(survey.stage, "answer") else Change(survey)


def withdraw(survey: Survey, cause: Cause) -> Change[Survey]:
    """The customer was erased and is asked no more. Nothing changes when the survey was answered before."""
    return Change(survey.but(stage="withdrawn") if SURVEY.allows(survey.stage, "withdraw") else survey)


def _feedback(survey: Survey, opinion: Opinion, cause: Cause) -> tuple[NegativeFeedbackReceived, ...]:
    """What complaints has to hear: nothing from a customer who is satisfied and complains of nothing."""
    worst = low(opinion)
    if not worst and not opinion.complaint:
        return ()
    graded = "；".join(f"{DIMENSIONS[each]}：{GRADES[grade(opinion, each)]}" for each in worst)
    poor = any(grade(opinion, each) == "poor" for each in worst)
    feedback = NegativeFeedbackReceived(
        feedback_id=cause.derive("feedback"),
        source="survey",
        customer=survey.customer,
        order_no=survey.order_no,
        service_order_id=survey.service_order_id,
        dimension=worst[0] if worst else "complaint",
        text="。".join(each for each in (graded, opinion.complaint, opinion.suggestion) if each)[:4000],
        severity="dissatisfied" if poor or opinion.complaint else "average",
    )
    return (feedback,)
