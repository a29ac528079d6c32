"""What a customer reads of one order, from its review to its acceptance: few messages, in an order that makes sense."""

from datetime import UTC, date, datetime, timedelta

import pytest
from notify_in_memory import InMemoryNotify

from orders.domain.decisions.installation import schedule_installation
from orders.domain.parts.installation import Installer
from shared.contracts import departments as facts
from tests.unit.orders.conftest import BEGIN, Company, built, company, customer

__all__ = ["built", "company"]

MOST = 8
"""Messages about one order without trouble, beside the statement of each month."""
LEAVES = datetime(2026, 11, 26, 1, tzinfo=UTC)


class Reader:
    """The customer, who is told what orders announces at the time at which it does."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.notify = InMemoryNotify(at=BEGIN)
        self.listens = {each.event.key for each in self.notify.on}
        self.heard = 0

    async def catch_up(self) -> None:
        """Hear all that was announced, at one time for both."""
        ahead = self.company.now - self.notify.time.now()
        if ahead > timedelta():
            await self.notify.later(seconds=ahead.total_seconds())
        new = self.company.published[self.heard :]
        self.heard += len(new)
        for event in new:
            if event.key in self.listens:
                await self.notify.tell(event)
        await self.company.until(max(self.company.now, self.notify.time.now()))

    @property
    def texts(self) -> list[str]:
        return [words.text for words in (*self.notify.sms.words, *self.notify.email.words)]

    async def told(self) -> list[str]:
        every = await self.notify.all()
        return [each.purpose for each in every if not each.purpose.startswith("staff") and each.purpose != "account"]


async def _leave(company: Company, reader: Reader) -> None:
    skill = (await company.order()).route.installers
    await company.fact(facts.CrewReported, available=True, skill=skill)
    await company.until(LEAVES)
    await company.send()


async def _install(company: Company, reader: Reader) -> None:
    crew = (Installer(staff="i-1", skill=(await company.order()).route.installers),)
    begin, end = company.now + timedelta(hours=1), company.now + timedelta(days=2)
    await company.decide(schedule_installation, begin, end, crew, role="engineering_regional_head")
    await reader.catch_up()
    company.later(days=1)
    await company.fact(facts.CompletionExpected, expected_at=end, foreman="foreman-02")
    await reader.catch_up()
    company.now = end
    await company.fact(facts.InstallationCompleted, completed_at=end, crew=("i-1",))


STEPS = {"shipping": _leave, "installation": _install}


@pytest.mark.parametrize("kind", ["standard", "custom"])
async def test_an_order_without_trouble_sends_its_customer_at_most_eight_messages(company: Company, kind: str) -> None:
    reader = Reader(company)
    reached = customer().but(email="wang@hengda.example")
    await company.place(kind, customer=reached, requested_ship_date=date(2026, 11, 26), site_address="广州市天河区")
    while (stage := (await company.order()).stage) != "balance":
        await reader.catch_up()
        await (STEPS[stage](company, reader) if stage in STEPS else company.one_gate())
        company.later(hours=1)
    await reader.catch_up()
    company.later(days=1)
    await reader.catch_up()

    assert await reader.told() == [
        "contract_review",
        "order_placed",
        "shipment_ready",
        "shipment_dispatched",
        "installation",
        "acceptance",
        "acceptance",
    ]
    about = [text for text in reader.texts if "应付余额" not in text]
    assert (len(about), len(set(about)), len(about) <= MOST) == (7, 7, True)
    assert not any(word in text for text in about for word in ("拆单", "下单生产", "打样"))
