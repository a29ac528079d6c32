"""What follows from the answers on the first call: the customer's trade, and new business."""

from intake.domain.customer import Customer
from intake.domain.decisions.revision import correct
from intake.domain.opportunity import Opportunity
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.contracts.intake import ContactRecorded, CustomerClassified, OpportunityIdentified


def classify_by_trade(customer: Customer, talk: ContactRecorded, rules: Rules, cause: Cause) -> Change[Customer]:
    """The trade that the customer named on the phone is the file's from now on (001 售前一4, 二).

    An answer that names no trade we know, and one that the file says already, changes nothing.
    """
    call, answer = rules.on(cause.at).presales, talk.answers.get("q4", "")
    trade = call.trade(answer)
    if trade is None or trade == customer.particulars.trade:
        return Change(customer)
    reason = f"{call.questions['q4']}{answer}"[:200]
    name = call.trades[trade][0]
    classified = CustomerClassified(customer_id=customer.id, customer_class=name, criteria=reason, by=cause.actor.id)
    return correct(customer, {"trade": trade}, reason, cause).announcing(classified)


def identify(customer: Customer, talk: ContactRecorded, rules: Rules, cause: Cause) -> Change[Opportunity]:
    """A further project, with its floor plan and style, is new business for the owner (001 售前一5 to 7)."""
    call, answers = rules.on(cause.at).presales, talk.answers
    style = answers["q7"][:200] if call.affirms(answers.get("q7")) else None
    opportunity = Opportunity(
        id=cause.derive("opportunity"),
        customer_id=customer.id,
        customer=customer.snapshot(),
        contact_id=talk.contact_id,
        found_by=cause.actor.id,
        found_at=cause.at,
        owner=customer.particulars.owner,
        project=answers["q5"],
        has_plan=call.affirms(answers.get("q6")),
        style=style,
    )
    said = OpportunityIdentified(
        opportunity_id=opportunity.id,
        customer=opportunity.customer,
        found_by=opportunity.found_by,
        owner=opportunity.owner,
        project=opportunity.project,
        has_plan=opportunity.has_plan,
        style=style,
    )
    return Change(opportunity, (said,))
