"""A ledger that holds its deposits back until a file is there, and of which a worker breaks when another one is."""

import asyncio
import os
from pathlib import Path

from ledger import Account, Deposited, account_id, accounts, opened, routes

from shared.aggregate import Cause
from shared.plumbing import Plumbing
from shared.service import Service, main
from shared.settings import ServiceSettings
from shared.store import Touch
from shared.subscriptions import Subscriptions

FOLDER = Path(os.environ.get("KETTLE", "."))
GO_ON, BREAK, IN_HAND = "go-on", "break", "in-hand"
"""Files: what the test makes, and what the service makes once it has a deposit in hand."""


STUBBORN = "stubborn"
"""A file: with it what waits does not let itself be cancelled."""


async def there(name: str) -> None:
    while not (FOLDER / name).exists():
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            if not (FOLDER / STUBBORN).exists():
                raise


async def break_when_told(stopping: asyncio.Event) -> None:
    breaking = asyncio.create_task(there(BREAK))
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait((breaking, stopped), return_when=asyncio.FIRST_COMPLETED)
    if breaking.done():
        raise ZeroDivisionError("the kettle is dry")


def service(settings: ServiceSettings) -> Service:
    plumbing = Plumbing("ledger", settings)
    kept = accounts(plumbing)
    on = Subscriptions("ledger")

    @on(Deposited)
    async def credit_account(event: Deposited, cause: Cause) -> Touch[Account]:
        """A deposit is credited once the file is there."""
        (FOLDER / IN_HAND).touch()
        await there(GO_ON)
        return kept.touch(
            account_id(event.account), lambda account: account.credit(event.amount), start=opened(event.account)
        )

    return Service(plumbing, routes=routes(kept), subscriptions=on, tasks=(break_when_told,))


if __name__ == "__main__":
    main(service, ServiceSettings)
