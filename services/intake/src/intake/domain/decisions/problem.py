"""How a problem is raised, fed back and solved, and how a day's problems are collected."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from intake.domain.lifecycle import PROBLEM
from intake.domain.parts.problem_feedback import ProblemFeedback
from intake.domain.policy.policy import Rules
from intake.domain.problem import DayProblem
from intake.domain.problem_day import ProblemDay
from shared.aggregate import Cause, Change
from shared.clocks import Matter
from shared.contracts.intake import ReportPublished
from shared.contracts.vocabulary import CustomerId, DepartmentName, OrderNo, Prose


def raise_problem(
    id: UUID, text: Prose, customer_id: CustomerId | None, order_no: OrderNo | None, rules: Rules, cause: Cause
) -> Change[DayProblem]:
    """A problem stands on the day's list and is to be solved by its clock (003 三3)."""
    policy = rules.on(cause.at)
    problem = DayProblem(
        id=id,
        text=text,
        customer_id=customer_id,
        order_no=order_no,
        raised_by=cause.actor.id,
        raised_at=cause.at,
    )
    matter = Matter(about=order_no or f"问题 {str(id)[:8]}", customer_id=customer_id)
    return rules.clocks.start(policy.problems.clock, matter, cause, policy=policy)(problem)


def tell_department(problem: DayProblem, department: DepartmentName, words: Prose, cause: Cause) -> Change[DayProblem]:
    """A department was told of the problem. IllegalTransition when it is solved."""
    PROBLEM.must(problem.stage, "tell_department")
    told = ProblemFeedback(department=department, words=words, by=cause.actor.id, at=cause.at)
    return Change(problem.but(stage="fed_back", feedback=(*problem.feedback, told)))


def solve(problem: DayProblem, solution: Prose, rules: Rules, cause: Cause) -> Change[DayProblem]:
    """How the problem was solved. IllegalTransition the second time."""
    PROBLEM.must(problem.stage, "solve")
    solved = problem.but(stage="solved", solution=solution, solved_by=cause.actor.id, solved_at=cause.at)
    return Change(solved).then(rules.clocks.stop(cause=cause))


def publish_day(day: date, problems: Iterable[DayProblem], rules: Rules, cause: Cause) -> Change[ProblemDay]:
    """The day's problems are collected: raised, fed back, solved, and what is still open (003 三3)."""
    known = sorted(problems, key=lambda each: (each.raised_at, each.id))

    def is_of_day(problem: DayProblem, what: str) -> bool:
        match what:
            case "raised":
                moments = [problem.raised_at]
            case "fed_back":
                moments = [each.at for each in problem.feedback]
            case _:
                moments = [problem.solved_at] if problem.solved_at else []
        return any(rules.calendar.day(moment) == day for moment in moments)

    collected = ProblemDay(
        id=cause.derive("problems"),
        day=day,
        made_at=cause.at,
        raised=tuple(each.id for each in known if is_of_day(each, "raised")),
        fed_back=tuple(each.id for each in known if is_of_day(each, "fed_back")),
        solved=tuple(each.id for each in known if is_of_day(each, "solved")),
        still_open=tuple(each.id for each in known if each.stage != "solved"),
    )
    said = ReportPublished(
        report_id=collected.id,
        kind="daily_problems",
        title=f"{day} 问题汇总",
        period=f"{day}",
        path=f"/problem-days/{collected.id}",
        figures={
            "raised": len(collected.raised),
            "fed_back": len(collected.fed_back),
            "solved": len(collected.solved),
            "open": len(collected.still_open),
        },
        audience=rules.on(cause.at).problems.audience,
    )
    return Change(collected, (said,))
