"""Which facts of a department its staff report in person, by their role (000 §3.4, §3.5, 001 售中, 003 §9, §29)."""

from collections.abc import Mapping, Set
from types import MappingProxyType

from shared.contracts.roles import SALES, Department, Role

_DESIGNERS = (Role.PROJECT_TEAM, Role.RD_TEAM)
_SHOP_FLOOR = (Role.PLANT_MANAGER, Role.PLANNER)
_SITE = (Role.ENGINEERING_REGIONAL_HEAD, Role.INSTALLATION_FOREMAN)

REPORTERS: Mapping[str, tuple[Role, ...]] = MappingProxyType(
    {
        "design.design_submitted.v1": _DESIGNERS,
        "design.goods_inspected.v1": (*_DESIGNERS, Role.DESIGN_DIRECTOR),
        "design.sample_judged.v1": (Role.DESIGN_DIRECTOR,),
        "design.warranty_asked.v1": (*_DESIGNERS, Role.DESIGN_DIRECTOR),
        "engineering.completion_expected.v1": _SITE,
        "engineering.crew_reported.v1": (Role.ENGINEERING_REGIONAL_HEAD,),
        "engineering.customer_introduced.v1": _SITE,
        "engineering.installation_completed.v1": _SITE,
        "engineering.shipment_arrived.v1": _SITE,
        "engineering.warranty_asked.v1": _SITE,
        "finance.payment_received.v1": (Role.FINANCE,),
        "finance.service_charge_received.v1": (Role.FINANCE,),
        "finance.warranty_asked.v1": (Role.FINANCE,),
        "production.breakdown_completed.v1": (Role.BREAKDOWN_SECTION,),
        "production.problem_reported.v1": (*_SHOP_FLOOR, Role.BREAKDOWN_SECTION),
        "production.production_completed.v1": (Role.PLANT_MANAGER,),
        "production.production_delayed.v1": _SHOP_FLOOR,
        "production.production_progressed.v1": _SHOP_FLOOR,
        "production.sample_made.v1": (Role.PLANT_MANAGER,),
        "production.warranty_asked.v1": (*_SHOP_FLOOR, Role.BREAKDOWN_SECTION),
        "sales.customer_introduced.v1": SALES,
        "sales.order_requested.v1": SALES,
        "sales.order_withdrawn.v1": SALES,
        "sales.warranty_asked.v1": SALES,
        "warehouse.goods_dispatched.v1": (Role.WAREHOUSE,),
        "warehouse.return_received.v1": (Role.WAREHOUSE,),
        "warehouse.warranty_asked.v1": (Role.WAREHOUSE,),
    }
)
"""The roles that report each fact in person. What one person makes and another judges is told by different roles."""

WITHOUT_A_FORM = frozenset(
    {
        "finance.service_charge_received.v1",
        "sales.order_requested.v1",
        *(key for key in REPORTERS if key.endswith(".warranty_asked.v1")),
    }
)
"""Facts for which no form asks: staff record a service's payment on its voucher, an order by `POST /orders`, and ask
aftersales itself about a warranty."""

STAFF = tuple(dict.fromkeys(role for roles in REPORTERS.values() for role in roles))
"""Everybody who reports some fact in person."""


def departments_of(roles: Set[Role | Department]) -> tuple[Department, ...]:
    """The departments in whose name a person with these roles reports."""
    named = {key.split(".", 1)[0] for key, by in REPORTERS.items() if not roles.isdisjoint(by)}
    return tuple(each for each in Department if each in named)
