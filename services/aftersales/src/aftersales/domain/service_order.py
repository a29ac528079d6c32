"""A service order: one job on its voucher, from the first word to the signature (003 §6-§11, 001 售后六)."""

from base64 import b32encode
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import accumulate
from types import MappingProxyType
from typing import Protocol, get_args
from uuid import UUID, uuid5

from pydantic import Field, computed_field

from aftersales.domain.lifecycle import LIFECYCLE, ServiceOrderDecision, Stage, lifecycle_of
from aftersales.domain.parts.authority import Authority
from aftersales.domain.parts.blocks import (
    WRITTEN_TO,
    Block,
    Capacity,
    Execution,
    FeeSignature,
    Opinion,
    Result,
    Signature,
)
from aftersales.domain.parts.money import Charge, Cost, Payment, Refund
from aftersales.domain.parts.service import ServiceType, SignOff, SkillException, Visit
from aftersales.domain.parts.supply import Expense, Supply
from aftersales.domain.parts.trip import Appointment, Remote
from aftersales.domain.parts.withdrawal import Withdrawal
from shared.aggregate import Refused, together
from shared.clocks import Timed
from shared.contracts.aftersales import ChargePolicy, Fault, Material, Verdict
from shared.contracts.event import Instant, Money
from shared.contracts.roles import HANDLERS, Role
from shared.contracts.vocabulary import (
    AboutCustomersServiceOrder,
    AboutServiceOrder,
    ComplaintId,
    ContractNo,
    CustomerSnapshot,
    Line,
    OrderNo,
    PaperNo,
    Prose,
    ServiceRequestId,
    StaffId,
)
from shared.lifecycle import Lacking, Lifecycle, Need, Needs, Possible, follows, lacking, whose_needs_are_met


def voucher_no_of(id: UUID, day: date) -> Line:
    """The number of a voucher opened on this day: `FW-20261122-K7Q2MD`. It follows from the id and is not typed."""
    return f"FW-{day:%Y%m%d}-{b32encode(id.bytes)[:6].decode()}"


class Decidable(Protocol):
    """What of a service order says who may decide what about it: the order itself, or the row of a list."""

    @property
    def type(self) -> ServiceType: ...
    @property
    def stage(self) -> Stage: ...
    @property
    def authority(self) -> Authority: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def fee_signatures(self) -> tuple[FeeSignature, ...]: ...
    @property
    def owed_back(self) -> Money | None: ...
    @property
    def technician(self) -> StaffId | None: ...
    @property
    def visits(self) -> tuple[Visit, ...]: ...
    @property
    def execution(self) -> Execution | None: ...
    @property
    def remote(self) -> Remote | None: ...
    @property
    def cost(self) -> Cost | None: ...
    @property
    def withdrawn(self) -> Withdrawal | None: ...
    @property
    def supply(self) -> Supply | None: ...
    @property
    def countersignature(self) -> Signature | None: ...
    @property
    def fee_needs(self) -> tuple[Capacity, ...]: ...
    @property
    def charge(self) -> Charge | None: ...
    @property
    def charge_policy(self) -> ChargePolicy: ...
    @property
    def payments(self) -> tuple[Payment, ...]: ...
    @property
    def refund(self) -> Refund | None: ...
    @property
    def further_refunds(self) -> tuple[Refund, ...]: ...
    @property
    def opinion(self) -> Opinion | None: ...
    @property
    def out_of_town(self) -> bool: ...
    @property
    def missing_blocks(self) -> tuple[Block, ...]: ...


def who_fills_in_the_cost(type: ServiceType, verdict: Verdict) -> tuple[Role, ...]:
    """Customer service under warranty and for internal work, finance otherwise (001 售后四c)."""
    return HANDLERS if verdict == "in_warranty" or type == "D" else (Role.FINANCE,)


def possible(order: Decidable) -> tuple[Possible, ...]:
    """What people may do about a service order now, and who of them."""
    return whose_needs_are_met(_allowed(order), _NEEDED, order)


def waiting(order: Decidable) -> tuple[Lacking, ...]:
    """What its stage allows and what waits for something else."""
    return lacking(_allowed(order), _NEEDED, order)


