"""A product return note (产品退货单): goods that come back after a case is closed (003 §29.1(2)-3)."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from complaints.domain.lifecycle import ARRIVED, GOODS_RETURN, ReturnDecision, ReturnStage
from complaints.domain.parts.papers import (
    Comparison,
    Copy,
    Explanation,
    PartCount,
    Posting,
    Receipt,
    ReturnNote,
    Settled,
    Signed,
    added_up,
)
from shared.clocks import Matter, Timed
from shared.contracts.complaints import Difference
from shared.contracts.event import Money
from shared.contracts.vocabulary import ComplaintNo, Prose, ReturnNo, StaffId
from shared.lifecycle import Possible, follows

_RETURNS = uuid5(NAMESPACE_URL, "urn:kefu:goods-return")


def return_no_of(complaint_no: ComplaintNo) -> ReturnNo:
    """The number of the one return note that a case can have."""
    return f"TH-{complaint_no}"


def return_id_of(return_no: ReturnNo) -> UUID:
    """The id of the note with this number: the warehouse knows it by the number on its copy."""
    return uuid5(_RETURNS, return_no)


class DecidableReturn(Protocol):
    """What of a return note says what may be decided about it: the note itself, or the row of a list."""

    @property
    def stage(self) -> ReturnStage: ...
    @property
    def note(self) -> ReturnNote | None: ...
    @property
    def compared(self) -> Comparison | None: ...
    @property
    def filed(self) -> Signed | None: ...


def possible(goods: DecidableReturn) -> tuple[Possible, ...]:
    """What people may do about a return note now, and who of them; its copy is filed once."""
    allowed = GOODS_RETURN.possible(goods.stage, another_than=hands_in(goods))
    return tuple(each for each in allowed if each.decision != "file_copy" or goods.filed is None)


def hands_in(goods: DecidableReturn) -> Mapping[ReturnDecision, tuple[StaffId, ...]]:
    """By a decision, who prepared what it confirms, and therefore does not make it (003 §29.1(2), §29.2)."""
    drawn = (goods.note.by,) if goods.note else ()
    compared = (goods.compared.by,) if goods.compared else ()
    return {"authorize": drawn, "send_back": drawn, "settle_difference": compared}


@follows(GOODS_RETURN)
class GoodsReturn(Timed):
    """The note from the closing of its case until finance has posted it and every copy is where it belongs."""

    case: Settled
    return_no: ReturnNo
    stage: ReturnStage = GOODS_RETURN.start
    note: ReturnNote | None = None
    sent_back: tuple[Prose, ...] = ()
    authorized: Signed | None = None
    receipts: tuple[Receipt, ...] = ()
    compared: Comparison | None = None
    explanations: tuple[Explanation, ...] = ()
    postings: tuple[Posting, ...] = ()
    filed: Signed | None = None

    @property
    def policy_version(self) -> int:
        """That of the case."""
        return self.case.policy_version

    @property
    def matter(self) -> Matter:
        """What its duties are about: the note."""
        return Matter(about=self.return_no, customer_id=self.case.about.customer.customer_id)

    @property
    def possible(self) -> tuple[Possible, ...]:
        """What people may do about it now, and who of them."""
        return possible(self)

    @property
    def counted(self) -> Counter[str]:
        """How many of each part came back, as the note spells it, in whatever lines of whatever arrival."""
        named = tuple(line.part for line in self.note.lines) if self.note else ()
        return added_up((line for receipt in self.receipts for line in receipt.lines), named)

    @property
    def received(self) -> tuple[PartCount, ...]:
        """What came back in all arrivals together, by part in the order of the alphabet."""
        counted = self.counted
        return tuple(PartCount(part=part, quantity=counted[part]) for part in sorted(counted))

    @property
    def coming_back(self) -> Mapping[str, int]:
        """How many of each part the note takes back: what it names, or what arrived where that is more."""
        named = Counter({line.part: line.quantity for line in self.note.lines}) if self.note else Counter[str]()
        return named | Counter({line.part: line.quantity for line in self.received})

    @property
    def creditable(self) -> Money:
        """What may still be credited: what was approved, less what was credited; nothing for goods to be reworked."""
        whole = self.case.approved
        if self.note is not None and self.note.method == "rework":
            return whole.but(amount=Decimal(0))
        credited = sum((posting.credit.amount for posting in self.postings if posting.credit), Decimal(0))
        return whole.but(amount=whole.amount - credited)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The parts of which another quantity came back than was approved (003 §29.2)."""
        approved = {line.part: line.quantity for line in self.note.lines} if self.note else {}
        received = {line.part: line.quantity for line in self.received}
        return tuple(
            Difference(part=part, approved=approved.get(part, 0), received=received.get(part, 0))
            for part in sorted({*approved, *received})
            if approved.get(part, 0) != received.get(part, 0)
        )

    @property
    def copies(self) -> tuple[Copy, ...]:
        """Copy 1 is kept for chasing, 2 goes to the warehouse, 3 to finance, 4 comes back to sales (003 §29.1-3)."""
        arrived = self.stage in ARRIVED
        return (
            Copy(number=1, holder="sales", task="自存，催促退货", done=arrived),
            Copy(number=2, holder="warehouse", task="核对退货并签收", done=arrived),
            Copy(number=3, holder="finance", task="核对退货量并转账", done=self.stage == "posted"),
            Copy(number=4, holder="sales", task="存档", done=self.filed is not None),
        )
