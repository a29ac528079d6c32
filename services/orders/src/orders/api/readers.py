"""Who may read what, by whose work needs it; who may decide what stands with the route (`domain/lifecycle.py`).

No department reads here: what one needs to know it is told by events, and asks at intake (docs/departments.md).
"""

from shared.contracts.roles import CS_HEADS, ORDER_DESK, Role

_LEADERS = (Role.DEPUTY_GM, Role.GM, Role.GM_OFFICE)
_SELLERS = (Role.ACCOUNT_MANAGER, Role.REGIONAL_HEAD, Role.SALES_ASSISTANT, Role.SALES_VP)
_MAKERS = (
    Role.PLANNER,
    Role.DESIGN_DIRECTOR,
    Role.PROJECT_TEAM,
    Role.RD_TEAM,
    Role.PLANT_MANAGER,
    Role.BREAKDOWN_SECTION,
    Role.WAREHOUSE,
    Role.ENGINEERING_REGIONAL_HEAD,
    Role.INSTALLATION_FOREMAN,
)

ORDERS = (
    *ORDER_DESK,
    *_SELLERS,
    *_MAKERS,
    *_LEADERS,
    Role.COMPLAINT_HANDLER,
    Role.STATISTICS_CLERK,
    Role.OPERATIONS_SUPERVISOR,
    Role.FINANCE,
)
"""An order, its promises, clocks and exceptions: who follows it up, sells it, makes it, installs it, is paid for it."""

WHOLE = (
    *ORDER_DESK,
    Role.REGIONAL_HEAD,
    Role.COMPLAINT_HANDLER,
    Role.OPERATIONS_SUPERVISOR,
    Role.ENGINEERING_REGIONAL_HEAD,
    Role.INSTALLATION_FOREMAN,
    Role.WAREHOUSE,
)
"""Who reads how the customer of an order is reached: who speaks with them, sends the goods and installs them.

An account manager reads it in the files of their own customers.
"""

CONTRACTS = (*ORDER_DESK, *_SELLERS, *_LEADERS, Role.DESIGN_DIRECTOR, Role.STATISTICS_CLERK, Role.FINANCE)
"""The contract ledger, the seal log and the project register (004 一㈡1c, 1d, 000 §3.3.2)."""

MONEY = (*ORDER_DESK, *_SELLERS, *_LEADERS, Role.STATISTICS_CLERK, Role.FINANCE)
"""What customers owe: who collects it, decides about credit, and keeps the books (000 §3.4.5, §3.5.5, 004 四2)."""

FIGURES = (
    *CS_HEADS,
    *_LEADERS,
    Role.REGIONAL_HEAD,
    Role.SALES_VP,
    Role.MARKETING_VP,
    Role.STATISTICS_CLERK,
    Role.FINANCE,
)
"""Statistics, reports and the event log: whom they are made for, and the clerk who makes them (004 四)."""

PACES = (*FIGURES, *ORDER_DESK, Role.PLANNER, Role.PLANT_MANAGER)
"""How long stages really take: who plans and who promises days."""

LOADS = (*ORDER_DESK, *_LEADERS, Role.PLANNER, Role.WAREHOUSE, Role.OPERATIONS_SUPERVISOR)
"""Loading plans (002 尾2b)."""

COSTS = (*CS_HEADS, *_LEADERS, Role.SALES_VP, Role.STATISTICS_CLERK, Role.FINANCE)
"""What selling took (004 四5)."""

WAGES = (*_LEADERS, Role.SALES_VP, Role.STATISTICS_CLERK, Role.FINANCE, Role.HUMAN_RESOURCES)
"""What salesmen are paid: who computes it, pays it and answers for it (004 四6)."""

STOCK = (*ORDER_DESK, *_LEADERS, Role.WAREHOUSE, Role.STATISTICS_CLERK, Role.MARKETING_VP, Role.FINANCE)
"""Counts and samples of stock, and goods that should go (004 一㈡4)."""
