"""How the papers of a closed case are shown: discount certificates and return notes, in full and as rows of a list."""

from typing import Self
from uuid import UUID

from pydantic import AliasPath, Field, computed_field

from complaints.domain import allowance, goods_return
from complaints.domain.allowance import Allowance
from complaints.domain.goods_return import GoodsReturn
from complaints.domain.lifecycle import AllowanceStage, ReturnStage
from complaints.domain.parts.papers import (
    Comparison,
    Copy,
    Drawn,
    Explanation,
    PartCount,
    Posting,
    Receipt,
    ReturnNote,
    Settled,
    Signed,
)
from shared.contracts.complaints import Difference
from shared.contracts.event import Money
from shared.contracts.vocabulary import ComplaintId, ComplaintNo, CustomerId, Line, PaperNo, Prose, ReturnNo
from shared.http import View
from shared.lifecycle import Possible


class PaperRow(View):
    """What every paper shows in a list of its case and its customer."""

    complaint_id: ComplaintId = Field(validation_alias=AliasPath("case", "about", "complaint_id"))
    complaint_no: ComplaintNo = Field(validation_alias=AliasPath("case", "about", "complaint_no"))
    customer_id: CustomerId = Field(validation_alias=AliasPath("case", "about", "customer", "customer_id"))
    customer_name: Line = Field(validation_alias=AliasPath("case", "about", "customer", "name"))


class AllowanceView(View):
    """A discount certificate with both seals and both copies, and what may be decided next."""

    allowance_id: UUID
    certificate_no: PaperNo
    case: Settled
    stage: AllowanceStage
    possible: tuple[Possible, ...]
    reason: Prose | None
    drawn: Drawn | None
    sent_back: tuple[Prose, ...]
    countersigned: Signed | None
    stamped: Signed | None
    filed: Signed | None
    posted: Posting | None
    copies: tuple[Copy, ...]

    @classmethod
    def of(cls, paper: Allowance) -> Self:
        """Everything on the certificate."""
        same = cls.model_fields.keys() - {"allowance_id", "possible"}
        return cls(
            allowance_id=paper.id,
            possible=paper.possible,
            **{name: getattr(paper, name) for name in same},
        )


class AllowanceRow(PaperRow):
    """A discount certificate as a line of a list."""

    allowance_id: UUID = Field(validation_alias="id")
    certificate_no: PaperNo
    stage: AllowanceStage
    amount: Money = Field(validation_alias=AliasPath("case", "approved"))
    drawn: Drawn | None = Field(default=None, exclude=True)
    filed: Signed | None = Field(default=None, exclude=True)
    posted: Posting | None = Field(default=None, exclude=True)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided next, and by whom."""
        return allowance.possible(self)


class GoodsReturnView(View):
    """A return note with its four copies, what was approved and what came back, and what may be decided next."""

    return_id: UUID
    return_no: ReturnNo
    case: Settled
    stage: ReturnStage
    possible: tuple[Possible, ...]
    note: ReturnNote | None
    sent_back: tuple[Prose, ...]
    authorized: Signed | None
    receipts: tuple[Receipt, ...]
    received: tuple[PartCount, ...] = Field(description="What came back in all arrivals together.")
    differences: tuple[Difference, ...]
    compared: Comparison | None
    explanations: tuple[Explanation, ...]
    postings: tuple[Posting, ...]
    creditable: Money = Field(description="What finance may still credit.")
    filed: Signed | None
    copies: tuple[Copy, ...]

    @classmethod
    def of(cls, goods: GoodsReturn) -> Self:
        """Everything on the note."""
        same = cls.model_fields.keys() - {"return_id", "possible"}
        return cls(
            return_id=goods.id,
            possible=goods.possible,
            **{name: getattr(goods, name) for name in same},
        )


class GoodsReturnRow(PaperRow):
    """A return note as a line of a list."""

    return_id: UUID = Field(validation_alias="id")
    return_no: ReturnNo
    stage: ReturnStage
    note: ReturnNote | None = Field(default=None, exclude=True)
    compared: Comparison | None = Field(default=None, exclude=True)
    filed: Signed | None = Field(default=None, exclude=True)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided next, and by whom."""
        return goods_return.possible(self)
