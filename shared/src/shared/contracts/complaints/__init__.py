"""The facts that complaints announces."""

from shared.contracts.complaints.cases import *
from shared.contracts.complaints.resolution import *
from shared.contracts.complaints.settlement import *
