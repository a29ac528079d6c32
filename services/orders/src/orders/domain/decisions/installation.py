"""How the work on the site goes: crew, forecast, invitation, acceptance."""

from datetime import datetime, timedelta

from orders.domain.decisions.duty import follow_duties
from orders.domain.decisions.entry import invite_to_acceptance
from orders.domain.decisions.exception import look_into
from orders.domain.decisions.promise import keep_promise, promise
from orders.domain.decisions.stage import lose, reach
from orders.domain.order import Order
from orders.domain.parts.installation import Acceptance, Installer, Refusal
from orders.domain.parts.times import day_ahead
from orders.domain.parts.titles import SKILLS
from orders.domain.policy.policy import Rules
from orders.domain.route import Milestone
from shared.aggregate import Cause, Change, Refused
from shared.contracts.departments import CompletionExpected, InstallationCompleted
from shared.contracts.orders import (
    AcceptanceFailed,
    AcceptancePassed,
    CompletionForecasted,
    InstallationScheduled,
    InstallPerformanceAssessed,
)
from shared.contracts.vocabulary import Defect, FileRef, Line, Prose

_M = Milestone


def schedule_installation(
    order: Order, begin: datetime, planned_finish: datetime, crew: tuple[Installer, ...], rules: Rules, cause: Cause
) -> Change[Order]:
    """Installers are ordered by the goods' arrival: any for a standard order, senior ones for a custom one.

    Who is senior follows from the company's list of today, once it has one: it is of people, not of this order.

    Source: 000 §3.4.4, §3.5.4. Refused with `arrival_unknown`, `before_arrival`, `unskilled`, `impossible_plan`,
    `past_day` or `far_day`.
    """
    order.lifecycle.must(order.stage, "schedule_installation")
    arrival = order.shipment.expected_at
    if arrival is None:
        raise Refused("no one has said when the goods arrive; find that out first", "arrival_unknown")
    if begin < arrival:
        raise Refused(f"the goods arrive at {arrival:%Y-%m-%d %H:%M}; begin after that", "before_arrival", "begin")
    day_ahead(
        rules.calendar.day(planned_finish), rules.calendar.day(cause.at), rules.of(order).horizon_days, "planned_finish"
    )
    if planned_finish <= begin:
        raise Refused("the work has to finish after it begins", "impossible_plan", "planned_finish")
    crew = rules.on(cause.at).skilled(crew)
    unskilled = [each.staff for each in crew if not each.can(order.route.installers)]
    if unskilled or not crew:
        wanted = f"{order.route.installers} installers"
        raise Refused(
            f"this order needs {wanted}; not so: {', '.join(unskilled) or 'no installer is named'}", "unskilled", "crew"
        )
    scheduled = InstallationScheduled.of(
        order.about,
        begin=begin,
        planned_finish=planned_finish,
        crew=tuple(each.staff for each in crew),
        required_skill=order.route.installers,
        site_address=order.site_address,
    )
    planned = order.installation.but(begin=begin, planned_finish=planned_finish, crew=crew)
    change = Change(order.but(installation=planned), (scheduled,))
    finish = rules.calendar.day(planned_finish)
    told = change.then(lambda order: promise(order, "complete", finish, "plan", rules, cause))
    return told.then(lambda order: follow_duties(order, rules, cause))


def expect_completion(order: Order, fact: CompletionExpected, rules: Rules, cause: Cause) -> Change[Order]:
    """The foreman names the hour; the customer is invited to the site for it, so that no quarrel delays payment.

    The customer is expected from the completion on, and for the hours of the policy, unless the foreman says otherwise.
    Source: 001 售中四a, 四b. An hour named before the goods are on the site is told when they are.
    """
    if order.ended or order.has(_M.INSTALLED):
        return Change(order)
    visit_from = fact.acceptance_from or fact.expected_at
    visit_until = fact.acceptance_until or visit_from + timedelta(hours=rules.of(order).acceptance_hours)
    forecast = order.installation.but(
        forecast_at=fact.expected_at, foreman=fact.foreman, visit_from=visit_from, visit_until=visit_until
    )
    order = order.but(installation=forecast)
    forecasted = CompletionForecasted.of(
        order.about,
        forecast_at=fact.expected_at,
        foreman=fact.foreman,
    )
    if order.stage != "installation":
        return Change(order, (forecasted,))
    told = Change(order, (forecasted,))
    begun = told.then(lambda order: keep_promise(order, "install", rules.calendar.day(cause.at), rules, cause))
    invited = begun.then(lambda order: invite_to_acceptance(order, rules, cause))
    return invited.then(lambda order: follow_duties(order, rules, cause))


