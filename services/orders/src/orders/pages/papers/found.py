"""Which papers of an order, and which registers, there are to print, and where."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from urllib.parse import quote

from orders.api.readers import CONTRACTS, LOADS
from orders.domain.order import Order
from orders.pages.words import DRAWINGS
from orders.store import Stores
from shared.identity import Principal
from shared.language import _
from shared.pages.papers import PaperLink
from shared.store import Between

PLANS = 10
"""Loading plans that are offered at most."""
_AT = "/orders/ui/papers"


def papers_of(order: Order) -> Iterator[PaperLink]:
    """The order notice, one for each drawing that was ordered, and the delivery notes that were issued."""
    yield PaperLink(_("下单通知书"), order.order_no, f"{_AT}/notices/{order.id}")
    ordered = {drawing.kind: drawing for drawing in order.drawings.items}
    for drawing in (ordered[kind] for kind in DRAWINGS if kind in ordered):
        title = _("设计图纸下单通知书（{drawing}）").format(drawing=_(DRAWINGS[drawing.kind]))
        version = _("第{version}版").format(version=drawing.version)
        yield PaperLink(title, version, f"{_AT}/design-notices/{order.id}/{drawing.kind}")
    for note in order.shipment.notes:
        yield PaperLink(_("送货单"), note.no, f"{_AT}/delivery-notes/{order.id}/{quote(note.no)}")


async def registers_for(asker: Principal, stores: Stores, today: date) -> AsyncIterator[PaperLink]:
    """The registers of this year, and the loading plans from today on, that the asker may read."""
    yield PaperLink(_("异常反馈表"), "", f"{_AT}/exceptions")
    if asker.roles & set(CONTRACTS):
        yield PaperLink(_("工程登记表"), "", f"{_AT}/register")
        yield PaperLink(_("销售合同管理台账"), "", f"{_AT}/contracts")
        yield PaperLink(_("合同印章使用登记表"), "", f"{_AT}/seal-uses")
    if asker.roles & set(LOADS):
        for load in (await stores.loads.find({"day": Between(today, None)}, sort="day", limit=PLANS)).items:
            yield PaperLink(_("{day}装车计划").format(day=f"{load.day:%m-%d}"), "", f"{_AT}/loads/{load.id}")
