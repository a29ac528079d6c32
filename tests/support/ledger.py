"""A small service for the kernel's own tests: accounts that are opened, credited and closed by time."""

import os
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from fastapi import APIRouter

from shared.aggregate import Aggregate, Cause, Change, Refused
from shared.contracts.event import Event, Instant
from shared.contracts.roles import Role
from shared.http import CausedByRequest, RequestBody, Router
from shared.plumbing import Plumbing
from shared.service import Service, main
from shared.settings import ServiceSettings
from shared.store import Index, Store, Touch
from shared.subscriptions import Subscriptions
from shared.timers import Timers

BANK = UUID("c0ffee00-0000-4000-8000-000000000001")


class Deposited(Event, key="test.deposited.v1"):
    """Money was paid in."""

    account: str
    amount: int


class Credited(Event, key="ledger.credited.v1"):
    """An account has more than before."""

    account: str
    amount: int
    balance: int


class Lapsed(Event, key="ledger.lapsed.v1"):
    """An account was not used in time."""

    account: str
    at: Instant


class Account(Aggregate):
    """An account that lapses when it is not used."""

    name: str
    balance: int = 0
    credits: int = 0
    status: str = "open"

    def credit(self, amount: int) -> Change["Account"]:
        if self.status != "open":
            raise Refused(f"account {self.name} is {self.status}; open another one", "account_closed")
        if amount == 666:
            raise RuntimeError("the devil's number")
        if amount == 13:
            os._exit(13)
        more = self.but(balance=self.balance + amount, credits=self.credits + 1)
        return Change(more, (Credited(account=self.name, amount=amount, balance=more.balance),))

    def lapse(self, at: datetime) -> Change["Account"]:
        return Change(self.but(status="lapsed"), (Lapsed(account=self.name, at=at),))


class Accounts(Store[Account]):
    collection = "accounts"
    kind = Account
    indexes = (Index("name", unique=True), Index("status", "balance"))


def account_id(name: str) -> UUID:
    return uuid5(BANK, name)


def opened(name: str, until: datetime | None = None) -> Account:
    account = Account(id=account_id(name), name=name)
    return account.awaiting("lapse", until) if until else account


def subscriptions(accounts: Accounts) -> Subscriptions:
    on = Subscriptions("ledger")

    @on(Deposited)
    def credit_account(event: Deposited, cause: Cause) -> Touch[Account]:
        """A deposit is credited; the first one opens the account."""
        return accounts.touch(
            account_id(event.account), lambda account: account.credit(event.amount), start=opened(event.account)
        )

    return on


def timers(accounts: Accounts) -> Timers:
    at = Timers()

    @at(accounts, "lapse")
    def lapse(account: Account, cause: Cause) -> Change[Account]:
        return account.lapse(cause.at)

    return at


class OpenAccount(RequestBody):
    name: str
    minutes: int = 60


class Credit(RequestBody):
    amount: int


def routes(accounts: Accounts) -> APIRouter:
    router = Router(readers=tuple(Role))

    @router.post("/accounts", status_code=201)
    async def open_account(body: OpenAccount, cause: CausedByRequest) -> Account:
        born = opened(body.name, cause.at + timedelta(minutes=body.minutes))
        return await accounts.create(Change(born), cause)

    @router.post("/accounts/{name}/credit")
    async def credit(name: str, body: Credit, cause: CausedByRequest) -> Account:
        return await accounts.apply(account_id(name), lambda account: account.credit(body.amount), cause)

    @router.get("/accounts/{name}")
    async def show(name: str) -> Account:
        return await accounts.get(account_id(name))

    return router


def service(settings: ServiceSettings, plumbing: Plumbing | None = None) -> Service:
    plumbing = plumbing or Plumbing("ledger", settings)
    kept = accounts(plumbing)
    return Service(plumbing, routes=routes(kept), subscriptions=subscriptions(kept), timers=timers(kept))


def accounts(plumbing: Plumbing) -> Accounts:
    return Accounts(plumbing.database)


if __name__ == "__main__":
    main(service, ServiceSettings)
