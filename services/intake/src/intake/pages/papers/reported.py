"""The papers of the department's own work: a report on its form, and the sheet of a campaign."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from intake.domain.campaign import Campaign
from intake.domain.parts.handed_in import Gathered, Heading, Note
from intake.domain.policy.reports import FormName, ReportForm
from intake.domain.work_report import WorkReport
from intake.pages.words import CAMPAIGN_KINDS, WAIVED_BECAUSE
from shared.contracts.vocabulary import Line
from shared.pages.papers import INTERNAL, Box, Boxes, Grid, Paper, Press
from shared.pages.words import money


def report_sheet(report: WorkReport, forms: Mapping[FormName, ReportForm], press: Press) -> Paper:
    """What the author wrote under each heading of the form, the amounts, what it was gathered from, and the answer.

    `forms` are those in force when it was asked for. Without its form, a heading is called by its name.
    """
    said, form = report.handed_in, forms.get(report.form)
    headings, amounts = (form.headings, form.amounts) if form else ({}, {})
    return Paper(
        report.title,
        report.period,
        (
            (Box("报告人", report.staff), Box("期间", report.period), Box("报送", report.reviewer.chinese)),
            (Box("提交期限", press.at(report.due_at)), Box("提交时间", _handed_in(report, press))),
            *_texts(said.sections if said else {}, headings),
            *_amounts(said.amounts if said else {}, amounts),
            *_gathered(report.gathered, forms),
            *_notes(report.notes),
            (Box("附件", "\n".join(said.files) if said else ""),),
            _answer(report, press),
        ),
        mark=INTERNAL,
        note=f"表{form.form}" if form and form.form else "",
    )


def campaign_sheet(campaign: Campaign, press: Press) -> Paper:
    """How far the list is used and the target attained, what each colleague did, and what was learnt (002 八(二))."""
    progress = campaign.progress
    heads = ("客服", "名单", "已联系", "达成", "拒绝再联系")
    rows = tuple(
        (each.staff, *map(str, (each.listed, each.used, each.attained, each.refused))) for each in progress.staff
    )
    return Paper(
        "外呼活动总结表",
        campaign.name,
        (
            (
                Box("名称", campaign.name),
                Box("类别", CAMPAIGN_KINDS[campaign.kind]),
                Box("截止", campaign.until.isoformat()),
            ),
            (Box("开始", press.at(campaign.started_at)), Box("总结", press.at(campaign.completed_at))),
            (
                Box("名单使用", f"{progress.used}/{progress.listed}，{progress.utilisation}%"),
                Box("目标达成", f"{progress.attained}/{progress.target}，{progress.attainment}%"),
                Box("未联系上", str(progress.not_reached)),
            ),
            Grid("各人完成情况", heads, rows, numbers=frozenset(range(1, len(heads)))),
            (Box("经验总结", campaign.lessons or "", tall=True),),
            (Box("主管", signed=""),),
        ),
        mark=INTERNAL,
    )


def _handed_in(report: WorkReport, press: Press) -> str:
    if report.handed_in is None:
        return f"免交：{report.excused_because}" if report.excused_because else "未交"
    at = report.handed_in.submitted_at
    return press.at(at) + ("（逾期）" if report.was_missing(at) else "")


def _texts(sections: Mapping[Heading, str], words: Mapping[Heading, Line]) -> Iterator[Boxes]:
    """Each heading of the form with its text, empty where there is none yet, and what stands under any other one."""
    for name in dict.fromkeys((*words, *sections)):
        yield (Box(words.get(name, name), sections.get(name, ""), tall=True),)


def _amounts(amounts: Mapping[Heading, Decimal], words: Mapping[Heading, Line]) -> Iterator[Grid]:
    if words or amounts:
        rows = tuple((words.get(name, name), money(amounts.get(name))) for name in dict.fromkeys((*words, *amounts)))
        yield Grid("金额", ("项目", "金额"), rows, numbers=frozenset({1}))


def _gathered(gathered: Gathered | None, forms: Mapping[FormName, ReportForm]) -> Iterator[Grid | Boxes]:
    """The reports that it took in, line by line, their sums, and whose were missing."""
    if gathered is None:
        return
    words = {name: title for form in forms.values() for name, title in form.amounts.items()}
    titles = {name: form.title for name, form in forms.items()}
    lines = [(titles.get(line.form, line.form), line.staff, line.amounts) for line in gathered.lines]
    rows = [(*whose, *(money(amounts.get(name)) for name in gathered.sums)) for *whose, amounts in lines]
    sums = ("合计", "", *map(money, gathered.sums.values()))
    heads = ("报告", "报告人", *(words.get(name, name) for name in gathered.sums))
    yield Grid("汇总", heads, (*rows, sums), numbers=frozenset(range(2, len(heads))))
    missing = (f"{staff}的{titles.get(form, form)}" for form, staff in gathered.missing)
    yield (Box("未交", "、".join(missing) or "无"),)


def _notes(notes: tuple[Note, ...]) -> Iterator[Grid]:
    if notes:
        rows = tuple((WAIVED_BECAUSE[each.reason], each.approved_by) for each in notes)
        yield Grid("免于回访的客户", ("原因", "批准"), rows)


def _answer(report: WorkReport, press: Press) -> Boxes:
    reply = report.reply
    if reply is None:
        return (Box("批复", signed=""),)
    return (Box("批复", reply.comment, signed=f"{reply.by} {press.at(reply.replied_at)}"),)
