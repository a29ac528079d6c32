"""The complaint form as the house keeps it, and the letter that its customer is given instead (003 §25)."""

from complaints.api.customer_view import CustomerView
from complaints.domain.complaint import Complaint
from complaints.domain.parts.findings import Share
from complaints.domain.parts.form import CHANNELS
from complaints.domain.parts.investigation import Investigation
from complaints.domain.parts.resolution import Verdict
from complaints.domain.policy.authority import AuthorityMatrix
from complaints.pages.losses import loss_in_words
from complaints.pages.words import REMEDIES, UNITS
from shared.pages.papers import INTERNAL, Box, Boxes, Grid, Paper, Press, ticked, yes_or_no
from shared.pages.words import DEPARTMENTS, day, money

NATURES = {"quality": "质量", "non_quality": "非质量"}


def complaint_form(case: Complaint, authority: AuthorityMatrix | None, press: Press) -> Paper:
    """Everything on the form; what is not done yet leaves room for a pen."""
    return Paper(
        "客户投诉处理表",
        case.number or "草稿",
        (
            *_said(case, press),
            *_found(case, press),
            _options(case, authority),
            *_decided(case, press),
            *_followed(case, press),
            _clocks(case, press),
        ),
        copies=("客服部存",),
        mark=INTERNAL,
        note="本表只在公司内部流转，不得影印送客户；答复客户用另函。",
    )


def letter(view: CustomerView, press: Press) -> Paper:
    """The customer's own words and what was decided, in the customer's words."""
    offered = "\n".join(f"{number}　{text}" for number, text in enumerate(view.choices, start=1))
    return Paper(
        "客户投诉答复函",
        view.complaint_no,
        (
            (Box("投诉人", view.complainant), Box("受理", press.at(view.accepted_at))),
            (Box("您反映的问题", view.content, tall=True),),
            (Box("您的要求", view.demand or "未提"),),
            (Box("进展", view.status), Box("前次编号", view.previous_no or "无")),
            (Box("处理方案", offered or view.solution or "正在拟定，确定后另行告知", tall=True),),
            (Box("结果", view.result or "", tall=True), Box("结案", press.at(view.closed_at))),
            (Box("客户确认", ticked({"yes": "接受", "no": "不接受"}, None), signed=""),),
        ),
        copies=("客户存",),
        note="如有疑问，请与您的客服专员联系。",
    )


def _said(case: Complaint, press: Press) -> tuple[Boxes, ...]:
    form = case.form
    claimed = f"；要求赔付{money(form.amount_claimed)}" if form.amount_claimed else ""
    return (
        (Box("客户名称", form.customer.name), Box("投诉人", form.complainant), Box("方式", CHANNELS[form.channel])),
        (
            Box("收到", press.at(form.received_at)),
            Box("受理", press.at(case.accepted_at)),
            Box("负责人", case.owner or "未指定"),
        ),
        (
            Box("订单编号", form.order_no or ""),
            Box("合同", form.contract_no or ""),
            Box("批号", form.batch_no or ""),
        ),
        (
            Box("交运日期", day(form.shipped_on)),
            Box("不良数量", str(form.defect_quantity or "")),
            Box("样品", form.sample_ref or ""),
        ),
        (Box("投诉内容", form.content, tall=True),),
        (Box("客户要求", (form.demand or "未提") + claimed),),
        (Box("签注意见", form.opinion or ""),),
    )


def _found(case: Complaint, press: Press) -> tuple[Boxes, ...]:
    judgement, investigation, liability = case.judgement, case.investigation, case.liability
    nature = case.classification.nature if case.classification else case.form.nature
    kind = (
        f"类别：{ticked(NATURES, nature)}　程度：{ticked({'no': '普通', 'yes': '重大'}, 'yes' if case.major else 'no')}"
    )
    upheld = yes_or_no(judgement.upheld if judgement else None, "成立", "不成立")
    grounds = f"\n{judgement.grounds}" if judgement else ""
    judged = f"{judgement.by} {press.at(judgement.at)}" if judgement else ""
    borne = "；".join(f"{_bearer(share)}{share.percent}%" for share in liability.shares) if liability else ""
    tracked = f"列入改善追踪：{yes_or_no(liability.tracked if liability else None)}"
    cause = f"\n根本原因：{case.root_cause.title}（{case.root_cause.code}）" if case.root_cause else ""
    return (
        (Box("判定", f"{upheld}　{kind}{grounds}", signed=judged),),
        (
            Box(
                "调查",
                f"{_investigated(investigation)}{cause}",
                signed=press.at(investigation.completed_at) if investigation else "",
            ),
        ),
        (
            Box(
                "责任",
                "\n".join(filter(None, (borne, liability.handling if liability else "", tracked))),
                signed=press.signed(liability),
            ),
        ),
        (
            _loss(case, press),
            Box("供应商", "；".join(each.name for each in case.suppliers)),
        ),
    )


