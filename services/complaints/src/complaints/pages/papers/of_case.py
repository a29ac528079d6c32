"""Which papers of a case there are to print, and what follows from it, and where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from complaints.domain.allowance import Allowance
from complaints.domain.complaint import Complaint
from complaints.domain.corrective_action import CorrectiveAction
from complaints.domain.goods_return import GoodsReturn
from complaints.domain.penalty import Penalty
from complaints.domain.roles import PENALTY_READERS
from complaints.pages.words import ACTION_STAGES, ALLOWANCE_STAGES, PENALTY_STAGES, RETURN_STAGES
from complaints.store import Stores
from shared.identity import Principal
from shared.language import _
from shared.pages.papers import PaperLink

_AT = "/complaints/ui/papers"


@dataclass(frozen=True, slots=True)
class FollowUps:
    """What follows from a case, as far as its reader may know of it: a punishment is not for every one."""

    allowances: Sequence[Allowance] = ()
    returns: Sequence[GoodsReturn] = ()
    actions: Sequence[CorrectiveAction] = ()
    penalties: Sequence[Penalty] = ()

    @classmethod
    async def of(cls, case: Complaint, stores: Stores, asker: Principal) -> Self:
        """Of a draft nothing follows."""
        if case.number is None:
            return cls()
        paid, owed = {"case.about.complaint_no": case.number}, {"case.complaint_no": case.number}
        return cls(
            allowances=(await stores.allowances.find(paid)).items,
            returns=(await stores.returns.find(paid)).items,
            actions=(await stores.actions.find(owed)).items,
            penalties=(await stores.penalties.find(owed)).items if asker.roles & set(PENALTY_READERS) else (),
        )

    def pages(self) -> Iterator[PaperLink]:
        """The page of each, with how far it is."""
        for paper in self.allowances:
            yield PaperLink(_("折扣证明单"), _(ALLOWANCE_STAGES[paper.stage]), f"/desk/allowances/{paper.id}")
        for note in self.returns:
            yield PaperLink(_("退货单"), _(RETURN_STAGES[note.stage]), f"/desk/returns/{note.id}")
        for action in self.actions:
            yield PaperLink(_("改进"), _(ACTION_STAGES[action.stage]), f"/desk/corrective-actions/{action.id}")
        for penalty in self.penalties:
            yield PaperLink(_("处分"), _(PENALTY_STAGES[penalty.stage]), f"/desk/penalties/{penalty.id}")


def papers_of(case: Complaint, follow_ups: FollowUps) -> Iterator[PaperLink]:
    """The papers of a case and of what follows from it that are drawn up."""
    yield PaperLink(_("投诉处理表"), case.number or _("草稿"), f"{_AT}/complaints/{case.id}")
    if case.number is None or case.accepted_at is None:
        return
    yield PaperLink(_("答复函"), case.number, f"{_AT}/letters/{case.id}")
    for paper in follow_ups.allowances:
        if paper.drawn:
            yield PaperLink(_("销货折扣证明单"), paper.certificate_no, f"{_AT}/allowances/{paper.id}")
    for note in follow_ups.returns:
        if note.note:
            yield PaperLink(_("产品退货单"), note.return_no, f"{_AT}/returns/{note.id}")
    for penalty in follow_ups.penalties:
        yield PaperLink(_("奖罚通知单"), penalty.notice_no or _("未编号"), f"{_AT}/penalties/{penalty.id}")
