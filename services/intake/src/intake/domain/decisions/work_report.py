"""How reports are asked for, handed in, consolidated, answered, and let off."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from intake.domain.colleague import Colleague
from intake.domain.lifecycle import WORK_REPORT
from intake.domain.parts.handed_in import Gathered, GatheredLine, HandedIn, Note, Reply
from intake.domain.policy.policy import Rules
from intake.domain.work_report import WorkReport, reviewers
from shared.aggregate import Cause, Change, Overstepped, Refused, must_be_another, must_have_role, one_person
from shared.clocks import Matter
from shared.contracts.intake import CallbackWaived, ReportReviewed, ReportSubmitted
from shared.contracts.vocabulary import Hash, Line, Prose


def ask_for(report: WorkReport, colleague: Colleague, rules: Rules, cause: Cause) -> Change[WorkReport]:
    """The colleague owes the report from now on, by the end of the form's term; asked for once."""
    if not WORK_REPORT.allows(report.stage, "ask_for"):
        return Change(report)
    policy = rules.on(cause.at)
    form = policy.reports[report.form]
    asked = report.but(
        stage="owed",
        title=form.title,
        policy_version=policy.version,
        reviewer=form.reviewer,
        consolidates=form.consolidates,
    )
    matter = _matter(asked, colleague.name)
    return rules.clocks.start(form.clock, matter, cause, policy=policy, assignee=report.staff)(asked)


def submit(
    report: WorkReport, handed_in: HandedIn, others: Iterable[WorkReport], rules: Rules, cause: Cause
) -> Change[WorkReport]:
    """The author hands the report in; a form that consolidates takes in what `others` say, and names who is missing.

    IllegalTransition unless it is owed; Overstepped when it is another person's; refused with `headings_open` or
    `headings_unknown` when it does not answer exactly the headings and amounts of its form (000 §5.2, §6.1).
    """
    WORK_REPORT.must(report.stage, "submit")
    if one_person(cause.actor.id) != one_person(report.staff):
        raise Overstepped(f"this report is handed in by {report.staff}", "not_the_author")
    policy = rules.of(report)
    form = policy.reports[report.form]
    _answers_all("sections", form.headings, handed_in.sections)
    _answers_all("amounts", form.amounts, handed_in.amounts)
    gathered = _gathered(others) if report.consolidates else None
    submitted = report.but(stage="submitted", handed_in=handed_in, gathered=gathered)
    said = ReportSubmitted(
        report_id=report.id,
        kind=report.form,
        title=report.title,
        form=form.form,
        staff=report.staff,
        reviewer_role=report.reviewer,
        period=report.period,
        due_at=report.clocks[0].due_at,
        submitted_at=cause.at,
    )
    change = Change(submitted, (said,)).then(rules.clocks.stop(form.clock.name, cause=cause))
    if form.review is None:
        return change
    return change.then(rules.clocks.start(form.review, report.clocks[0].matter, cause, policy=policy))


def review(report: WorkReport, digest: Hash, comment: Prose, rules: Rules, cause: Cause) -> Change[WorkReport]:
    """The report is read and answered (000 §4.1b), by the role to which it is submitted or one above it.

    `digest` names what the reader has read: refused with `report_changed` when the report says something else by now.
    IllegalTransition unless it is handed in; Overstepped for a lower role and for the author.
    """
    WORK_REPORT.must(report.stage, "review")
    must_have_role("answering this report", reviewers(report.reviewer), cause)
    must_be_another("a report is answered by another person than its author", report.staff, cause=cause)
    if digest != report.digest:
        raise Refused(f"the report says something else by now: read it and name {report.digest}", "report_changed")
    reviewed = report.but(stage="reviewed", reply=Reply(by=cause.actor.id, replied_at=cause.at, comment=comment))
    said = ReportReviewed(
        report_id=report.id, staff=report.staff, reviewer=cause.actor.id, reviewed_at=cause.at, comment=comment
    )
    return Change(reviewed, (said,)).then(rules.clocks.stop(cause=cause))


def excuse(report: WorkReport, reason: Line, rules: Rules, cause: Cause) -> Change[WorkReport]:
    """The colleague need not hand it in, for example because of leave.

    IllegalTransition unless it is owed; refused with `four_eyes` to its author.
    """
    WORK_REPORT.must(report.stage, "excuse")
    must_be_another("a report is excused by another person than its author", report.staff, cause=cause)
    return Change(report.but(stage="excused", excused_because=reason)).then(rules.clocks.drop(cause=cause))


def note_waiver(report: WorkReport, waived: CallbackWaived, cause: Cause) -> Change[WorkReport]:
    """The report of the day says that a customer need not be called, whatever its stage (000 §3.6.3)."""
    note = Note(
        callback_id=waived.callback_id,
        customer_id=waived.customer_id,
        reason=waived.reason,
        approved_by=waived.approved_by,
    )
    return Change(report.but(notes=(*report.notes, note)))


def _matter(report: WorkReport, name: Line) -> Matter:
    return Matter(about=f"{name} {report.title}（{report.period}）")


def _answers_all(field: str, asked: Mapping[str, Line], answered: Mapping[str, object]) -> None:
    if open_ := [name for name in asked if name not in answered]:
        named = ", ".join(f"{name} ({asked[name]})" for name in open_)
        raise Refused(f"fill in also: {named}", "headings_open", f"{field}.{open_[0]}")
    if strange := sorted(answered.keys() - asked.keys()):
        raise Refused(f"the form has no {', '.join(strange)}; it has: {', '.join(asked)}", "headings_unknown", field)


def _gathered(others: Iterable[WorkReport]) -> Gathered:
    """What has been handed in, summed up; excused colleagues are not missing."""
    asked = sorted(others, key=lambda each: (each.form, each.staff))
    lines = tuple(
        GatheredLine(report_id=each.id, form=each.form, staff=each.staff, amounts=each.handed_in.amounts)
        for each in asked
        if each.handed_in
    )
    sums: dict[str, Decimal] = {}
    for line in lines:
        for name, amount in line.amounts.items():
            sums[name] = sums.get(name, Decimal()) + amount
    missing = tuple((each.form, each.staff) for each in asked if each.stage == "owed")
    return Gathered(lines=lines, sums=sums, missing=missing)
