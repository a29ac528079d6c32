"""How counts and samples of stock are asked for and reported."""

from datetime import date

from orders.domain.lifecycle import STOCK_CHECK, StockCheckKind
from orders.domain.parts.stock_finding import StockFinding
from orders.domain.parts.times import day_ahead
from orders.domain.policy.policy import Rules
from orders.domain.stock_check import StockCheck
from shared.aggregate import Cause, Change, Refused
from shared.clocks import Matter
from shared.contracts.vocabulary import Line, Prose


def ask_for_stock_check(
    kind: StockCheckKind, goods: Line, reason: Prose, until: date, rules: Rules, cause: Cause
) -> Change[StockCheck]:
    """Stock is to be counted, or a sample of it looked at, by the end of a day: a duty of the warehouse (004 一㈡4).

    Refused: `past_day`, `far_day`.
    """
    policy, calendar = rules.on(cause.at), rules.calendar
    day_ahead(until, calendar.day(cause.at), policy.horizon_days, "until")
    check = StockCheck(
        id=cause.derive("stock check"),
        kind=kind,
        goods=goods,
        reason=reason,
        until=until,
        asked_by=cause.actor.id,
        asked_at=cause.at,
    )
    end = calendar.moment(until)
    return rules.clocks.start(policy.stock_check, Matter(about=goods), cause, policy=policy, due_at=end)(check)


def report_stock_check(
    check: StockCheck, findings: tuple[StockFinding, ...], rules: Rules, cause: Cause
) -> Change[StockCheck]:
    """The warehouse reports what it found, once. What should go is proposed as a disposal (004 一㈡4).

    Refused: `illegal_transition`, and `nothing_sampled` for a sample of no piece, or with more good pieces than that.
    """
    STOCK_CHECK.must(check.stage, "report")
    if check.kind == "sample" and any(not each.expected or each.found > each.expected for each in findings):
        raise Refused(
            "a sample has at least one piece, and not more good ones than pieces", "nothing_sampled", "findings"
        )
    reported = check.but(stage="reported", findings=findings, reported_by=cause.actor.id, reported_at=cause.at)
    return rules.clocks.stop(cause=cause)(reported)
