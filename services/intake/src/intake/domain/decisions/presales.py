"""What follows from the answers on the first call: the customer's trade, and new business, which is then won."""

from intake.domain.customer import Customer
from intake.domain.decisions.revision import correct
from intake.domain.opportunity import Opportunity
from intake.domain.parts.winning import CONVINCING, EarlierDemand, SentMaterial
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.clocks import Matter
from shared.contracts.intake import ContactRecorded, CustomerClassified, OpportunityIdentified, Trade
from shared.contracts.roles import CS
from shared.contracts.vocabulary import DepartmentName, Line, Prose


def classify_by_trade(customer: Customer, talk: ContactRecorded, rules: Rules, cause: Cause) -> Change[Customer]:
    """The trade that the customer named on the phone is the file's from now on (001 售前一4, 二).

    An answer that names no trade we know, and one that the file says already, changes nothing.
    """
    call, answer = rules.on(cause.at).presales, talk.answers.get("q4", "")
    trade = call.trade(answer)
    if trade is None or trade == customer.particulars.trade:
        return Change(customer)
    reason = f"{call.questions['q4']}{answer}"[:200]
    name = call.title(trade)
    classified = CustomerClassified(customer_id=customer.id, customer_class=name, criteria=reason, by=cause.actor.id)
    return correct(customer, {"trade": trade}, reason, cause).announcing(classified)


def classify(customer: Customer, trade: Trade, criteria: Prose, rules: Rules, cause: Cause) -> Change[Customer]:
    """The supervisor puts the customer into a class, by these criteria (002 一2).

    Refused with `nothing_changes` when the file says so already.
    """
    name = rules.on(cause.at).presales.title(trade)
    classified = CustomerClassified(customer_id=customer.id, customer_class=name, criteria=criteria, by=cause.actor.id)
    return correct(customer, {"trade": trade}, criteria[:200], cause).announcing(classified)


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
    return _fed_back(opportunity, "cs")


def note_business(
    customer: Customer, project: Prose, has_plan: bool, style: Line | None, referred_by: Customer | None, cause: Cause
) -> Change[Opportunity]:
    """New business that a colleague notices with a customer belongs to the salesman, else to the manager (001 售后一c).

    Where a friend of another customer has come, `referred_by` is that customer (001 售中五(2)). Refused with
    `own_friend` where both are one.
    """
    if referred_by is not None and referred_by.id == customer.id:
        raise Refused(
            "a customer is not their own friend: name the customer who referred them", "own_friend", "referred_by"
        )
    opportunity = Opportunity(
        id=cause.derive("opportunity"),
        customer_id=customer.id,
        customer=customer.snapshot(),
        found_by=cause.actor.id,
        found_at=cause.at,
        owner=customer.particulars.owner,
        project=project,
        has_plan=has_plan,
        style=style,
        referred_by=referred_by.id if referred_by else None,
    )
    return _fed_back(opportunity, "cs" if cause.actor.role in CS else "sales")


def send_material(opportunity: Opportunity, sent: SentMaterial, rules: Rules, cause: Cause) -> Change[Opportunity]:
    """What was sent to win the order is on record (004 一㈠2); a tutorial and a trial are what a doubter is owed."""
    kept = Change(opportunity.but(sent=(*opportunity.sent, sent)))
    return kept.then(rules.clocks.stop(cause=cause)) if sent.material in CONVINCING else kept


def note_doubt(opportunity: Opportunity, doubt: Prose, rules: Rules, cause: Cause) -> Change[Opportunity]:
    """A customer who doubts is owed a tutorial or a trial, by the salesman where there is one (003 §32).

    A further doubt keeps the term of the first.
    """
    doubted = opportunity.but(doubt=doubt)
    if doubted.running:
        return Change(doubted)
    policy = rules.on(cause.at)
    matter = Matter(about=opportunity.customer.name[:150], customer_id=opportunity.customer_id)
    return rules.clocks.start(policy.doubts, matter, cause, policy=policy, assignee=opportunity.owner)(doubted)


def change_demand(
    opportunity: Opportunity, project: Prose, has_plan: bool, style: Line | None, reason: Line, cause: Cause
) -> Change[Opportunity]:
    """The customer wants something else by now; what was wanted before stays readable (004 一㈠2).

    Refused with `nothing_changes` when the opportunity says so already.
    """
    if (project, has_plan, style) == (opportunity.project, opportunity.has_plan, opportunity.style):
        raise Refused("the opportunity says all of this already; name what is different", "nothing_changes")
    before = EarlierDemand(
        project=opportunity.project,
        has_plan=opportunity.has_plan,
        style=opportunity.style,
        until=cause.at,
        changed_by=cause.actor.id,
        reason=reason,
    )
    earlier = (*opportunity.earlier, before)
    return Change(opportunity.but(project=project, has_plan=has_plan, style=style, earlier=earlier))


def convince_no_more(opportunity: Opportunity, rules: Rules, cause: Cause) -> Change[Opportunity]:
    """The customer was erased: nothing is owed to them any more."""
    return rules.clocks.drop(cause=cause)(opportunity)


def _fed_back(opportunity: Opportunity, department: DepartmentName) -> Change[Opportunity]:
    said = OpportunityIdentified(
        opportunity_id=opportunity.id,
        customer=opportunity.customer,
        found_by=opportunity.found_by,
        found_by_department=department,
        owner=opportunity.owner,
        project=opportunity.project,
        has_plan=opportunity.has_plan,
        style=opportunity.style,
        referred_by=opportunity.referred_by,
    )
    return Change(opportunity, (said,))
