"""Who is in the story: two customers, what they ordered, and what they have been told so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kefu_local.story.teller import Message, Teller
from kefu_local.story.world import World
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerKind, order_id_of


@dataclass(slots=True)
class Customer:
    """A customer of the story and the one order that this customer places."""

    name: str
    contact: str
    title: str
    kind: CustomerKind
    mobile: str
    email: str
    order_no: str
    id: UUID | None = None
    read: set[str] = field(default_factory=set)

    @property
    def order_id(self) -> UUID:
        """The order's id, which follows from its number."""
        return order_id_of(self.order_no)

    async def order(self, world: World) -> dict[str, Any] | None:
        """The order as `orders` shows it, or nothing while it is not known there."""
        order: dict[str, Any] | None = await world.find("orders", f"/orders/{self.order_id}", Role.CS_SPECIALIST)
        return order

    async def told(self, world: World, sms: str, mail: str = "") -> Sequence[Message] | None:
        """What came since the last look; nothing before an SMS, and where asked for an e-mail, has the words in it."""
        messages = [Message(each["id"], "SMS", self.mobile, each["text"]) for each in await world.messages(self.mobile)]
        mails = [
            Message(each["id"], "e-mail", self.email, f"{each['subject']}\n\n{each['text']}")
            for each in await world.mails(self.email)
        ]
        new = [each for each in messages + mails if each.id not in self.read]
        wanted = [("SMS", sms)] + ([("e-mail", mail)] if mail else [])
        if not all(any(each.channel == channel and words in each.text for each in new) for channel, words in wanted):
            return None
        self.read.update(each.id for each in new)
        return new


def customers(world: World) -> tuple[Customer, Customer]:
    """One who uses the goods and one between us and them; numbers are new in every story."""
    mark = f"{world.now:%y%m%d%H%M%S}"
    return (
        Customer("王建国", "王建国", "王先生", "end", f"138{mark[-8:]}", f"wang.{mark}@home.example", f"SO-{mark}-1"),
        Customer(
            "恒达装饰工程有限公司",
            "李敏",
            "李经理",
            "intermediary",
            f"139{mark[-8:]}",
            f"li.{mark}@hengda.example",
            f"SO-{mark}-2",
        ),
    )


async def register(world: World, customer: Customer) -> None:
    """The customer has a file at intake."""
    contact = {
        "name": customer.contact,
        "title": customer.title,
        "mobile": customer.mobile,
        "email": customer.email,
    }
    file = {"name": customer.name, "kind": customer.kind, "contacts": [contact], "region": "华南"}
    answer = await world.ask("intake", "/customers", file, role=Role.CS_SPECIALIST)
    customer.id = answer["customer_id"]


async def hears(world: World, teller: Teller, customer: Customer, sms: str, mail: str = "") -> None:
    """The customer gets an SMS, and where named an e-mail, with these words; all that came is shown."""
    what = f"{customer.name} hears {sms!r}"
    teller.show(customer.name, await world.seen(what, lambda: customer.told(world, sms, mail)))
