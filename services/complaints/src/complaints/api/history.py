"""What happened to a complaint in the order of time: all of it, and what the customer may be shown of it.

Both are told in the language of the person who reads a page; what the API answers is in Chinese.
"""

from collections.abc import Iterator

from complaints.domain.complaint import Complaint
from complaints.domain.parts.form import Details, Form
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Line, StaffId
from shared.language import _, listed
from shared.pages.words import DEPARTMENTS, money

_SAID = {"satisfied": "满意", "average": "一般", "dissatisfied": "不满意"}
_COVERED = {"in_warranty": "在保", "out_of_warranty": "过保", "uncertain": "不确定"}
_WAYS = {"letter": "函件", "phone": "电话", "visit": "当面"}


class PastStep(Part):
    """One thing that happened: what, when, by whom, and in which words."""

    at: Instant
    what: Line
    by: StaffId | None = None
    words: str | None = None


def history(complaint: Complaint) -> tuple[PastStep, ...]:
    """All that stands on the internal form, the earliest first. Never for the customer (003 §25.6)."""
    steps = (
        *_received(complaint),
        *_found_out(complaint),
        *_handled(complaint),
        *_judged(complaint),
        *_found(complaint),
        *_decided(complaint),
        *_answered(complaint),
        *_timed(complaint),
    )
    return tuple(sorted(steps, key=lambda step: step.at))


def told(complaint: Complaint) -> tuple[PastStep, ...]:
    """What the customer knows: the own words, the approved solutions, the own answer, the result; no member of staff.

    Every step is chosen; whatever is added to the history stays inside (003 §25.6).
    """
    steps = [step.but(by=None) for step in _received(complaint)]
    for verdict in complaint.verdicts:
        if verdict.option is not None:
            offered = verdict.offered or (verdict.option,)
            words = "；".join(option.description for option in offered)
            steps.append(PastStep(at=verdict.at, what=_("提出处理方案"), words=words))
    steps += [step.but(by=None) for step in _answered(complaint)]
    return tuple(sorted(steps, key=lambda step: step.at))


def goods_in_words(said: Form | Details) -> str:
    """What is said of the goods, one thing after the other; empty when nothing is."""
    known = (
        _("批号{number}").format(number=said.batch_no) if said.batch_no else None,
        _("{day}发货").format(day=said.shipped_on) if said.shipped_on else None,
        _("问题数量{n}").format(n=said.defect_quantity) if said.defect_quantity else None,
        _("样品{number}").format(number=said.sample_ref) if said.sample_ref else None,
        _("照片{n}张").format(n=len(said.photos)) if said.photos else None,
    )
    return _("，").join(filter(None, known))


def _received(complaint: Complaint) -> Iterator[PastStep]:
    yield PastStep(at=complaint.form.received_at, what=_("客户反映"), words=complaint.form.content)
    if complaint.accepted_at:
        yield PastStep(at=complaint.accepted_at, what=_("受理"), words=complaint.number)


def _found_out(complaint: Complaint) -> Iterator[PastStep]:
    for added in complaint.details:
        words = _("；").join(filter(None, (goods_in_words(added.found), added.found.demand, added.found.opinion)))
        yield PastStep(at=added.at, what=_("补充投诉资料"), by=added.by, words=words)
    for named in complaint.named_orders:
        yield PastStep(
            at=named.at,
            what=_("补登订单或合同"),
            by=named.by,
            words=listed(filter(None, (named.order_no, named.contract_no))),
        )


def _handled(complaint: Complaint) -> Iterator[PastStep]:
    if confirmed := complaint.acknowledgement:
        yield PastStep(at=confirmed.at, what=_("与客户确认内容"), by=confirmed.by, words=confirmed.restated)
    for visit in complaint.visits:
        yield PastStep(at=visit.visited_at, what=_("走访客户"), by=visit.by, words=visit.note)
    for notice in complaint.notices:
        yield PastStep(
            at=notice.at, what=_("告知客户（{way}）").format(way=_(_WAYS[notice.way])), by=notice.by, words=notice.words
        )
    yield from _beside(complaint)
    if panel := complaint.panel:
        words = listed(_(DEPARTMENTS[each]) for each in panel.departments)
        yield PastStep(at=panel.convened_at, what=_("召集重大投诉评审"), by=panel.convened_by, words=words)
    if panel and panel.recorded_at:
        yield PastStep(at=panel.recorded_at, what=_("重大投诉评审"), by=panel.recorded_by, words=panel.measures)
    for note in complaint.warranty:
        verdict = _(_COVERED[note.verdict])
        words = _("{verdict}（{reason}）").format(verdict=verdict, reason=note.reason) if note.reason else verdict
        yield PastStep(at=note.at, what=_("保修核定"), by=note.decided_by, words=words)


