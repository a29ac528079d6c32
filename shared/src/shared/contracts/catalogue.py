"""Every event there is, and whom it is for outside the five services: complete once this is imported."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.contracts import aftersales, complaints, departments, intake, notify, orders  # noqa: F401
from shared.contracts.event import Event
from shared.contracts.event import published as everything


def published() -> Mapping[str, type[Event]]:
    """Every event of this package by key; an event that somebody else declares, in a test say, is not among them."""
    ours = f"{__package__}."
    return MappingProxyType({key: event for key, event in everything().items() if event.__module__.startswith(ours)})


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
        aftersales.WarrantyChecked,
        aftersales.ServiceCostRecorded,
        aftersales.CustomerChargeRaised,
        aftersales.CustomerChargePaid,
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
    ),
    "the general manager's office": (complaints.ComplaintReviewed,),
    "sales": (intake.ItineraryConfirmed,),
    "personnel": (notify.RosterPublished,),
    "purchasing": (complaints.SupplierInvolved,),
    "the department that it names": (complaints.InvestigationAssigned, notify.StaffMessagePosted),
    "the marketing vice-president": (orders.DisposalProposed,),
    "the audit": (orders.SealUsed, intake.ContactCorrected, notify.StaffMessageAcknowledged),
    "the operators' dashboard": (
        intake.DeadlineSetByIntake,
        orders.DeadlineSetByOrders,
        complaints.DeadlineSetByComplaints,
        aftersales.DeadlineSetByAftersales,
        notify.StaffAlerted,
    ),
}

OUTSIDE: Mapping[str, str] = MappingProxyType({event.key: who for who, events in _FOR.items() for event in events})
"""Whom a fact is for outside the five services, by key; it may have listeners inside as well."""
