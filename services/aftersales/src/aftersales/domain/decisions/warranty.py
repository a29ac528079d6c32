"""Answering whether something is under warranty, and deciding otherwise than the rule (001 售后四, 备注3)."""

from datetime import date
from uuid import UUID

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.parts.finding import Finding, assess, days_left, in_words
from aftersales.domain.parts.warranty import Covered, Doubt, Question, Rule, doubt
from aftersales.domain.parts.who_pays import OwnFault, charge_policy, exception_owner
from aftersales.domain.policy.policy import Rules
from aftersales.domain.warranty_check import WarrantyCheck
from shared.aggregate import Cause, Change, Refused
from shared.calendar import months_later
from shared.contracts.aftersales import Fault, Verdict, WarrantyChecked, WarrantyOverride, WarrantyRule
from shared.contracts.roles import Role
from shared.contracts.vocabulary import MOST_MONTHS, Prose


def check(
    id: UUID, question: Question, order: CoveredOrder | None, rules: Rules, cause: Cause
) -> Change[WarrantyCheck]:
    """Answer those who typed the question themselves.

    Staff are refused when the date on the contract number cannot be right, or leads to another answer than the date
    that the contract is registered with (`no_such_day`, `date_in_future`, `contract_date_disagrees`). A department's
    system hears that it is uncertain, and why.
    """
    if cause.actor.kind != "department":
        _must_be_plausible(question, order, rules, cause)
    return answer(id, question, order, rules, cause)


def answer(
    id: UUID, question: Question, order: CoveredOrder | None, rules: Rules, cause: Cause
) -> Change[WarrantyCheck]:
    """Answer from what is known about the order. Refused when nothing says whose an unknown contract is.

    A contract that is known by its registered date alone is answered under the number that is asked about, as if sales
    had named it. Uncertain where another contract is asked about than the one that the order is known under, and where
    the date on the number that is asked about cannot be right. What a person decided about another question goes on
    only where it names the last day under warranty.
    """
    customer = question.customer_id or (order.customer_id if order else None)
    if customer is None:
        raise Refused(
            "this contract is not known here; say whose it is with customer_id", "unknown_contract", "customer_id"
        )
    today = rules.calendar.day(cause.at)
    covered = _asked_about(question, order, today)
    policy = rules.on(cause.at)
    found = _of_one_contract(assess(policy.warranty, covered, question.as_of), question, covered)
    if wrong := _doubt(question, order, today):
        found = _uncertain(found, wrong.words)
    checked = WarrantyChecked(
        check_id=id,
        service_request_id=question.service_request_id,
        complaint_id=question.complaint_id,
        complaint_no=question.complaint_no,
        asked_by=question.asked_by,
        question_no=question.question_no,
        customer_id=customer,
        order_id=order.id if order else None,
        order_no=order.order_no if order else question.order_no,
        contract_no=covered.contract_no if covered else question.contract_no,
        contract_date=covered.contract_date if covered else None,
        rule=_applied(found.rule, covered),
        as_of=question.as_of,
        expires_on=found.expires_on,
        verdict=found.verdict,
        days_left=found.days_left,
        fault=question.fault,
        charge_policy=charge_policy(found.verdict, question.fault, policy.own_fault),
        override=found.override,
        explanation=(*found.explanation, *_exception(found.verdict, question.fault, policy.own_fault)),
    )
    check = WarrantyCheck(id=id, checked=checked, own_fault=policy.own_fault, policy_version=policy.version)
    return Change(check, (checked,))


def answer_anew(check: WarrantyCheck, order: CoveredOrder, rules: Rules, cause: Cause) -> Change[WarrantyCheck]:
    """An answer that was uncertain is given once more, now that more is known about the order.

    Unchanged when it is uncertain for the same reasons still, and where a person has decided or the answer is certain.
    """
    asked = check.checked
    if asked.verdict != "uncertain" or asked.override is not None:
        return Change(check)
    question = Question.model_validate(asked.model_dump(include=set(Question.model_fields)))
    anew = answer(check.id, question, order, rules, cause).state
    if (anew.checked.verdict, anew.checked.explanation) == (asked.verdict, asked.explanation):
        return Change(check)
    answered = check.but(checked=anew.checked, own_fault=anew.own_fault, policy_version=anew.policy_version)
    return Change(answered, (anew.checked,))


