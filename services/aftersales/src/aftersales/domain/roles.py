"""Which staff may do what in after-sales."""

from shared.contracts.roles import Role

MANAGERS = (Role.CS_SUPERVISOR, Role.CS_MANAGER, Role.CS_DIRECTOR)
SERVICE = (Role.CS_SPECIALIST, Role.CS_SECTION_CHIEF, Role.COMPLAINT_HANDLER, *MANAGERS)
SALES = (Role.ACCOUNT_MANAGER, Role.REGIONAL_HEAD, Role.SALES_ASSISTANT)
JUDGES = (Role.OPERATIONS_SUPERVISOR, *MANAGERS)
"""Who may say whose fault it is (001 售后三a), and decide a warranty otherwise than the rule."""

DISPATCHERS = (Role.OPERATIONS_SUPERVISOR, Role.ENGINEERING_REGIONAL_HEAD, *MANAGERS)
TECHNICIANS = (Role.INSTALLER, Role.SENIOR_INSTALLER, Role.INSTALLATION_FOREMAN)
BOOKKEEPERS = (*SERVICE, Role.FINANCE)
"""Who may try to fill in a cost. Which of them this cost is for, the warranty says (001 售后四c)."""

READERS = (*SERVICE, *SALES, *JUDGES, *DISPATCHERS, *TECHNICIANS, Role.FINANCE, Role.DEPUTY_GM, Role.GM)