def _allowed(order: Decidable) -> tuple[Possible, ...]:
    """What its stage allows, and to whom.

    By the company's authority (003 §4); the fee is filled in by those for whom its warranty is and signed in each
    capacity once (001 售后四c, 表1), and money goes back where some is owed.
    """
    signed = {each.capacity for each in order.fee_signatures}
    unsigned: tuple[Capacity, ...] = tuple(each for each in get_args(Capacity) if each not in signed)
    entitled: dict[ServiceOrderDecision, tuple[Role, ...]] = {
        "approve_remote": order.authority.approve_remote,
        "countersign": order.authority.countersign,
        "sign_fee": tuple(role for each in unsigned for role in order.authority.signatories(each)),
        "record_cost": who_fills_in_the_cost(order.type, order.verdict),
        "refund": (Role.FINANCE,) if order.owed_back is not None else (),
    }
    return lifecycle_of(order.type).possible(order.stage, entitled, another_than=hands_in(order))


def hands_in(order: Decidable) -> Mapping[ServiceOrderDecision, tuple[StaffId | None, ...]]:
    """By a decision, who had a hand in what it confirms, and therefore does not make it (003 §7, §10, 001 表1)."""
    return {
        "countersign": (order.technician, *(each.by for each in _stated(order))),
        "approve_remote": (order.remote.by if order.remote else None,),
        "sign_fee": (order.cost.by if order.cost else None, *(each.by for each in order.fee_signatures)),
        "refund": (order.withdrawn.by if order.withdrawn else None,),
    }


def _stated(order: Decidable) -> tuple[Execution, ...]:
    stated = (*(each.execution for each in order.visits), order.execution)
    return tuple(each for each in stated if each is not None)


def waits_for_parts(order: Decidable) -> bool:
    """Whether material was asked for and does not lie ready yet (001 售后五)."""
    return order.supply is not None and order.supply.ready_at is None


def refunds(order: Decidable) -> tuple[Refund, ...]:
    """Everything that went back to the customer, oldest first."""
    return (*((order.refund,) if order.refund else ()), *order.further_refunds)


def kept(order: Decidable) -> Money:
    """What came in and has not gone back to the customer."""
    return together(
        (
            *(each.amount.amount for each in order.payments),
            *(-each.amount.amount for each in refunds(order)),
        )
    )


def paid(order: Decidable) -> bool:
    """Whether everything that was charged has come in."""
    return order.charge is not None and kept(order).amount >= order.charge.amount.amount


def costs_nothing(order: Decidable) -> bool:
    """Whether the fee is filled in and is 0."""
    return order.cost is not None and not order.cost.total.amount


def comes_to_nothing(order: Decidable) -> bool:
    """Whether the fee is signed and is 0: there is nothing to charge."""
    return costs_nothing(order) and not unsigned_by(order)


def to_come(order: Decidable) -> Money | None:
    """What of the charge has not come in yet; None: nothing is charged yet, or the service is called off.

    Of a free service it is nothing from the beginning.
    """
    free = order.charge_policy == "free" or comes_to_nothing(order)
    if order.stage == "called_off" or (order.charge is None and not free):
        return None
    charged = order.charge.amount.amount if order.charge else Decimal(0)
    return Money(amount=max(charged - kept(order).amount, Decimal(0)))


def waits_for_charge(order: Decidable) -> bool:
    """Whether the customer has to pay for it and was not charged yet."""
    return order.charge_policy != "free" and order.charge is None and not comes_to_nothing(order)


def waits_for_money(order: Decidable) -> bool:
    """Whether the customer has to pay before a technician is sent (001 备注1)."""
    return order.charge_policy == "pay_first" and not (paid(order) or comes_to_nothing(order))


def was_off_before(order: Decidable) -> bool:
    """Whether it was called off before a technician was sent."""
    return order.stage == "called_off" and order.technician is None


def waits_for_opinion(order: Decidable) -> bool:
    """Whether the operations supervisor has not written yet how it is handled (001 售后三)."""
    return order.opinion is None and order.type != "D"


def waits_for_approval(order: Decidable) -> bool:
    """Whether a trip out of town was not applied for, or not approved (003 §12)."""
    return order.out_of_town if order.remote is None else order.remote.approval is None


