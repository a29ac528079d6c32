"""The story of two orders, played through a running system: each step is waited for, and shown with what people got."""

from datetime import timedelta

from rich.console import Console

from kefu.console import out
from kefu.surroundings import Surroundings
from kefu_local.story.complaint import complain, leave_it_lying
from kefu_local.story.delay import LATE_BY, slip_twice
from kefu_local.story.delivery import deliver, make
from kefu_local.story.ordering import SHIP_IN, order
from kefu_local.story.people import customers
from kefu_local.story.teller import Teller
from kefu_local.story.world import world


async def play(around: Surroundings, console: Console = out) -> None:
    """Five steps in about a minute. Trouble, naming what was waited for, when one of them does not happen.

    The services' time strides through the days between the steps, and goes on at its usual pace where the story ends.
    """
    teller = Teller(console)
    async with world(around) as here:
        end, between = customers(here)
        await order(here, teller, (end, between))
        contract_day = here.now.date() + SHIP_IN
        await slip_twice(here, teller, end, contract_day)
        teller.step(3, "Goods leave, are installed and accepted", here.now)
        await make(here, teller, end)
        await make(here, teller, between)
        await deliver(here, teller, between, contract_day - timedelta(days=1))
        await deliver(here, teller, end, contract_day + LATE_BY)
        case = await complain(here, teller, end)
        await leave_it_lying(here, teller, case)
