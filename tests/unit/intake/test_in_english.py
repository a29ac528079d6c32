"""The pages of intake as they are read in English, with every kind of fact in the customers' timelines."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from english import COOKIE, left_in_chinese

from intake.domain.moment import Moment, facts_about_customers, facts_about_orders
from intake.pages import LOCALE
from intake.pages.customers import ROWS_SHOWN
from intake.store import Stores
from shared.aggregate import Change
from shared.contracts.event import Actor
from shared.contracts.roles import Role
from shared.testing import cause

AT = datetime(2026, 11, 20, 5, tzinfo=UTC)
CLERK = Actor(kind="staff", id="cs-07", role="cs_specialist")
KINDS = sorted(event.key for event in (*facts_about_customers(), *facts_about_orders()))


def hengda(number):
    """A customer of this number."""
    contact = {"name": "王建国", "mobile": f"138001380{number:02}"}
    return {"name": "广州恒达装饰工程有限公司", "contacts": [contact], "member": True}


@pytest.fixture
async def customers(world):
    """The ids of customers in whose timelines each kind of fact stands once."""
    moments, ids = Stores.on(world.database).moments, []
    for number, first in enumerate(range(0, len(KINDS), ROWS_SHOWN)):
        registered = await world.ask(Role.CS_SPECIALIST, "POST", "/customers", hengda(number))
        ids.append(UUID(registered.json()["customer_id"]))
        for key in KINDS[first : first + ROWS_SHOWN]:
            about = {"customer_id": ids[-1], "subject": uuid4(), "sequence": 1, "actor": CLERK, "said": {}}
            await moments.create(Change(Moment(id=uuid4(), at=AT, key=key, **about)), cause(AT))
    return ids


@pytest.mark.parametrize("role", [Role.CS_SPECIALIST, Role.CS_SUPERVISOR, Role.ACCOUNT_MANAGER])
async def test_no_page_says_in_chinese_what_the_catalogue_has_in_english(world, customers, role):
    reports = (f"/ui/reports?stage={stage}" for stage in ("owed", "submitted", "reviewed", "excused"))
    figures = ("/ui/figures",) if role == Role.CS_SUPERVISOR else ()
    files = (f"/ui/customers/{customer}" for customer in customers)
    left = set()
    for path in ("/ui/customers", "/ui/customers?q=gzhd", *files, *reports, *figures):
        answer = await world.ask(role, "GET", path, headers=COOKIE)
        assert answer.status_code == 200, (path, answer.text)
        left |= {(path, text) for text in left_in_chinese(answer.text, LOCALE)}
    assert left == set()
