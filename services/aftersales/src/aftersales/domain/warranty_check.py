"""A recorded answer to a warranty question, and who decided otherwise."""

from collections.abc import Sequence
from datetime import date
from typing import Self
from uuid import UUID

from aftersales.domain.charge import charge_policy
from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.warranty import Covered, Rule, Verdict, assess
from shared.aggregate import Aggregate, Change, Refused
from shared.contracts.aftersales import Fault, WarrantyChecked, WarrantyOverride, WarrantyRule
from shared.contracts.event import Part
from shared.contracts.vocabulary import (
    ComplaintId,
    ComplaintNo,
    ContractNo,
    CustomerId,
    OrderNo,
    Prose,
    ServiceRequestId,
    StaffId,
)


class Question(Part):
    """What is asked: whose, about which contract or order, on which local day, and on whose behalf."""

    customer_id: CustomerId | None = None
    order_no: OrderNo | None = None
    contract_no: ContractNo | None = None
    as_of: date
    fault: Fault = "unknown"
    complaint_id: ComplaintId | None = None
    complaint_no: ComplaintNo | None = None
    service_request_id: ServiceRequestId | None = None


class WarrantyCheck(Aggregate):
    """The answer as it was announced last."""

    checked: WarrantyChecked

    @classmethod
    def answering(cls, id: UUID, question: Question, order: CoveredOrder | None, rules: Sequence[Rule]) -> Change[Self]:
        """Answer from what is known about the order. Refused when nobody says whose an unknown contract is."""
        customer = question.customer_id or (order.customer_id if order else None)
        if customer is None:
            raise Refused("this contract is not known here; say whose it is with customer_id", "unknown_contract")
        covered = order.covered if order else None
        found = assess(rules, covered, question.as_of)
        checked = WarrantyChecked(
            check_id=id,
            service_request_id=question.service_request_id,
            complaint_id=question.complaint_id,
            complaint_no=question.complaint_no,
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
            charge_policy=charge_policy(found.verdict, question.fault),
            explanation=found.explanation,
        )
        return Change(cls(id=id, checked=checked), (checked,))

    def override(self, verdict: Verdict, by: StaffId, reason: Prose) -> Change[Self]:
        """Somebody with the authority decides otherwise than the rule; who and why goes with the verdict."""
        checked = self.checked.model_copy(
            update={
                "verdict": verdict,
                "charge_policy": charge_policy(verdict, self.checked.fault),
                "override": WarrantyOverride(by=by, reason=reason),
            }
        )
        return Change(self.but(checked=checked), (checked,))


def _applied(rule: Rule, covered: Covered | None) -> WarrantyRule:
    """The rule as it was applied: with the contract's own months, where it names them."""
    months = rule.months if covered is None or covered.months is None else covered.months
    return WarrantyRule(name=rule.name, version=rule.version, basis=rule.basis, months=months)
