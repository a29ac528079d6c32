"""Which members of staff make which decisions in after-sales, where the company's authority does not say."""

from shared.contracts.roles import CS_MANAGERS, HANDLERS, SALES, Role

REGISTRARS = (*HANDLERS, *SALES)
"""Who enters requests in the service register and completes their forms."""

DISPATCHERS = (Role.OPERATIONS_SUPERVISOR, Role.ENGINEERING_REGIONAL_HEAD, *CS_MANAGERS)
TECHNICIANS = (Role.INSTALLER, Role.SENIOR_INSTALLER, Role.INSTALLATION_FOREMAN)
VISITORS = (*TECHNICIANS, Role.OPERATIONS_SUPERVISOR, Role.ENGINEERING_REGIONAL_HEAD, *HANDLERS)
"""Who agrees on a visit with the customer, and may report it: the technician, or a member of staff on the phone."""

BOOKKEEPERS = (*HANDLERS, Role.FINANCE)
"""Who may try to fill in a cost; the warranty says which of the two it is for (001 售后四c)."""

STOREKEEPERS = (Role.OPERATIONS_SUPERVISOR, Role.WAREHOUSE)
"""Who stocks the parts of a service, and says when they come (001 售后五)."""

CASHIERS = (Role.FINANCE, *HANDLERS, *TECHNICIANS)
"""Who may take in a customer's money, on the spot or at finance (003 §9)."""
