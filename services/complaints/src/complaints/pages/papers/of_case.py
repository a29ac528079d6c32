"""Which papers of a case there are to print, and what follows from it, and where."""

from collections.abc import AsyncIterator

from complaints.domain.complaint import Complaint
from complaints.domain.roles import PENALTY_READERS
from complaints.pages.words import ACTION_STAGES, ALLOWANCE_STAGES, PENALTY_STAGES, RETURN_STAGES
from complaints.store import Stores
from shared.identity import Principal
from shared.language import _
from shared.pages.papers import PaperLink

_AT = "/complaints/ui/papers"


async def papers_of(case: Complaint, stores: Stores, asker: Principal) -> AsyncIterator[PaperLink]:
    """The papers of a case that are drawn up and that the asker may read: a punishment is not for every reader."""
    yield PaperLink(_("投诉处理表"), case.number or _("草稿"), f"{_AT}/complaints/{case.id}")
    if case.number is None or case.accepted_at is None:
        return
    yield PaperLink(_("答复函"), case.number, f"{_AT}/letters/{case.id}")
    of_case = {"case.about.complaint_no": case.number}
    for paper in (await stores.allowances.find(of_case)).items:
        if paper.drawn:
            yield PaperLink(_("销货折扣证明单"), paper.certificate_no, f"{_AT}/allowances/{paper.id}")
    for note in (await stores.returns.find(of_case)).items:
        if note.note:
            yield PaperLink(_("产品退货单"), note.return_no, f"{_AT}/returns/{note.id}")
    if asker.roles & set(PENALTY_READERS):
        for penalty in (await stores.penalties.find({"case.complaint_no": case.number})).items:
            yield PaperLink(_("奖罚通知单"), penalty.notice_no or _("未编号"), f"{_AT}/penalties/{penalty.id}")


async def follow_ups_of(case: Complaint, stores: Stores, asker: Principal) -> AsyncIterator[PaperLink]:
    """The pages of what follows from a case, with how far each is; punishments for their readers alone."""
    if case.number is None:
        return
    paid, owed = {"case.about.complaint_no": case.number}, {"case.complaint_no": case.number}
    for paper in (await stores.allowances.find(paid)).items:
        yield PaperLink(_("折扣证明单"), _(ALLOWANCE_STAGES[paper.stage]), f"/desk/allowances/{paper.id}")
    for note in (await stores.returns.find(paid)).items:
        yield PaperLink(_("退货单"), _(RETURN_STAGES[note.stage]), f"/desk/returns/{note.id}")
    for action in (await stores.actions.find(owed)).items:
        yield PaperLink(_("改进"), _(ACTION_STAGES[action.stage]), f"/desk/corrective-actions/{action.id}")
    if asker.roles & set(PENALTY_READERS):
        for penalty in (await stores.penalties.find(owed)).items:
            yield PaperLink(_("处分"), _(PENALTY_STAGES[penalty.stage]), f"/desk/penalties/{penalty.id}")
