"""The facts that aftersales announces."""

from shared.contracts.aftersales.service import *
from shared.contracts.aftersales.warranty import *
