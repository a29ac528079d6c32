"""The form of a callback about an installation, filled in from what is known of the order (001 表3)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from intake.domain.callback import Callback
from intake.domain.moment import Moment
from intake.domain.order import Order
from intake.domain.project import Project
from shared.contracts.event import Instant, Part
from shared.contracts.intake import CallbackCompleted
from shared.contracts.orders import AcceptancePassed, ContractSigned, InstallationScheduled
from shared.contracts.vocabulary import Line, OrderNo, PaperNo, StaffId

TELLING = (ContractSigned, InstallationScheduled, AcceptancePassed, CallbackCompleted)
"""The facts that the form is filled in from."""


class CallbackForm(Part):
    """Table 3: when and by whom the customer was called, the project and who was asked, how the installation went, and
    what was answered to the three questions. What is not known yet is absent."""

    called_at: Instant | None = None
    called_by: StaffId | None = None
    project: Line | None = None
    order_no: OrderNo | None = None
    contract_no: PaperNo | None = None
    contact: Line | None = None
    mobile: Line | None = None
    installed_on: Instant | None = None
    planned_completion: Instant | None = None
    actual_completion: Instant | None = None
    installers: tuple[StaffId, ...] = ()
    installer: Line | None = None
    sales_rep: Line | None = None
    product: Line | None = None
    suggestion: str = ""


def form_of(
    callback: Callback, order: Order | None, project: Project | None, moments: Iterable[Moment]
) -> CallbackForm:
    """The form of one call. `moments` are the customer's, the latest first; those of other orders are left out.

    What was answered on other calls, also about the same order, is left out as well.
    """
    said: dict[str, Mapping[str, Any]] = {}
    for moment in moments:
        of_call = moment.said.get("callback_id") == str(callback.id)
        of_order = moment.said.get("order_no") == callback.reason.order_no
        if of_call or (of_order and moment.key != CallbackCompleted.key):
            said.setdefault(moment.key, moment.said)
    contract, answers = said.get(ContractSigned.key, {}), said.get(CallbackCompleted.key, {})
    scheduled, accepted = said.get(InstallationScheduled.key, {}), said.get(AcceptancePassed.key, {})
    ratings: Mapping[str, str] = answers.get("ratings", {})
    return CallbackForm(
        called_at=callback.completed_at,
        called_by=callback.completed_by,
        project=project.name if project else None,
        order_no=callback.reason.order_no,
        contract_no=contract.get("contract_no") or (order.wish.contract_no if order else None),
        contact=callback.customer.contact_name or callback.customer.name,
        mobile=callback.customer.mobile,
        installed_on=_moment(scheduled.get("begin")),
        planned_completion=_moment(scheduled.get("planned_finish")),
        actual_completion=_moment(accepted.get("accepted_at")),
        installers=tuple(scheduled.get("crew", ())),
        installer=ratings.get("installer"),
        sales_rep=ratings.get("sales_rep"),
        product=ratings.get("product"),
        suggestion=answers.get("suggestion", ""),
    )


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None
