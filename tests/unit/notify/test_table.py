"""The table from fact and audience to message: complete, fed by the contracts, and nothing in it by accident."""

import pytest
from lines import fact_for
from notify_in_memory import POLICIES, TABLES, InMemoryNotify

from shared.contracts.catalogue import contracts
from shared.policy import Policies

TIER_1 = (
    "intake: CustomerRegistered CustomerUpdated CustomerAssigned ContactRecorded VisitReported CallbackDue "
    "CallbackCompleted NegativeFeedbackReceived OrderPlaced NotificationRequested "
    "orders: ContractReviewed ContractSigned OrderReleased OrderStageChanged ProductionScheduled PreShipmentInspected "
    "ShipmentReadinessAssessed ShipmentReady ShipmentDelayed DeliveryDatePromised ShipmentDispatched "
    "InstallationScheduled CompletionForecasted AcceptanceInvited AcceptancePassed AcceptanceFailed PaymentOverdue "
    "OrderExceptionRaised OrderCancelled OrderClosed "
    "complaints: ComplaintFiled ComplaintOwnerAssigned ComplaintJudged InvestigationAssigned InvestigationCompleted "
    "ResolutionProposed ApprovalRequested ResolutionApproved ResolutionRejected ResolutionAccepted ResolutionDeclined "
    "ComplaintResubmitted ResolutionImplemented AllowanceGranted ReturnAuthorized ReturnReconciled "
    "ReturnDiscrepancyFound ComplaintEscalated ComplaintClosed "
    "aftersales: ServiceRequestRegistered ServiceRequestRejected WarrantyChecked FaultDetermined ServiceOrderOpened "
    "ServiceDispatched ServiceVisitCompleted ServiceCostRecorded CustomerChargeRaised CustomerChargePaid "
    "ServiceSignedOff ServiceOrderClosed "
    "departments: ProductionCompleted ShipmentArrived InstallationCompleted PaymentReceived "
    "notify: NotificationSent NotificationDelivered NotificationFailed StaffAlerted"
)


@pytest.mark.requirement("R065.b")
def test_every_tier_1_fact_has_its_line_or_a_reason_for_silence() -> None:
    keys = {kind.__name__: key for key, kind in contracts().items()}
    named = [word for word in TIER_1.split() if not word.endswith(":")]
    deadlines = [key for key in contracts() if ".deadline_" in key]

    told = TABLES.events() | set(TABLES.silent)

    assert [name for name in named if keys[name] not in told] == []
    assert [key for key in deadlines if key not in told] == []


def test_no_fact_is_both_told_and_silent() -> None:
    assert TABLES.events() & set(TABLES.silent) == set()


@pytest.mark.requirement("R157.c")
def test_a_solution_is_told_to_no_customer_before_it_is_approved() -> None:
    told = {rule.event for rule in TABLES.rules if rule.audience == "customer" and "resolution" in rule.event}

    assert told == {"complaints.resolution_approved.v1"}


@pytest.fixture(scope="module")
def built() -> InMemoryNotify:
    """As a company has it that tells its customers of a milestone."""
    return InMemoryNotify(policies=Policies([POLICIES.version(1).but(milestones={"production": ()})]))


@pytest.fixture
def notify(built: InMemoryNotify) -> InMemoryNotify:
    """As at the beginning, and built once for all lines."""
    built.forget()
    return built


@pytest.mark.parametrize("rule", TABLES.rules, ids=lambda rule: rule.name)
async def test_every_line_fills_its_words_from_a_fact_as_it_is_published(notify: InMemoryNotify, rule) -> None:
    fact = fact_for(rule)

    await notify.hear(fact)

    made = await notify.all(rule=rule.name)
    assert made, "no recipient hears of it"
    for notification in made:
        for way in notification.ways:
            words = notify.composer.words(notification.but(step=notification.ways.index(way)))
            assert words.text