def _beside(complaint: Complaint) -> Iterator[PastStep]:
    for audit in complaint.audits:
        what = _("审核案卷（完整）") if audit.complete else _("审核案卷（有缺漏）")
        yield PastStep(at=audit.at, what=what, by=audit.by, words=audit.findings)
    for contact in complaint.contacts:
        yield PastStep(
            at=contact.at,
            what=_("联系部门（{department}）").format(department=_(DEPARTMENTS[contact.department])),
            by=contact.by,
            words=contact.words,
        )
    for opinion in complaint.opinions:
        yield PastStep(
            at=opinion.at,
            what=_("提报意见（{department}）").format(department=_(DEPARTMENTS[opinion.department])),
            by=opinion.by,
            words=opinion.opinion,
        )
    for call in complaint.calls:
        yield PastStep(
            at=call.at,
            what=_("回访（{said}）").format(said=_(_SAID[call.satisfied])),
            by=call.by,
            words=call.words or None,
        )


def _judged(complaint: Complaint) -> Iterator[PastStep]:
    if (judgement := complaint.judgement) and judgement.at:
        what = _("判定成立") if judgement.upheld else _("判定不成立")
        yield PastStep(at=judgement.at, what=what, by=judgement.by, words=judgement.grounds)
    if petition := complaint.appeal:
        yield PastStep(at=petition.at, what=_("呈报客户异议"), by=petition.by, words=petition.petition)
        if petition.decided_at:
            yield PastStep(at=petition.decided_at, what=_("异议批示"), by=petition.decided_by, words=petition.grounds)


def _found(complaint: Complaint) -> Iterator[PastStep]:
    if (found := complaint.investigation) and found.completed_at:
        yield PastStep(at=found.completed_at, what=_("调查完成"), words=found.cause)
    if root := complaint.root_cause:
        yield PastStep(at=root.at, what=_("认定根本原因"), by=root.by, words=root.title)
    if loss := complaint.loss:
        yield PastStep(at=loss.at, what=_("损失核算"), by=loss.by, words=money(loss.total))
    for decided in complaint.decided_losses:
        if decided.decided_at:
            what = _("批准责任部门损失") if decided.approved else _("不批准责任部门损失")
            yield PastStep(at=decided.decided_at, what=what, by=decided.decided_by, words=decided.note)
    for supplier in complaint.suppliers:
        yield PastStep(at=supplier.at, what=_("会同供应商处理"), by=supplier.by, words=supplier.name)
    if liability := complaint.liability:
        yield PastStep(at=liability.at, what=_("核定责任"), by=liability.by, words=liability.handling)


def _decided(complaint: Complaint) -> Iterator[PastStep]:
    for proposal in complaint.proposals:
        if proposal.at:
            words = _("；").join(option.description for option in proposal.options)
            yield PastStep(at=proposal.at, what=_("呈报处理方案"), by=proposal.proposed_by, words=words)
    for attempt in complaint.blocked:
        words = _("{role}：{attempted}，权限{limit}").format(
            role=_(attempt.role.chinese), attempted=money(attempt.attempted), limit=money(attempt.limit)
        )
        yield PastStep(at=attempt.at, what=_("越权审批被拒"), by=attempt.staff, words=words)
    for verdict in complaint.verdicts:
        role, version = _(verdict.role.chinese), verdict.matrix_version
        words = _("{role}，权责划分第{version}版").format(role=role, version=version)
        if verdict.option:
            words = _("{authority}：{solution}").format(authority=words, solution=verdict.option.description)
        what = _("核准处理方案") if verdict.option else _("退回处理方案")
        yield PastStep(at=verdict.at, what=what, by=verdict.approver, words=words)


def _answered(complaint: Complaint) -> Iterator[PastStep]:
    if answer := complaint.answer:
        words = answer.choice.description if answer.choice else answer.reason
        yield PastStep(at=answer.at, what=_("客户同意") if answer.accepted else _("客户不同意"), words=words)
    if done := complaint.implementation:
        yield PastStep(at=done.at, what=_("方案执行完毕"), by=done.by)
    if feedback := complaint.feedback:
        what = _("客户对处理结果满意") if feedback.satisfied else _("客户对处理结果不满意")
        yield PastStep(at=feedback.at, what=what, by=feedback.by, words=feedback.words)
    if closing := complaint.closing:
        yield PastStep(at=closing.at, what=_("结案"), by=closing.by, words=closing.result)


def _timed(complaint: Complaint) -> Iterator[PastStep]:
    for run in complaint.clocks:
        if run.missed_at:
            yield PastStep(at=run.missed_at, what=_("逾期"), words=_(run.clock.title))
