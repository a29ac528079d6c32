"""Which staff do what at intake, in the groups that its lifecycles and routes name."""

from shared.contracts.roles import CS, ORDER_DESK, SALES, Role

ERASERS = (Role.CS_MANAGER, Role.CS_DIRECTOR)
"""Who erases a customer, or keeps one whom the law obliges us to keep."""
PLANNERS = (*SALES, *CS)
"""Who plans visits to customers, and plans and leads their tours of the showroom."""
QUOTERS = (*ORDER_DESK, Role.ACCOUNT_MANAGER, Role.REGIONAL_HEAD)
"""Who quotes, on site or at the counter, and hears whether the customer agrees."""
ENQUIRY_DESK = (*ORDER_DESK, *SALES, Role.COMPLAINT_HANDLER)
"""Who takes and answers what customers ask; which of them has the duty is policy."""

HEADS = (Role.CS_SECTION_CHIEF, Role.CS_MANAGER)
"""Section chiefs and those above them who submit to the CS director (客服部课长以上管理人员, 000 §5)."""

REPORTING = (Role.ACCOUNT_MANAGER, Role.REGIONAL_HEAD, Role.CS_SPECIALIST, Role.CS_SUPERVISOR, *HEADS)
"""Who hands in reports: forms 1, 10 and 12 to 15, and those of the customers' files and of the staff."""
