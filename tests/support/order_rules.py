"""The company's rules for orders as they come with the service."""

from orders.settings import Settings
from shared.calendar import Calendar
from shared.testing import nowhere

RULES = nowhere(Settings).rules(Calendar())
