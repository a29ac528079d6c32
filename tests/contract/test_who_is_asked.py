"""Who is asked for something may do it: each message to a role, and each duty, names a role that its routes let in."""

import importlib
from collections.abc import Iterable

from notify_in_memory import TABLES
from rights_page import TABLE, name

from shared.contracts.roles import Role
from shared.testing import nowhere

MESSAGES = {
    "acceptance_failed": (
        "orders /orders/{order_id}/agree-acceptance",
        "orders /orders/{order_id}/schedule-installation",
    ),
    "allowance": ("complaints /allowances/{allowance_id}/post",),
    "approval_requested": ("complaints /complaints/{complaint_id}/reject",),
    "authority_exceeded": ("complaints /complaints/{complaint_id}/reject",),
    "called_off_service_paid": ("aftersales /service-orders/{service_order_id}/refund",),
    "charge_paid": ("aftersales /service-orders/{service_order_id}/dispatch",),
    "complaint_to_staff": ("complaints /complaints/{complaint_id}/assign-owner",),
    "completion_forecast": ("orders /orders/{order_id}/agree-acceptance",),
    "could_not_reach": ("notify /unreached/{unreached_id}/end",),
    "credit_exceeded": ("orders /customers/{customer_id}/set-credit",),
    "decisive_reply": ("complaints /complaints/{complaint_id}/accept",),
    "fault_determined": ("aftersales /service-orders",),
    "free_reply": ("intake /customers/{customer_id}/contacts",),
    "implemented": ("complaints /complaints/{complaint_id}/record-feedback",),
    "installation_crew": ("orders /orders/{order_id}/schedule-installation",),
    "installers_wanted": ("orders /orders/{order_id}/schedule-installation",),
    "investigation_completed": ("complaints /complaints/{complaint_id}/propose",),
    "negative_feedback": ("complaints /complaints",),
    "order_exception": ("orders /exceptions/{exception_id}/resolve",),
    "parts_ready": ("aftersales /service-orders/{service_order_id}/agree-appointment",),
    "parts_requested": ("aftersales /service-orders/{service_order_id}/ready-parts",),
    "readiness_doubtful": ("orders /orders/{order_id}/postpone",),
    "remote_service": ("aftersales /service-orders/{service_order_id}/approve-remote",),
    "resolution_accepted": ("complaints /complaints/{complaint_id}/sign",),
    "resolution_decided": ("complaints /complaints/{complaint_id}/accept",),
    "resolution_declined": ("complaints /complaints/{complaint_id}/propose",),
    "resolution_rejected": ("complaints /complaints/{complaint_id}/propose",),
    "resubmitted": ("complaints /complaints/{complaint_id}/assign-investigation",),
    "resubmitted_to_deputy": ("complaints /complaints/{complaint_id}/convene-panel",),
    "return_discrepancy": (
        "complaints /returns/{return_id}/settle-difference",
        "complaints /returns/{return_id}/reconcile",
    ),
    "return_expected": ("complaints /returns/{return_id}/receive", "complaints /returns/{return_id}/reconcile"),
    "service_called_off_paid": ("aftersales /service-orders/{service_order_id}/refund",),
    "service_opened": ("aftersales /service-orders/{service_order_id}/dispatch",),
    "showroom_booked": ("intake /showroom-visits/{visit_id}/do-task",),
    "showroom_soon": ("intake /showroom-visits/{visit_id}/do-task",),
    "technician": ("aftersales /service-orders/{service_order_id}/agree-appointment",),
    "time_zone_unknown": ("intake /customers/{customer_id}/correct",),
    "visit_reported": ("intake /callbacks/{callback_id}/complete",),
    "visit_unresolved": ("aftersales /service-orders/{service_order_id}/dispatch",),
    "warranty_uncertain": ("aftersales /warranty-checks/{check_id}/override",),
    **{
        f"tampering_{service}": ("intake /fines/{fine_id}/impose", f"{service} /seals/acceptance")
        for service in ("intake", "orders", "complaints", "aftersales", "notify")
    },
}
"""By the line of the table of messages what it asks for, in our services; each role it names may do one of these."""
OUTSIDE = {
    "complaint_closed_to_staff": "tells only",
    "credit_exceeded_in_region": "calls in money, which finance reports",
    "inspection_failed": "the workshop does the work again",
    "opportunity_without_owner": "sends a salesman",
    "order_exception_resolved": "tells only",
    "payment_overdue": "calls in money, which finance reports",
    "proposal": "tells only",
    "readiness_on_time": "tells only",
    "service_called_off": "puts the parts back",
    "showroom_cancelled": "tells only",
}
"""What tells, or asks for work of which our services hear by a fact of a department, or not at all."""
PEOPLE = {"technician": (Role.INSTALLER, Role.SENIOR_INSTALLER, Role.INSTALLATION_FOREMAN)}
"""Whom a person is that a fact names."""

