"""Which papers of a customer there are to print, and where."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from intake.api import readers
from intake.store import Stores
from shared.calendar import Calendar
from shared.contracts.roles import Role
from shared.identity import Principal
from shared.language import _
from shared.pages.papers import PaperLink
from shared.store import Between, Store, Where

LATEST = 5
"""Papers of one kind that are offered, the latest."""
_AT = "/intake/ui/papers"


async def papers_of(
    customer_id: UUID, stores: Stores, asker: Principal, calendar: Calendar
) -> AsyncIterator[PaperLink]:
    """The record of talks, and the latest calls about orders, surveys, visits and design forms that the asker reads."""
    yield PaperLink(_("客户服务记录"), "", f"{_AT}/contacts/{customer_id}")
    theirs = {"customer_id": await stores.customers.all_of(customer_id)}
    of_order = {**theirs, "reason.order_no": Between("", None)}
    kinds: tuple[tuple[str, str, tuple[Role, ...], Store[Any], Where, str], ...] = (
        ("电话回访信息表", "callbacks", readers.CALLBACKS, stores.callbacks, of_order, "due_at"),
        ("客户意见调查表", "surveys", readers.CALLBACKS, stores.surveys, theirs, "issued_at"),
        ("来访客户信息登记表", "showroom-visits", readers.VISITS, stores.showroom_visits, theirs, "at"),
        ("设计前资料审核表", "design-intakes", readers.PROJECTS, stores.design_intakes, theirs, "brought_at"),
    )
    for title, at, may_read, store, where, moment in kinds:
        if asker.roles.isdisjoint(may_read):
            continue
        for each in (await store.find(where, sort=f"-{moment}", limit=LATEST)).items:
            day = f"{calendar.local(getattr(each, moment)):%m-%d}"
            yield PaperLink(_(title), day, f"{_AT}/{at}/{each.id}")
