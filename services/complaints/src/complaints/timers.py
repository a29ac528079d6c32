"""What happens when time passes over a complaint and what follows from it: warnings, misses and the way up."""

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.clock import report_miss
from complaints.domain.policy.policy import Rules
from complaints.store import Stores
from shared.aggregate import Cause, Change
from shared.clocks import CLOCKS, ClockRun
from shared.timers import Timers


def timers(stores: Stores, rules: Rules) -> Timers:
    """A warning, a miss and the further rungs for every clock of a case, of its papers and of what follows."""

    def on_miss(complaint: Complaint, run: ClockRun, cause: Cause) -> Change[Complaint]:
        return report_miss(complaint, run, rules, cause)

    at = Timers()
    at(stores.complaints, CLOCKS)(rules.clocks.tick(on_miss))
    at(stores.allowances, CLOCKS)(rules.clocks.tick())
    at(stores.returns, CLOCKS)(rules.clocks.tick())
    at(stores.penalties, CLOCKS)(rules.clocks.tick())
    at(stores.actions, CLOCKS)(rules.clocks.tick())
    return at