CUSTOMERS_CALL = ("intake /callbacks/{callback_id}/complete",)
REPORT = ("intake /reports/{report_id}/submit",)
ENQUIRY = ("intake /enquiries/{enquiry_id}/answer",)
FACT = ("intake /facts",)
DUTIES = {
    "aftersales": {
        "voucher": ("aftersales /service-orders",),
        "parts": ("aftersales /service-orders/{service_order_id}/ready-parts",),
        "dispatch": ("aftersales /service-orders/{service_order_id}/dispatch",),
        "handling": ("aftersales /service-orders/{service_order_id}/complete-visit",),
        "settlement": ("aftersales /settlements/{month}/settle",),
        "refund": ("aftersales /service-orders/{service_order_id}/refund",),
    },
    "complaints": {
        "close_6d": ("complaints /complaints/{complaint_id}/close",),
        "draft": ("complaints /complaints/{complaint_id}/file",),
        "submit_3d": ("complaints /complaints/{complaint_id}/propose",),
        "supplier": ("complaints /complaints/{complaint_id}/assign-liability",),
        "loss": ("complaints /complaints/{complaint_id}/decide-loss",),
        "appeal": ("complaints /complaints/{complaint_id}/decide-appeal",),
        "feedback": ("complaints /complaints/{complaint_id}/record-feedback",),
        "monthly_review_10th": ("complaints /reviews/{month}/review-case",),
        "step_judge": ("complaints /complaints/{complaint_id}/judge",),
        "step_investigate": ("complaints /complaints/{complaint_id}/complete-investigation",),
        "step_propose": ("complaints /complaints/{complaint_id}/propose",),
        "step_approve": ("complaints /complaints/{complaint_id}/approve",),
        "step_implement": ("complaints /complaints/{complaint_id}/implement",),
        **{
            f"allowance_{clock}": (f"complaints /allowances/{{allowance_id}}/{route}",)
            for clock, route in (
                ("draw", "draw-up"),
                ("countersign", "countersign"),
                ("stamp", "stamp"),
                ("file", "file-copy"),
                ("post", "post"),
            )
        },
        **{
            f"return_{clock}": (f"complaints /returns/{{return_id}}/{route}",)
            for clock, route in (
                ("draw", "draw-up"),
                ("authorize", "authorize"),
                ("receive", "receive"),
                ("post", "post"),
                ("file", "file-copy"),
                ("difference", "settle-difference"),
            )
        },
        "penalty_admin": ("complaints /penalties/{penalty_id}/approve",),
        "penalty_bonus": ("complaints /penalties/{penalty_id}/approve",),
        "personnel_notice": ("complaints /penalties/{penalty_id}/issue-notice",),
        "penalty_notice": ("complaints /penalties/{penalty_id}/issue-notice",),
        "action_plan": ("complaints /corrective-actions/{action_id}/plan",),
        "action_do": ("complaints /corrective-actions/{action_id}/carry-out",),
        "action_verify": ("complaints /corrective-actions/{action_id}/verify",),
    },
    "intake": {
        **{f"callback_{kind}": CUSTOMERS_CALL for kind in ("visit", "stage", "acceptance", "service", "complaint")},
        **{f"callback_{kind}": CUSTOMERS_CALL for kind in ("delay", "member", "seasonal")},
        "first_contact": CUSTOMERS_CALL,
        "care_quota": ("intake /care/{care_id}/send",),
        "campaign_summary": ("intake /campaigns/{campaign_id}/complete",),
        "problem": ("intake /problems/{problem_id}/solve",),
        "erasure": ("intake /customers/{customer_id}/erase",),
        "customer_class": ("intake /colleagues/{staff}/entrust",),
        "tampering": ("intake /fines/{fine_id}/impose",),
        **{f"enquiry_{kind}": ENQUIRY for kind in ("consult", "order", "quote", "stock", "suggestion", "complaint")},
        "enquiry_service": ENQUIRY,
        "design_intake": ("intake /design-intakes/{design_intake_id}/check",),
        "visit_arrival": ("intake /visit-plans/{visit_id}/arrive",),
        "visit_text": ("intake /visit-texts/{text_id}/read",),
        "doubt": ("intake /opportunities/{opportunity_id}/send-material",),
        "showroom_task": ("intake /showroom-visits/{visit_id}/do-task",),
        "itinerary": ("intake /itineraries/{itinerary_id}/confirm",),
        "report_review": ("intake /reports/{report_id}/review",),
    },
    "notify": {
        "slip": ("notify /slips/{slip_id}/acknowledge",),
        "unreached": ("notify /unreached/{unreached_id}/end",),
        "unattributed": ("notify /replies/{reply_id}/attribute",),
    },
    "orders": {
        "contract_review": ("orders /orders/{order_id}/review",),
        "receive_order": ("orders /orders/{order_id}/take-on",),
        "countersign": ("orders /orders/{order_id}/countersign",),
        "issue_work_order": ("orders /orders/{order_id}/issue-work-order",),
        "plan_production": ("orders /orders/{order_id}/schedule",),
        "follow_printing": ("orders /orders/{order_id}/receive-packaging",),
        "confirm_packaging": ("orders /orders/{order_id}/pack",),
        "arrange_papers": ("orders /orders/{order_id}/arrange-paper",),
        "sign_notice": ("orders /orders/{order_id}/prepare-notice",),
        "ask_production": FACT,
        "ask_engineering": ("orders /orders/{order_id}/schedule-installation",),
        "word_delay": ("orders /orders/{order_id}/word-delay",),
        "find_out_day": ("orders /orders/{order_id}/postpone",),
        "find_out_arrival": ("orders /orders/{order_id}/agree",),
        "send_crew": ("orders /orders/{order_id}/schedule-installation",),
        "agree_acceptance": ("orders /orders/{order_id}/agree-acceptance",),
        "ask_acceptance": ("orders /orders/{order_id}/pass-acceptance",),
        "stock_check": ("orders /stock-checks/{check_id}/report",),
        "exception": ("orders /exceptions/{exception_id}/resolve",),
        "cancellation": ("orders /orders/{order_id}/cancel",),
        "ship_by": ("orders /orders/{order_id}/dispatch",),
        "install_by": ("orders /orders/{order_id}/schedule-installation",),
        "accept_by": ("orders /orders/{order_id}/pass-acceptance",),
    },
}
"""By service and clock what ends the duty."""
FOLLOWED_UP = {
    "complaints": {"return_chase"},
    "intake": {"holidays_of_next_year"},
    "orders": {"stage", "follow_stock", "ask_foreman", "collect", "arrive_by", "complete_by"},
}
"""Duties to see to it that another one reports, pays or sends something; and the calendar, which is a file."""