def unsigned_by(order: Decidable) -> tuple[Capacity, ...]:
    """Whose signatures the fee still lacks before it may be charged (001 表1)."""
    signed = {each.capacity for each in order.fee_signatures}
    return tuple(capacity for capacity in order.fee_needs if capacity not in signed)


def unwritten(order: Decidable) -> tuple[Block, ...]:
    """The blocks of form 1 that are written before it is archived and are not (001 表1)."""
    return tuple(block for block in order.missing_blocks if block != "result")


_FEE: Need[Decidable] = Need(lambda order: order.cost is not None, "fee_missing")
_NEEDED: Needs[ServiceOrderDecision, Decidable] = MappingProxyType(
    {
        "request_parts": (Need(lambda order: not waits_for_parts(order)), _FEE),
        "promise_parts": (Need(waits_for_parts),),
        "ready_parts": (Need(waits_for_parts),),
        "request_remote": (Need(lambda order: order.remote is None or order.remote.approval is None),),
        "approve_remote": (
            Need(lambda order: order.out_of_town or order.remote is not None),
            Need(lambda order: order.remote is not None, "remote_missing"),
            Need(lambda order: order.remote is None or order.remote.approval is None),
        ),
        "record_cost": (
            Need(lambda order: order.charge is None),
            Need(lambda order: not waits_for_opinion(order), "opinion_missing"),
        ),
        "sign_fee": (_FEE,),
        "raise_charge": (
            Need(lambda order: order.charge_policy != "free" and order.charge is None),
            _FEE,
            Need(lambda order: not unsigned_by(order), "fee_unsigned"),
            Need(lambda order: not comes_to_nothing(order)),
        ),
        "receive_payment": (
            Need(lambda order: order.charge_policy != "free"),
            Need(lambda order: (owed := to_come(order)) is None or owed.amount > 0),
        ),
        "dispatch": (
            Need(lambda order: not waits_for_opinion(order), "opinion_missing"),
            _FEE,
            Need(lambda order: not waits_for_money(order), "charge_unpaid"),
            Need(lambda order: not waits_for_parts(order), "parts_not_ready"),
            Need(lambda order: not order.out_of_town or order.remote is not None, "remote_missing"),
            Need(lambda order: not waits_for_approval(order), "remote_unapproved"),
        ),
        "use_part": (
            Need(
                lambda order: order.supply is not None and any(each.used < each.quantity for each in order.supply.lines)
            ),
        ),
        "close": (
            Need(lambda order: not unwritten(order), "incomplete_form"),
            Need(lambda order: order.type == "D" or order.countersignature is not None, "countersignature_missing"),
            Need(lambda order: not waits_for_charge(order), "charge_missing"),
        ),
        "claim_expense": (Need(lambda order: not was_off_before(order)),),
        "state_execution": (Need(lambda order: order.execution is None),),
        "countersign": (Need(lambda order: order.countersignature is None),),
    }
)
"""What a decision needs besides the stage: parts, an application, a fee, the blocks of the form. The decision says what
is missing."""


