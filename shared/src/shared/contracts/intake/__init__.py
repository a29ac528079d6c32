"""The facts that intake announces."""

from shared.contracts.intake.contacts import *
from shared.contracts.intake.customers import *
from shared.contracts.intake.orders import *
from shared.contracts.intake.work import *
