"""How it is told which reports were missing."""

from collections.abc import Iterable

from intake.domain.digest import Digest, MissingReport
from intake.domain.policy.policy import Rules
from intake.domain.work_report import WorkReport
from shared.aggregate import Cause, Change
from shared.contracts.intake import ReportPublished
from shared.contracts.vocabulary import Period


def publish(reports: Iterable[WorkReport], period: Period, rules: Rules, cause: Cause) -> Change[Digest]:
    """The heads read at 13:00 which reports of the week were missing at 12:00, handed in since or not (000 §4.2)."""
    policy = rules.on(cause.at)
    asked = sorted(reports, key=lambda report: (report.title, report.staff))
    missing = tuple(
        MissingReport(
            report_id=report.id,
            title=report.title,
            staff=report.staff,
            due_at=report.clocks[0].due_at,
            submitted_at=report.handed_in.submitted_at if report.handed_in else None,
        )
        for report in asked
        if report.was_missing(cause.at) and report.stage != "excused"
    )
    digest = Digest(
        id=cause.derive("digest"),
        title=policy.digest.title,
        period=period,
        made_at=cause.at,
        asked=len(asked),
        missing=missing,
    )
    said = ReportPublished(
        report_id=digest.id,
        kind=digest.kind,
        title=digest.title,
        period=period,
        path=f"/digests/{digest.id}",
        figures={"asked": digest.asked, "missing": len(missing), "staff": [each.staff for each in missing]},
        audience=policy.digest.audience,
    )
    return Change(digest, (said,))
