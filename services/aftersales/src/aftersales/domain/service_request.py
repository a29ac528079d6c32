"""An entry in the service register: what the customer wants, what is missing, and whose fault it is."""

from base64 import b32encode
from datetime import date
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from pydantic import computed_field

from aftersales.domain.lifecycle import REQUEST, RequestDecision, RequestStage
from aftersales.domain.parts.authority import Authority
from aftersales.domain.parts.entry import VoucherEntry
from aftersales.domain.parts.form import FeedbackForm
from aftersales.domain.parts.who_pays import OwnFault, charge_policy, exception_owner
from aftersales.domain.parts.withdrawal import Withdrawal
from shared.aggregate import Refused
from shared.clocks import Timed
from shared.contracts.aftersales import ChargePolicy, Fault, Verdict, WarrantyChecked
from shared.contracts.event import Instant
from shared.contracts.roles import Role
from shared.contracts.vocabulary import AboutServiceRequest, ContractNo, FileRef, Line, PaperNo, StaffId
from shared.lifecycle import IllegalTransition, Lacking, Need, Needs, Possible, follows, lacking, whose_needs_are_met


def register_no(id: UUID, day: date) -> Line:
    """The number of an entry made on this day: `SH-20261122-K7Q2MD`. It follows from the id; nothing is counted."""
    return f"SH-{day:%Y%m%d}-{b32encode(id.bytes)[:6].decode()}"


class IncompleteForm(IllegalTransition):
    """A form that lacks mandatory fields; it is not scheduled (001 备注2)."""

    code = "incomplete_form"


@follows(REQUEST)
class ServiceRequest(Timed):
    """A request in the register. Incomplete until its form is filled in; only a complete one gets a service order.

    `after_sales` is absent while nothing is known about its order. `warranty_sequence` says which answer of its check
    `warranty` is.
    """

    register_no: PaperNo
    form: FeedbackForm
    stage: RequestStage = REQUEST.start
    recorded_by: StaffId
    recorded_at: Instant
    fault: Fault = "unknown"
    evidence: tuple[FileRef, ...] = ()
    determined_by: StaffId | None = None
    warranty: WarrantyChecked | None = None
    warranty_sequence: int = 0
    after_sales: bool | None = None
    vouchers: tuple[VoucherEntry, ...] = ()
    policy_version: int
    authority: Authority
    own_fault: OwnFault = OwnFault()
    withdrawn: Withdrawal | None = None

    @property
    def about(self) -> AboutServiceRequest:
        """What every announcement about it says."""
        return AboutServiceRequest(request_id=self.id, register_no=self.register_no)

    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided about it now, and by whom."""
        return possible(self)

    @property
    def contract_no(self) -> ContractNo | None:
        """The number of the contract, which may be written in later (001 售后一d)."""
        return self.form.contract_no

    @computed_field  # type: ignore[prop-decorator]
    @property
    def finished(self) -> bool:
        """Whether everything of it is done. It is stored, so that lists find it; of one of before, it is absent."""
        return finished(self)

    @property
    def waits_for(self) -> tuple[Role, ...]:
        """Whose turn it is while no voucher of it is under way or done."""
        return waits_for(self)

    @property
    def verdict(self) -> Verdict:
        """The warranty as far as it is known."""
        return self.warranty.verdict if self.warranty else "uncertain"

    @property
    def charge_policy(self) -> ChargePolicy:
        """Who pays, as far as it can be said."""
        return charge_policy(self.verdict, self.fault, self.own_fault)

    @property
    def exception_owner(self) -> Role | None:
        """Who answers for it, when it is free although the warranty has ended."""
        return exception_owner(self.verdict, self.fault, self.own_fault)

    def must(self, decision: RequestDecision) -> None:
        """Raises IllegalTransition when the stage does not allow the decision.

        While the form is incomplete that is IncompleteForm, with the missing fields.
        """
        if self.stage == REQUEST.start and not REQUEST.allows(self.stage, decision):
            raise IncompleteForm(f"the form is not complete; missing: {', '.join(self.form.missing)}")
        REQUEST.must(self.stage, decision)

    def must_be_schedulable(self) -> None:
        """Raises what stands in the way of a service order, and what would be right."""
        self.must("open_service_order")
        if self.form.contract_no is None:
            raise IncompleteForm(
                "the contract number must be written in before a technician is sent; missing: contract_no"
            )
        if self.charge_policy == "undecided":
            raise Refused(
                f"the payer is unknown: the fault is {self.fault}, the warranty {self.verdict}; "
                "determine the fault, or decide the warranty on its check",
                "charge_undecided",
            )


class Asking(Protocol):
    """What of a request says whose turn it is: the request itself, or the row of a list."""

    @property
    def stage(self) -> RequestStage: ...
    @property
    def fault(self) -> Fault: ...
    @property
    def charge_policy(self) -> ChargePolicy: ...
    @property
    def authority(self) -> Authority: ...
    @property
    def contract_no(self) -> ContractNo | None: ...
    @property
    def vouchers(self) -> tuple[VoucherEntry, ...]: ...


def waits_for(asking: Asking) -> tuple[Role, ...]:
    """Who judges the fault, decides an uncertain warranty by which it is open who pays, or opens a voucher, in turn.

    No role while its form is incomplete, which its recorder completes, nor with a voucher, which has its own turn
    (001 备注1, 备注3; 003 §4, §7b).
    """
    if asking.stage != "registered" or any(each.withdrawn is None for each in asking.vouchers):
        return ()
    if asking.fault == "unknown":
        return asking.authority.determine_fault
    return asking.authority.override_warranty if asking.charge_policy == "undecided" else (Role.CS_SPECIALIST,)


def finished(asking: Asking) -> bool:
    """Whether everything of a request is done: each of its vouchers is archived or called off, and one is archived."""
    ended = [each.closed_at is not None or each.withdrawn is not None for each in asking.vouchers]
    return asking.stage == "registered" and all(ended) and any(each.closed_at for each in asking.vouchers)


def possible(asking: Asking) -> tuple[Possible, ...]:
    """What people may do with a request now, and who of them, by the company's authority (003 §4)."""
    return whose_needs_are_met(_allowed(asking), _NEEDED, asking)


def waiting(asking: Asking) -> tuple[Lacking, ...]:
    """What its stage allows and what waits for something else."""
    return lacking(_allowed(asking), _NEEDED, asking)


def _allowed(asking: Asking) -> tuple[Possible, ...]:
    return REQUEST.possible(asking.stage, {"determine_fault": asking.authority.determine_fault})


_NEEDED: Needs[RequestDecision, Asking] = MappingProxyType(
    {
        "open_service_order": (
            Need(lambda asking: asking.contract_no is not None, "incomplete_form"),
            Need(lambda asking: asking.charge_policy != "undecided", "charge_undecided"),
        ),
        "withdraw": (Need(lambda asking: not any(each.serviced_at or each.closed_at for each in asking.vouchers)),),
    }
)
"""What a decision needs besides the stage: the contract's number and who pays; that no technician has resolved it."""