@follows(lambda order: order.lifecycle)
class ServiceOrder(Timed):
    """One job. It ends once, signed by the customer or called off; internal work, type D, ends when it is done.

    Who pays, whether the warranty holds, the area, who has which authority, whose signatures the fee needs and the
    version of the policy are fixed when the order is opened. Of one that was opened before they were kept, the fee
    needs both signatures. `put_off_from` is when the window began of which the customer heard that it is off; the next
    one replaces it.
    """

    voucher_no: PaperNo
    type: ServiceType
    type_label: Line | None = None
    content: Prose
    materials: tuple[Material, ...] = ()
    stage: Stage = LIFECYCLE.start
    policy_version: int
    authority: Authority
    opened_at: Instant
    request_id: ServiceRequestId | None = None
    complaint_id: ComplaintId | None = None
    order_no: OrderNo | None = None
    contract_no: ContractNo | None = None
    customer: CustomerSnapshot | None = None
    address: Line | None = None
    area: Line | None = None
    out_of_town: bool = False
    item: Line | None = None
    fault: Fault = "unknown"
    verdict: Verdict = "uncertain"
    charge_policy: ChargePolicy = "free"
    opinion: Opinion | None = None
    register_no: PaperNo | None = None
    supply: Supply | None = None
    appointment: Appointment | None = None
    put_off_from: Instant | None = None
    remote: Remote | None = None
    expenses: tuple[Expense, ...] = ()
    technician: StaffId | None = None
    dispatched_at: Instant | None = None
    skill_exception: SkillException | None = None
    priority: bool = False
    carried_over_days: int = Field(default=0, ge=0)
    visits: tuple[Visit, ...] = ()
    cost: Cost | None = None
    fee_needs: tuple[Capacity, ...] = get_args(Capacity)
    fee_signatures: tuple[FeeSignature, ...] = ()
    charge: Charge | None = None
    payments: tuple[Payment, ...] = ()
    execution: Execution | None = None
    countersignature: Signature | None = None
    sign_off_note: SignOff | None = None
    result: Prose | None = None
    result_block: Result | None = None
    closed_at: Instant | None = None
    withdrawn: Withdrawal | None = None
    refund: Refund | None = None
    further_refunds: tuple[Refund, ...] = ()

    @property
    def lifecycle(self) -> Lifecycle[Stage, ServiceOrderDecision]:
        """What may be decided about it, by its type."""
        return lifecycle_of(self.type)

    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided about it now, and by whom."""
        return possible(self)

    @property
    def received(self) -> Money:
        """What the customer has paid."""
        return together(payment.amount.amount for payment in self.payments)

    @property
    def kept(self) -> Money:
        """What the customer has paid and has not got back."""
        return kept(self)

    @property
    def paid(self) -> bool:
        """Whether everything that was charged has come in."""
        return paid(self)

    @property
    def to_come(self) -> Money | None:
        """What of the charge has not come in yet; None: nothing is charged yet, or the service is called off."""
        return to_come(self)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def owed_back(self) -> Money | None:
        """What the customer paid above the charge, or for a service that was called off, until it is paid back.

        None: nothing. It is stored, so that lists show what is possible.
        """
        return Money(amount=self.owed_after_each_payment[-1]) if self.owed_after_each_payment else None

    @property
    def owed_after_each_payment(self) -> tuple[Decimal, ...]:
        """What was owed back once each payment was in, less what has gone back since; the last one is owed now.

        Nothing before the fee is charged, or signed as 0, where the customer has to pay; and nothing of what came in
        before a service was called off whose `withdrawn` was not kept yet: finance paid that back outside the system.
        """
        over = self.stage == "called_off"
        if not over and self.to_come is None:
            return ()
        due = self.charge.amount.amount if self.charge and not over else Decimal(0)
        returnable = (
            each.amount.amount for each in self.payments if not over or self.withdrawn is not None or each.late
        )
        returned = sum((each.amount.amount for each in self.refunds), start=Decimal(0))
        return tuple(owed for total in accumulate(returnable) if (owed := total - due - returned) > 0)

    @property
    def refunds(self) -> tuple[Refund, ...]:
        """Everything that went back to the customer, oldest first."""
        return refunds(self)

    @property
    def waits_for_money(self) -> bool:
        """Whether the customer has to pay before a technician is sent (001 备注1)."""
        return waits_for_money(self)

    @property
    def waits_for_parts(self) -> bool:
        """Whether material was asked for and does not lie ready yet (001 售后五)."""
        return waits_for_parts(self)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def missing_blocks(self) -> tuple[Block, ...]:
        """The blocks of form 1 that are not written yet, in the form's order; internal work has no form (001 表1).

        It is stored, so that lists find it. An order that is closed or called off misses none.
        """
        if self.type == "D" or self.stage == "called_off":
            return ()
        return tuple(block for block, field in WRITTEN_TO.items() if getattr(self, field) is None)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def money_at(self) -> Instant | None:
        """When a payment or an expense was entered last. It is stored, so that a month finds it."""
        entered = [*(each.entered for each in self.payments), *(each.entered for each in self.expenses)]
        return max(entered, default=None)

    @property
    def worked(self) -> bool:
        """Whether a technician was there, or used some of the parts."""
        return bool(self.visits) or any(line.used for line in (self.supply.lines if self.supply else ()))

    @computed_field  # type: ignore[prop-decorator]
    @property
    def to_settle(self) -> bool:
        """Whether a month waits for it: it has a cost, or a technician resolved it.

        It is stored, so that lists find it; of one that was written before it was kept, it is absent.
        """
        return self.cost is not None or self.stage in ("resolved", "signed_off")

    @property
    def unsigned_by(self) -> tuple[Capacity, ...]:
        """Whose signatures the fee still lacks before it may be charged (001 表1)."""
        return unsigned_by(self)

    @property
    def next_step(self) -> ServiceOrderDecision | None:
        """The first decision that the way to the archive waits for, in the documents' order (001 售后, 003 §7-§10).

        Nothing when it is archived and nothing is owed.
        """
        owed = self.charge_policy != "free" and not (self.paid or comes_to_nothing(self))
        steps: dict[ServiceOrderDecision, bool] = {
            "record_opinion": self.opinion is None and self.type != "D",
            "record_cost": self.cost is None and self.type != "D",
            "sign_fee": owed and self.charge is None and bool(self.unsigned_by),
            "raise_charge": owed and self.charge is None,
            "receive_payment": self.stage != "called_off"
            and (self.waits_for_money or (owed and self.stage == "closed")),
            "ready_parts": self.waits_for_parts,
            "request_remote": self.out_of_town and self.remote is None,
            "approve_remote": self.remote is not None and self.remote.approval is None,
            "dispatch": True,
            "complete_visit": True,
            "sign_off": True,
            "state_execution": self.execution is None,
            "countersign": self.countersignature is None,
            "close": True,
            "refund": self.owed_back is not None,
        }
        return next((step for step, due in steps.items() if due and self.lifecycle.allows(self.stage, step)), None)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def waits_for(self) -> tuple[Role, ...]:
        """Whose turn it is: the roles that may take the next step. It is stored, so that lists find it."""
        step = self.next_step
        if step == "record_cost":
            return who_fills_in_the_cost(self.type, self.verdict)
        if step == "sign_fee":
            return tuple(role for each in self.unsigned_by for role in self.authority.signatories(each))
        return (self.authority.roles(step) or self.lifecycle.roles(step)) if step else ()

    @property
    def work(self) -> UUID:
        """Names what was done as it stands now: the visits, the parts used, what the executor says of it (003 §10).

        Another name as soon as one of them is another.
        """
        used = self.supply.lines if self.supply else ()
        stated = (self.execution,) if self.execution else ()
        return uuid5(self.id, "".join(each.model_dump_json() for each in (*self.visits, *used, *stated)))

    def must_be_dispatchable(self) -> None:
        """Raises what comes before a technician is sent, in its order (001 售后三-五, 备注1, 003 §12).

        Handling opinion, fee, the money for a fault of the customer's, parts, approval of a trip out of town.
        """
        self.must_have_opinion()
        if self.cost is None:
            raise Refused("the fee comes before the people: record the cost, be it 0", "fee_missing")
        if self.waits_for_money:
            raise Refused(
                "the fault is the customer's: the fee has to be received before a technician is sent", "charge_unpaid"
            )
        if self.waits_for_parts:
            raise Refused("the parts lie ready before a technician is sent; they do not yet", "parts_not_ready")
        if self.out_of_town and self.remote is None:
            raise Refused("the address is out of town: apply for a service out of town first", "remote_missing")
        if self.remote is not None and self.remote.approval is None:
            raise Refused("the manager approves a service out of town before a technician goes", "remote_unapproved")

    def must_have_opinion(self) -> None:
        """Raises that the operations supervisor has not written how it is handled (001 售后三)."""
        if waits_for_opinion(self):
            raise Refused("the operations supervisor writes the handling opinion first", "opinion_missing")

    @property
    def about(self) -> AboutServiceOrder:
        """What every announcement about it says."""
        return AboutServiceOrder(service_order_id=self.id, voucher_no=self.voucher_no)

    @property
    def about_customer(self) -> AboutCustomersServiceOrder:
        """What every announcement that matters to the customer says."""
        assert self.customer is not None, "internal work matters to no customer"
        return AboutCustomersServiceOrder(service_order_id=self.id, voucher_no=self.voucher_no, customer=self.customer)