def _loss(case: Complaint, press: Press) -> Box:
    submitted = case.submitted_loss
    signed = f"{submitted.decided_by} {press.at(submitted.decided_at)}" if submitted and submitted.decided_at else ""
    return Box("损失金额", loss_in_words(case) if case.loss else "", signed=signed)


def _bearer(share: Share) -> str:
    return share.supplier or (DEPARTMENTS[share.department] if share.department else UNITS[share.unit])


def _investigated(investigation: Investigation | None) -> str:
    if investigation is None:
        return ""
    by = "、".join(DEPARTMENTS[each] for each in (investigation.department, *investigation.joint_with))
    people = "、".join(investigation.responsible)
    return "\n".join(filter(None, (by, investigation.cause, people)))


def _options(case: Complaint, authority: AuthorityMatrix | None) -> Grid:
    """What was proposed last, with who may approve each amount."""
    proposal = case.proposals[-1] if case.proposals else None
    rows = tuple(
        (
            str(number),
            f"{REMEDIES[option.kind]}：{option.description}",
            money(option.amount),
            "、".join(role.chinese for role in authority.band(option.amount).roles) if authority else "",
        )
        for number, option in enumerate(proposal.options if proposal else (), start=1)
    )
    return Grid("处理方案", ("序", "方案", "金额", "核决权限"), rows, frozenset({2}))


def _decided(case: Complaint, press: Press) -> tuple[Boxes, ...]:
    verdict, answer = (case.verdicts[-1] if case.verdicts else None), case.answer
    accepted = yes_or_no(answer.accepted if answer else None, "接受", "不接受，另填新表并附本表")
    said = f"\n{answer.reason}" if answer and answer.reason else ""
    by = f"{answer.signatory}（在网上签名）" if answer and answer.signatory else ""
    appeal = case.appeal
    return (
        (
            Box(
                "核决",
                _verdict(verdict),
                signed=f"{verdict.approver}（{verdict.role.chinese}）{press.at(verdict.at)}" if verdict else "",
            ),
        ),
        (
            Box(
                "副总批示",
                (appeal.grounds or appeal.petition) if appeal else "",
                signed=f"{appeal.decided_by} {press.at(appeal.decided_at)}" if appeal and appeal.decided_by else "",
            ),
        ),
        (Box("客户意见", f"{accepted}{said}", signed=f"{by}{press.at(answer.at)}" if answer else ""),),
    )


def _verdict(verdict: Verdict | None) -> str:
    if verdict is None:
        return "☐核准方案　　☐退回　　☐呈"
    what = f"☑核准：{verdict.option.description}" if verdict.option else "☑退回"
    return f"{what}\n{verdict.note}" if verdict.note else what


def _followed(case: Complaint, press: Press) -> tuple[Boxes, ...]:
    done, feedback, closing = case.implementation, case.feedback, case.closing
    satisfied = yes_or_no(feedback.satisfied if feedback else None, "满意", "不满意")
    words = f"\n{feedback.words}" if feedback else ""
    return (
        (Box("执行结果", (closing.result or "") if closing else "", signed=press.signed(done)),),
        (Box("客户反馈", f"{satisfied}{words}", signed=press.signed(feedback)),),
        (Box("结案", "", signed=press.signed(closing)),),
    )


def _clocks(case: Complaint, press: Press) -> Boxes:
    runs = sorted(case.clocks, key=lambda run: run.due_at)
    return (Box("时限", "；".join(f"{run.clock.title}限{press.at(run.due_at)}" for run in runs)),)