def override(
    check: WarrantyCheck,
    seen: UUID,
    verdict: Verdict,
    until: date | None,
    reason: Prose,
    rules: Rules,
    cause: Cause,
) -> Change[WarrantyCheck]:
    """Decide otherwise than the rule; who did and why goes with the verdict, in the same words for everybody.

    `until` is the last day under warranty, where it is known; it is refused where it contradicts the verdict
    (`until_contradicts`), and beyond the longest warranty that there is (`far_day`).

    `seen` names the answer that they have seen; one that was decided otherwise meanwhile stays (`answer_changed`).
    Refused to a role that the company's authority does not name (`not_authorised`), in the version by which it was
    answered.
    """
    policy = rules.of_or_on(check, cause.at)
    policy.authority.must("override_warranty", cause)
    if check.answer != seen:
        raise Refused(
            f"the answer is another meanwhile, {check.checked.verdict}: look at it and name that one, {check.answer}",
            "answer_changed",
        )
    asked = check.checked
    if until is not None and (until >= asked.as_of) != (verdict == "in_warranty"):
        right = "in_warranty" if until >= asked.as_of else "out_of_warranty"
        raise Refused(
            f"with {until} as the last day, the verdict for {asked.as_of} is {right}", "until_contradicts", "until"
        )
    _must_be_within_a_warranty(until, asked.as_of)
    decided = WarrantyOverride(
        by=cause.actor.id,
        role=Role(cause.actor.role) if cause.actor.role else None,
        reason=reason,
        verdict=verdict,
        as_of=asked.as_of,
        until=until,
        at=cause.at,
    )
    checked = asked.but(
        verdict=verdict,
        charge_policy=charge_policy(verdict, asked.fault, check.own_fault),
        expires_on=until,
        days_left=days_left(decided, asked.as_of),
        override=decided,
        explanation=(*_by_rule(check), in_words(decided), *_exception(verdict, asked.fault, check.own_fault)),
    )
    return Change(check.but(checked=checked), (checked,))


def _must_be_within_a_warranty(until: date | None, as_of: date) -> None:
    latest = months_later(as_of, MOST_MONTHS)
    if until is not None and until > latest:
        raise Refused(f"{until} is far ahead; give a day until {latest}; is the year right?", "far_day", "until")


def _by_rule(check: WarrantyCheck) -> tuple[str, ...]:
    """The steps of the explanation without those that follow from a verdict or from an earlier decision."""
    checked = check.checked
    earlier = (in_words(checked.override),) if checked.override else ()
    following = {*earlier, *_exception(checked.verdict, checked.fault, check.own_fault)}
    return tuple(step for step in checked.explanation if step not in following)


def _of_one_contract(found: Finding, question: Question, covered: Covered | None) -> Finding:
    asked, known = question.contract_no, covered.contract_no if covered else None
    if asked is None or known is None or asked == known:
        return found
    return _uncertain(
        found, f"所报合同编号 {asked} 与订单登记的合同编号不同，因此无法确定是否在保修期内，请核对合同原件。"
    )


def _asked_about(question: Question, order: CoveredOrder | None, today: date) -> Covered | None:
    """What is known about the contract, under the number that is asked about where it is known under none."""
    if order is None:
        return None
    covered = order.covered(today)
    if covered.contract_no is None:
        covered = covered.but(contract_no=question.contract_no)
    if covered.decided is not None and covered.decided.until is None:
        covered = covered.but(decided=None)
    return covered


def _must_be_plausible(question: Question, order: CoveredOrder | None, rules: Rules, cause: Cause) -> None:
    today = rules.calendar.day(cause.now)
    if wrong := _doubt(question, order, today):
        raise wrong.refusal
    covered = _asked_about(question, order, today)
    if order is None or order.contract_no is not None or covered is None or covered.contradicting is None:
        return
    by_number, agreed = (
        assess(rules.on(cause.at).warranty, each, question.as_of).verdict
        for each in (covered.but(registered_date=None), covered)
    )
    if by_number != agreed:
        raise Refused(
            f"the contract is registered with {covered.contradicting.on}, and the warranty is another by the date on "
            "the contract number: read the number again, or ask by the order alone",
            "contract_date_disagrees",
            "contract_no",
        )


def _doubt(question: Question, order: CoveredOrder | None, today: date) -> Doubt | None:
    """What is wrong with the number that is asked about; nothing where the contract is known under it."""
    asked, known = question.contract_no, order.contract_no if order else None
    return None if asked is None or asked == known else doubt(asked, today)


def _uncertain(found: Finding, why: str) -> Finding:
    return found.but(verdict="uncertain", days_left=None, override=None, explanation=(*found.explanation, why))


def _exception(verdict: Verdict, fault: Fault, beyond: OwnFault) -> tuple[str, ...]:
    owner = exception_owner(verdict, fault, beyond)
    return (f"属公司质量问题，虽已过保修期，按公司规定免费处理，由{owner.chinese}负责。",) if owner else ()


def _applied(rule: Rule, covered: Covered | None) -> WarrantyRule:
    """The rule as it was applied: with the contract's own months, where it names them."""
    months = rule.months if covered is None or covered.months is None else covered.months
    return WarrantyRule(name=rule.name, version=rule.version, basis=rule.basis, months=months)
