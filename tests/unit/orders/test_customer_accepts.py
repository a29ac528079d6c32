"""A customer answers on their own page whether they accept the work: signed, proved, once, with a decision's effect."""

import re
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from customer_page import guess_until_locked_out, link_of, opened, text

from orders.domain.decisions.installation import fail_acceptance
from shared.contracts import departments as facts
from shared.contracts.orders import AcceptanceFailed, AcceptancePassed
from shared.contracts.vocabulary import Defect

WHO = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01")
MADE = date(2026, 9, 30)
LINK = link_of(WHO, MADE)


@pytest.fixture
async def finished(company):
    """An order whose work is done and waits for its customer."""
    await company.place()
    return await company.run_to("acceptance")


@pytest.fixture
def digits(finished):
    return finished.customer.mobile[-4:]


@pytest.fixture
def send(world, finished):
    """Sends the form of the page as a browser does that has no script."""

    async def send(link=LINK, headers=None, id=None, **said):
        form = {"key": str(uuid4()), "seen": "0", "verdict": "accepted", "name": "王建国", **said}
        path = f"/p/{link}/{id or finished.id}/acceptance"
        sent = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return await world.ask(None, "POST", path, urlencode(form).encode(), headers=sent)

    return send


def stated(event):
    """What an event says, without the moment."""
    return event.model_dump(mode="json", exclude={"accepted_at", "at"})


async def test_the_page_asks_for_acceptance_while_it_is_waited_for(world, company):
    await company.place()
    for stage, asked in (("installation", 0), ("acceptance", 1), ("balance", 0)):
        order = await company.run_to(stage)
        html = (await opened(world, LINK)).text
        assert re.findall(r'action="(.*?)"', html) == [f"/orders/p/{LINK}/{order.id}/acceptance"] * asked
        assert order.customer.mobile[-4:] not in html


async def test_who_accepts_has_the_effect_of_the_decision_and_their_name_under_it(world, company, send, digits):
    answer = await send(digits=digits)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/orders/p/{LINK}")
    order = await company.order()
    assert (order.stage, order.installation.accepted_by) == ("balance", "王建国")
    (told,) = company.announced(AcceptancePassed)
    assert (told.signatory, told.signature.partition("/")[0]) == ("王建国", "customer-page")
    signed = stated(told)

    await company.place(order_no="SO-2026-0413")
    await company.run_to("acceptance")
    await company.accept()
    decided = stated(company.announced(AcceptancePassed)[-1])
    other = {"order_id", "order_no", "signature", "contract_no", "aftersales_contact"}
    assert {name for name in signed if signed[name] != decided[name]} <= other
    page = text((await opened(world, link_of(WHO, MADE))).text)
    assert f"您已在{company.now.month}月" in page


async def test_who_says_what_is_wrong_sends_the_installers_back_and_a_complaint_is_filed_of_it(
    world, company, send, digits
):
    assert (await send(digits=digits, verdict="refused", wrong="三樘门关不严")).status_code == 303
    order = await company.order()
    assert (order.stage, order.installation.period) == ("installation", None)
    (refusal,) = order.installation.refusals
    assert (refusal.issues, refusal.signatory) == ((Defect(description="三樘门关不严"),), "王建国")
    (told,) = company.announced(AcceptanceFailed)
    assert (told.issues, told.customer.customer_id) == (refusal.issues, WHO)
    assert "提出：三樘门关不严。我们会上门处理" in text((await opened(world, LINK)).text)


async def test_what_a_colleague_wrote_down_of_a_refusal_stays_inside(world, company, send):
    await company.decide(fail_acceptance, ({"description": "客户难缠，门锁密码0000"},), ())
    page = text((await opened(world, LINK)).text)
    assert "提出：验收有问题。我们会上门处理" in page
    assert "难缠" not in page


async def test_who_refuses_without_saying_what_is_wrong_is_asked_for_it(company, send, digits):
    answers = [await send(digits=digits, verdict="refused", wrong=wrong) for wrong in ("", "  ")]
    assert [each.status_code for each in answers] == [422] * 2
    assert "请写明哪里不对" in text(answers[0].text)
    assert (await company.order()).stage == "acceptance"


async def test_a_page_from_before_the_work_was_done_anew_accepts_nothing(company, send, digits):
    company.later(hours=1)
    await company.decide(fail_acceptance, ({"description": "关不严"},), ())
    company.later(days=1)
    await company.fact(facts.InstallationCompleted, completed_at=company.now)
    assert (await send(digits=digits)).status_code == 409
    assert (await company.order()).stage == "acceptance"
    assert (await send(digits=digits, seen="1")).status_code == 303
    assert (await company.order()).stage == "balance"


async def test_wrong_digits_accept_nothing_and_after_five_the_right_ones_do_not_for_a_day(
    world, company, send, digits, ask
):
    await guess_until_locked_out(send, digits)
    assert (await company.order()).stage == "acceptance"
    entries = (await ask("gm", "GET", "/audit?kind=refused")).json()["items"]
    assert sorted(each["code"] for each in entries) == ["too_many_tries", *["unproved_customer"] * 5]
    company.later(days=1, seconds=1)
    assert (await send(digits=digits)).status_code == 303
    assert (await company.order()).stage == "balance"


async def test_a_form_that_is_sent_twice_has_one_effect_and_another_one_none(company, send, digits):
    key = str(uuid4())
    assert [(await send(digits=digits, key=key)).status_code for _ in range(2)] == [303, 303]
    again = await send(digits=digits)
    assert again.status_code == 409
    assert "您已经答复过了" in text(again.text)
    assert len(company.announced(AcceptancePassed)) == 1


@pytest.mark.parametrize(
    "link",
    [link_of(UUID(int=99), MADE), link_of(WHO, MADE - timedelta(days=30), 10), "A" * 48],
    ids=["of another customer", "ended", "guessed"],
)
async def test_a_link_that_is_not_this_customer_s_or_does_not_hold_accepts_nothing(company, send, digits, link):
    answer = await send(link=link, digits=digits)
    assert answer.status_code == 404
    assert "这个链接已失效" in answer.text
    assert (await company.order()).stage == "acceptance"


async def test_an_order_that_is_not_known_or_another_customer_s_is_not_accepted(company, send, digits):
    other = await company.place(order_no="SO-2026-0999", customer={"customer_id": UUID(int=7), "name": "另一家"})
    assert [(await send(id=each, digits=digits)).status_code for each in (uuid4(), other.id)] == [404, 404]


async def test_what_another_page_has_sent_is_not_taken(company, send, digits):
    assert (await send(digits=digits, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 422
    assert (await company.order()).stage == "acceptance"


async def test_without_a_telephone_number_on_file_the_page_asks_for_a_call(world, company):
    await company.place(customer={"customer_id": WHO, "name": "恒达"})
    await company.run_to("acceptance")
    html = (await opened(world, LINK)).text
    assert "<form" not in html
    assert "安装已完工，请您验收。请来电告诉我们" in text(html)
