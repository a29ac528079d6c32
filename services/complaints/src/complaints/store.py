"""Where complaints, their registers, their papers and what follows from them are kept."""

from dataclasses import dataclass
from typing import Self

from complaints.domain.allowance import Allowance
from complaints.domain.cause_list import CauseList
from complaints.domain.complaint import Complaint
from complaints.domain.corrective_action import CorrectiveAction
from complaints.domain.goods_return import GoodsReturn
from complaints.domain.penalty import Penalty
from complaints.domain.register import Register
from shared.store import DatabaseLike, Index, Store


class Registers(Store[Register]):
    """One register a month."""

    collection = "registers"
    kind = Register


class Complaints(Store[Complaint]):
    """Every complaint and every draft."""

    collection = "complaints"
    kind = Complaint
    indexes = (
        Index("number", unique=True),
        Index("form.received_at"),
        Index("stage", "form.received_at"),
        Index("form.customer.customer_id", "form.received_at"),
        Index("form.order_no", "form.received_at"),
        Index("root_cause.code", "form.received_at"),
    )


class Allowances(Store[Allowance]):
    """Every discount certificate."""

    collection = "allowances"
    kind = Allowance
    indexes = (
        Index("stage", "certificate_no"),
        Index("case.about.customer.customer_id", "certificate_no"),
        Index("case.about.complaint_no"),
    )


class GoodsReturns(Store[GoodsReturn]):
    """Every return note."""

    collection = "goods_returns"
    kind = GoodsReturn
    indexes = (
        Index("stage", "return_no"),
        Index("case.about.customer.customer_id", "return_no"),
        Index("case.about.complaint_no"),
    )


class Penalties(Store[Penalty]):
    """Every punishment that was proposed."""

    collection = "penalties"
    kind = Penalty
    indexes = (Index("stage", "proposed_at"), Index("case.complaint_no"), Index("what.target", "proposed_at"))


class CorrectiveActions(Store[CorrectiveAction]):
    """Every improvement that a department owes."""

    collection = "corrective_actions"
    kind = CorrectiveAction
    indexes = (
        Index("stage", "case.complaint_no"),
        Index("department", "case.complaint_no"),
        Index("cause_code", "watched_until"),
        Index("case.complaint_no"),
    )


class CauseLists(Store[CauseList]):
    """The one list of root causes."""

    collection = "cause_lists"
    kind = CauseList


@dataclass(frozen=True, slots=True)
class Stores:
    """All that complaints keeps."""

    registers: Registers
    complaints: Complaints
    causes: CauseLists
    allowances: Allowances
    returns: GoodsReturns
    penalties: Penalties
    actions: CorrectiveActions

    @classmethod
    def on(cls, database: DatabaseLike) -> Self:
        """The stores in this database."""
        return cls(
            Registers(database),
            Complaints(database),
            CauseLists(database),
            Allowances(database),
            GoodsReturns(database),
            Penalties(database),
            CorrectiveActions(database),
        )