def complete_installation(order: Order, fact: InstallationCompleted, rules: Rules, cause: Cause) -> Change[Order]:
    """The installers are done. What was done before the customer refused it does not count again (001 售中五).

    Work on a custom order by others than the senior crew that was scheduled is looked into (000 §3.5.4).
    """
    refused = max((refusal.at for refusal in order.installation.refusals), default=None)
    if order.ended or order.has(_M.INSTALLED) or (refused and fact.completed_at <= refused):
        return Change(order)
    strangers = _strangers(order, fact)
    crew = order.installation.crew or tuple(Installer(staff=staff) for staff in fact.crew)
    known = order.installation.but(completed_at=fact.completed_at, crew=crew)
    day = rules.calendar.day(fact.completed_at)
    begun = keep_promise(order.but(installation=known), "install", day, rules, cause)
    done = begun.then(lambda order: keep_promise(order, "complete", day, rules, cause))
    change = done.then(lambda order: reach(order, _M.INSTALLED, since=fact.completed_at, rules=rules, cause=cause))
    if strangers is None:
        return change
    detail = f"由未安排的人员施工：{strangers}；本单应由已安排的{SKILLS[order.route.installers]}施工"
    return change.then(lambda order: look_into(order, "installer", "taken", "looked_into", detail, cause))


def _strangers(order: Order, fact: InstallationCompleted) -> str | None:
    """Who worked on a custom order without being scheduled; None when the scheduled crew did."""
    scheduled = {each.staff for each in order.installation.crew}
    strange = [staff for staff in fact.crew if staff not in scheduled]
    if order.route.installers == "ordinary" or (scheduled and not strange):
        return None
    return ", ".join(strange) or "an unknown crew"


def pass_acceptance(order: Order, acceptance: Acceptance, rules: Rules, cause: Cause) -> Change[Order]:
    """The customer accepts: thanks by kind of customer, the after-sales contact, and the crew's performance.

    Source: 001 售中五(1), 五(2), 售后一a, 表3 注a.
    """
    order.lifecycle.must(order.stage, "pass_acceptance")
    order.decided_by(_M.ACCEPTED, cause)
    return _accepted(order, acceptance, rules, cause)


def fail_acceptance(
    order: Order, issues: tuple[Defect, ...], photos: tuple[FileRef, ...], rules: Rules, cause: Cause
) -> Change[Order]:
    """The customer refuses the work: a complaint is filed of it, and the installers come back (001 售中四b)."""
    order.lifecycle.must(order.stage, "fail_acceptance")
    order.decided_by(_M.ACCEPTED, cause)
    return _refused(order, Refusal(at=cause.at, issues=issues), photos, rules, cause)


def sign_acceptance(
    order: Order, seen: int, signatory: Line, wrong: Prose | None, rules: Rules, cause: Cause
) -> Change[Order]:
    """The customer answers on their own page, with their name under it: the work is accepted, or what is wrong with it.

    The answer itself is what was signed. `seen` is how often the work had been refused when the page was drawn: work
    that was refused and done anew since then is not accepted by it (`acceptance_changed`). Source: 001 售中四b, 五.
    """
    order.lifecycle.must(order.stage, "pass_acceptance")
    if len(order.installation.refusals) != seen:
        raise Refused(
            "the work was refused and done anew since then; look at it and answer again", "acceptance_changed"
        )
    if wrong is not None:
        refusal = Refusal(at=cause.at, issues=(Defect(description=wrong),), signatory=signatory)
        return _refused(order, refusal, (), rules, cause)
    return _accepted(order, Acceptance(signatory=signatory, signature=f"customer-page/{cause.id}"), rules, cause)


def _accepted(order: Order, acceptance: Acceptance, rules: Rules, cause: Cause) -> Change[Order]:
    accepted = order.installation.but(accepted_by=acceptance.signatory)
    passed = AcceptancePassed.of(
        order.about,
        contract_no=order.contract.no,
        accepted_at=cause.at,
        signatory=acceptance.signatory,
        signature=acceptance.signature,
        photos=acceptance.photos,
        customer_kind=order.customer.kind,
        aftersales_contact=acceptance.aftersales_contact,
    )
    done = order.but(installation=accepted)
    told = Change(done, (passed, *_performance(done, rules)))
    change = told.then(lambda order: keep_promise(order, "accept", rules.calendar.day(cause.at), rules, cause))
    return change.then(
        lambda order: reach(order, _M.ACCEPTED, *order.payments_in, since=cause.at, rules=rules, cause=cause)
    )


def _refused(order: Order, refusal: Refusal, photos: tuple[FileRef, ...], rules: Rules, cause: Cause) -> Change[Order]:
    failed = AcceptanceFailed.of(
        order.about,
        contract_no=order.contract.no,
        at=cause.at,
        issues=refusal.issues,
        photos=photos,
    )
    refused = order.but(installation=order.installation.but(refusals=(*order.installation.refusals, refusal)))
    return Change(refused, (failed,)).then(lambda order: lose(order, _M.INSTALLED, rules=rules, cause=cause))


def _performance(order: Order, rules: Rules) -> tuple[InstallPerformanceAssessed, ...]:
    """Whole days before the planned one, negative for late; nothing to assess without a plan."""
    work = order.installation
    if work.planned_finish is None or work.completed_at is None:
        return ()
    early = (rules.calendar.day(work.planned_finish) - rules.calendar.day(work.completed_at)) // timedelta(days=1)
    assessed = InstallPerformanceAssessed.of(
        order.named,
        crew=tuple(each.staff for each in work.crew),
        days_early=early,
        quality_ok=work.quality_ok,
        verdict=work.verdict(early),
    )
    return (assessed,)
