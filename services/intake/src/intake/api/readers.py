"""Who reads what at intake: those whose work needs it; departments read their own facts and refusals, no customers."""

from intake.domain.roles import ENQUIRY_DESK, REPORTING
from shared.contracts.roles import CS, CS_HEADS, ORDER_DESK, SALES, Role

CUSTOMERS = (*ORDER_DESK, *SALES, Role.MARKET_SUPERVISOR, Role.COMPLAINT_HANDLER)
"""The file, the talks and the history: everybody who speaks with the customer, and the two who examine it."""

WHOLE_FILES = (*ORDER_DESK, Role.REGIONAL_HEAD, Role.MARKET_SUPERVISOR, Role.COMPLAINT_HANDLER)
"""Who reads numbers and addresses of every customer; others read those of the customers who are theirs."""

VISITS = (*CS, *SALES, Role.MARKET_SUPERVISOR)
CALLBACKS = (*CS, *SALES, Role.MARKET_SUPERVISOR, Role.COMPLAINT_HANDLER)
RATINGS = (*CS_HEADS, Role.MARKET_SUPERVISOR, Role.HUMAN_RESOURCES)
FINES = (*RATINGS, Role.GM)
ORDERS = (*ORDER_DESK, *SALES)
ENQUIRIES = ENQUIRY_DESK
PROJECTS = (*ORDERS, Role.DESIGN_DIRECTOR, Role.PROJECT_TEAM, Role.RD_TEAM)
"""Quotes belong to orders; the design department reads the papers that it designs by."""
REPORTS = (*dict.fromkeys((*CS, *REPORTING)),)
COLLEAGUES = (*REPORTS, Role.HUMAN_RESOURCES)
