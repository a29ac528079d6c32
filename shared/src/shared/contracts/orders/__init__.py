"""The facts that orders announces."""

from shared.contracts.orders.contracts import *
from shared.contracts.orders.making import *
from shared.contracts.orders.payments import *
from shared.contracts.orders.shipping import *
