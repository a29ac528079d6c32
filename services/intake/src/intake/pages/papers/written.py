"""The papers that colleagues write: the record of talks, and the forms before a design."""

from collections.abc import Iterable, Sequence

from intake.domain.customer import Customer
from intake.domain.design_intake import DESIGN_FORMS, DesignIntake
from intake.domain.parts.design_form import DesignForm
from intake.domain.parts.record import Record
from shared.pages.papers import INTERNAL, Box, Grid, Paper, Press, yes_or_no
from shared.pages.words import day


def talk_sheet(customer: Customer, records: Sequence[Record], press: Press) -> Paper:
    """All talks as they read now, the earliest first; what was corrected is named below its line's remarks."""
    heads = ("日期", "开始", "主题", "类型", "方式", "联系人", "内容", "反馈", "状态", "备注")
    rows = tuple(
        (
            day(each.talk.on),
            press.at(each.talk.started_at)[-5:],
            each.talk.subject,
            each.talk.service_type,
            each.talk.service_method,
            each.talk.contact_name,
            each.talk.content,
            each.talk.feedback,
            each.talk.status,
            "\n".join(_remarks(each)),
        )
        for each in records
    )
    file = customer.particulars
    return Paper(
        "客户服务记录",
        file.customer_no or file.name,
        (
            (Box("客户", file.name), Box("负责人", file.owner or ""), Box("记录", f"{len(records)}次")),
            Grid("", heads, rows),
        ),
        mark=INTERNAL,
        note="记录只增不改：更正另记一条，原记录保留。",
        wide=True,
    )


def design_sheet(brought: DesignIntake, press: Press) -> Paper:
    """What was brought in for the design and by whom, and whether each form is in order."""
    heads = ("资料", "文件", "是否齐全", "意见", "审核")
    return Paper(
        "设计前资料审核表",
        press.at(brought.brought_at)[:10],
        (
            (Box("客户", brought.customer.name), Box("客户经理", brought.brought_by)),
            (Box("提供时间", press.at(brought.brought_at)), Box("尚缺", "、".join(brought.missing) or "无")),
            Grid("", heads, tuple(_form(each, press) for each in brought.forms)),
            (Box("客服审核", signed=_checked(brought.forms, press)),),
        ),
        mark=INTERNAL,
    )


def _remarks(record: Record) -> Iterable[str]:
    if record.talk.remarks:
        yield record.talk.remarks
    for each in record.corrections:
        yield f"更正（{each.reason}）：原为“{each.before}”"


def _form(form: DesignForm, press: Press) -> tuple[str, ...]:
    finding = form.finding
    checked = f"{form.checked_by} {press.at(form.checked_at)}" if form.checked_by else ""
    in_order = yes_or_no(finding.ok if finding else None, "齐全", "不全")
    return (DESIGN_FORMS[form.name], "\n".join(form.files), in_order, (finding and finding.remarks) or "", checked)


def _checked(forms: Sequence[DesignForm], press: Press) -> str:
    """Who looked at the forms last, once all are in order."""
    last = max(forms, key=lambda form: press.at(form.checked_at))
    return f"{last.checked_by} {press.at(last.checked_at)}" if all(form.ok for form in forms) else ""