def let_in(routes: Iterable[str]) -> set[str]:
    """Who may take one of these."""
    found: set[str] = set()
    for route in routes:
        service, path = route.split(" ")
        found |= TABLE[service, "POST", path]
    return found


def test_every_message_that_asks_a_role_for_something_asks_one_that_may_do_it():
    asking = {
        rule.name: (
            *(role for role in rule.roles if isinstance(role, Role)),
            *(role for person in rule.people for role in PEOPLE.get(person, ())),
        )
        for rule in TABLES.rules
        if rule.audience == "staff" and rule.name not in OUTSIDE
    }
    named = {rule: roles for rule, roles in asking.items() if roles and any(isinstance(each, Role) for each in roles)}
    told = {"appointment_agreed", "appointment_moved", "service_called_off_technician", "technician_appointment"}
    assert named.keys() - told == MESSAGES.keys()
    assert [
        (rule, role.value)
        for rule, roles in named.items()
        if rule not in told
        for role in roles
        if name(role) not in let_in(MESSAGES[rule])
    ] == []


def test_every_duty_is_of_a_role_that_may_end_it():
    wrong = []
    for service, routes in DUTIES.items():
        settings = nowhere(importlib.import_module(f"{service}.settings").Settings)
        latest = settings.rules(settings.calendar()).policies.version(1)
        clocks = {clock.name: clock.role for clock in latest.clocks}
        reports = {each for each in clocks if each.startswith("report_") and each not in routes}
        assert clocks.keys() - reports == routes.keys() | FOLLOWED_UP.get(service, set())
        ends = {**routes, **dict.fromkeys(reports, REPORT)}
        wrong += [(clock, clocks[clock].value) for clock, by in ends.items() if name(clocks[clock]) not in let_in(by)]
    assert wrong == []
