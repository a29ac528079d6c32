"""A customer answers an offer on their own page: signed, proved by the end of their telephone number, once."""

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from customer_page import guess_until_locked_out, link_of, opened, text

from complaints.domain.complaint import put_form
from shared.aggregate import Change
from shared.contracts.complaints import ResolutionAccepted, ResolutionDeclined
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
WHO, TODAY = UUID(int=1), date(2026, 11, 22)
LINK = link_of(WHO, TODAY)


@pytest.fixture
async def case(in_every_stage, stores):
    """A case that waits for its customer's answer."""
    return await stores.complaints.create(Change(in_every_stage["approved"]), cause(AT))


@pytest.fixture
def digits(case):
    return case.form.customer.mobile[-4:]


@pytest.fixture
def send(world, case):
    """Sends the form of the page as a browser does that has no script."""

    async def send(link=LINK, headers=None, id=None, **said):
        form = {
            "key": str(uuid4()),
            "proposal": str(case.proposals[-1].proposal_id),
            "choice": "1",
            "name": "王建国",
            **said,
        }
        path = f"/p/{link}/{id or case.id}/answer"
        sent = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return await world.ask(None, "POST", path, urlencode(form).encode(), headers=sent)

    return send


async def stage(stores, case):
    return (await stores.complaints.get(case.id)).stage


async def test_the_page_asks_for_the_answer_that_is_waited_for(world, case):
    html = (await opened(world, LINK)).text
    assert re.findall(r'action="(.*?)"', html) == [f"/complaints/p/{LINK}/{case.id}/answer"]
    assert f'name="proposal" value="{case.proposals[-1].proposal_id}"' in html
    assert case.form.customer.mobile[-4:] not in html


async def test_the_customer_accepts_with_their_name_under_it(world, stores, send, case, digits):
    answer = await send(digits=digits)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/complaints/p/{LINK}")
    after = await stores.complaints.get(case.id)
    assert (after.stage, after.answer.via, after.answer.signatory) == ("accepted", "signature", "王建国")
    (told,) = [each for each in world.announced if type(each) is ResolutionAccepted]
    assert (told.via, told.option, told.signature) == (
        "signature",
        case.verdicts[-1].offered[0],
        after.answer.signature,
    )
    assert "方案执行中" in text((await opened(world, LINK)).text)


async def test_the_customer_declines_with_a_reason(world, stores, send, case, digits):
    assert (await send(digits=digits, choice="0", reason="要求另加折扣")).status_code == 303
    assert await stage(stores, case) == "closed"
    (told,) = [each for each in world.announced if type(each) is ResolutionDeclined]
    assert told.reason == "要求另加折扣"


async def test_wrong_digits_change_nothing_and_after_five_the_right_ones_are_not_taken_for_a_day(
    world, stores, send, case, digits
):
    await guess_until_locked_out(send, digits)
    assert await stage(stores, case) == "approved"
    world.time.set(AT + timedelta(days=1, seconds=1))
    assert (await send(digits=digits)).status_code == 303
    assert await stage(stores, case) == "accepted"


async def test_a_form_that_is_sent_twice_has_one_effect_and_another_one_none(world, send, digits):
    key = str(uuid4())
    assert [(await send(digits=digits, key=key)).status_code for _ in range(2)] == [303, 303]
    replayed = await send(digits=digits)
    assert replayed.status_code == 409
    assert "您已经答复过了" in text(replayed.text)
    assert len([each for each in world.announced if type(each) is ResolutionAccepted]) == 1


async def test_another_offer_than_the_one_that_was_seen_is_not_answered(stores, send, case, digits):
    assert (await send(digits=digits, proposal=str(uuid4()))).status_code == 409
    assert await stage(stores, case) == "approved"


@pytest.mark.parametrize(
    "link",
    [link_of(UUID(int=99), TODAY), link_of(WHO, TODAY - timedelta(days=30), 10), "A" * 48],
    ids=["of another customer", "ended", "guessed"],
)
async def test_a_link_that_is_not_this_customers_or_does_not_hold_answers_nothing(stores, send, case, digits, link):
    answer = await send(link=link, digits=digits)
    assert answer.status_code == 404
    assert "这个链接已失效" in answer.text
    assert await stage(stores, case) == "approved"


async def test_what_another_page_has_sent_is_not_taken(stores, send, case, digits):
    assert (await send(digits=digits, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 422
    assert await stage(stores, case) == "approved"


async def test_without_a_telephone_number_on_file_the_page_asks_for_no_signature(world, stores, in_every_stage):
    without = in_every_stage["approved"]
    form = without.form.but(customer=without.form.customer.but(mobile=None))
    await stores.complaints.create(Change(put_form(without, form)), cause(AT))
    html = (await opened(world, LINK)).text
    assert "<form" not in html
    assert "请回复我们发给您的短信" in html
