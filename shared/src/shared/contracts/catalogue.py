"""Every event that is announced, and whom it is for outside the five services."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.contracts import aftersales, complaints, departments, intake, notify, orders  # noqa: F401
from shared.contracts.event import Event, declared


def contracts() -> Mapping[str, type[Event]]:
    """Every event class of this package by key, announced or not; an event that a test declares is not among them."""
    ours = f"{__package__}."
    return MappingProxyType({key: event for key, event in declared().items() if event.__module__.startswith(ours)})


def published() -> Mapping[str, type[Event]]:
    """Every event that a service's code or a department announces, by key: the contracts that count."""
    return MappingProxyType({key: event for key, event in contracts().items() if event.announced})


_FOR: Mapping[str, tuple[type[Event], ...]] = {
    "the design department": (orders.OrderReleased, orders.DesignOrdered, orders.DesignReviewed),
    "the plant": (orders.ProductionReleased, orders.BreakdownReviewed, orders.SampleReviewed),
    "the warehouse": (
        orders.StockAllocated,
        orders.LoadPlanned,
        orders.PackagingConfirmed,
        orders.DisposalDecided,
        complaints.ReturnAuthorized,
        aftersales.PartsRequested,
    ),
    "engineering": (
        orders.InstallationScheduled,
        aftersales.ServiceOrderOpened,
        aftersales.HandlingOpinionRecorded,
        aftersales.RemoteServiceApproved,
    ),
    "finance": (
        orders.AcceptancePassed,
        orders.PaymentOverdue,
        orders.DunningHeld,
        orders.DunningReleased,
        orders.StatementIssued,
        orders.DeliveryNoteIssued,
        complaints.AllowanceGranted,
        complaints.ReturnReconciled,
        complaints.ReturnDiscrepancyFound,
        complaints.LossAssessed,
        complaints.LossDecided,
        complaints.LossDecisionWithdrawn,
        aftersales.WarrantyChecked,
        aftersales.ServiceCostRecorded,
        aftersales.CustomerChargeRaised,
        aftersales.CustomerChargePaid,
        aftersales.CustomerChargeRefunded,
        aftersales.CustomerOverpaymentRefunded,
        aftersales.CalledOffServicePaid,
        aftersales.ExpenseClaimed,
        aftersales.MonthlyAftersalesSettled,
    ),
    "finance and personnel": (
        orders.InstallPerformanceAssessed,
        complaints.LiabilityAssigned,
        complaints.PenaltyProposed,
        complaints.PenaltyDecided,
    ),
    "research and development": (
        complaints.ComplaintClassified,
        complaints.RootCauseIdentified,
        complaints.CorrectiveActionVerified,
        complaints.CorrectiveActionReopened,
    ),
    "the general manager's office": (complaints.ComplaintReviewed,),
    "sales": (intake.ItineraryConfirmed, intake.CampaignCompleted),
    "personnel": (notify.RosterPublished,),
    "purchasing": (complaints.SupplierInvolved,),
    "the department that it names": (complaints.InvestigationAssigned, notify.StaffMessagePosted),
    "the marketing vice-president": (orders.DisposalProposed,),
    "the audit": (
        orders.SealUsed,
        intake.ContactCorrected,
        notify.StaffMessageAcknowledged,
        aftersales.ServiceCountersigned,
        aftersales.ServiceAppointmentAgreed,
        aftersales.InternalWorkCalledOff,
    ),
    "the operators' dashboard": (
        intake.DeadlineSetByIntake,
        intake.DeadlineMetByIntake,
        intake.DeadlineHeldByIntake,
        intake.DeadlineReassignedByIntake,
        orders.DeadlineSetByOrders,
        orders.DeadlineMetByOrders,
        orders.DeadlineHeldByOrders,
        orders.DeadlineReassignedByOrders,
        complaints.DeadlineSetByComplaints,
        complaints.DeadlineMetByComplaints,
        complaints.DeadlineHeldByComplaints,
        complaints.DeadlineReassignedByComplaints,
        aftersales.DeadlineSetByAftersales,
        aftersales.DeadlineMetByAftersales,
        aftersales.DeadlineHeldByAftersales,
        aftersales.DeadlineReassignedByAftersales,
        notify.DeadlineSetByNotify,
        notify.DeadlineMetByNotify,
        notify.DeadlineHeldByNotify,
        notify.DeadlineReassignedByNotify,
        notify.StaffAlerted,
    ),
}

OUTSIDE: Mapping[str, str] = MappingProxyType(
    {event.key: who for who, events in _FOR.items() for event in events if event.announced}
)
"""Whom a fact is for outside the five services, by key; it may have listeners inside as well."""
