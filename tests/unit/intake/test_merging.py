"""Two files of one person lead to one: nothing is lost, numbers of both find it, and it can be undone."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talks import PRESALES_TALK

from intake.domain.customer import numbers
from intake.domain.decisions.merging import absorb, give_back, merge_into, stand_alone
from intake.domain.decisions.registration import register
from intake.domain.decisions.revision import correct, file_papers
from intake.domain.parts.criteria import ListedCustomer
from intake.store import Customers, Stores
from shared.aggregate import Refused
from shared.contracts.intake import Contact, CustomersMerged, CustomersSeparated, OrderPlaced, Particulars
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine, order_id_of
from shared.testing import cause

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
KEPT = {
    "name": "广州恒达装饰工程有限公司",
    "contacts": [{"name": "王建国", "title": "王总", "mobile": "138 0013 8000"}],
    "owner": "am-03",
}
OTHER = {
    "name": "恒达装饰王生",
    "contacts": [{"name": "王建国", "mobile": "+86 138-0013-8000"}, {"name": "王建国", "mobile": "13900139000"}],
    "address": "广州市天河区珠江东路 6 号",
    "special_specs": ["门洞一律加宽至 1100 mm"],
}
TALK = PRESALES_TALK | {"content": "询问新办公楼隔断需求", "feedback": "有意向"}


@pytest.fixture
async def both(world):
    """The ids of two files of one person."""
    made = [await world.ask(Role.CS_SPECIALIST, "POST", "/customers", body) for body in (KEPT, OTHER)]
    return [each.json()["customer_id"] for each in made]


@pytest.fixture
def merge(world, both):
    kept, other = both

    async def merged(verb="merge"):
        body = {"duplicate_id": other, "reason": "同一人以两个手机号登记"}
        if verb == "merge":
            read_ones = [await read(world, f"/customers/{id}") for id in both]
            body |= dict(zip(("revision", "duplicate_revision"), (each["revision"] for each in read_ones), strict=True))
        return await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{kept}/{verb}", body)

    return merged


async def found(world, question):
    answer = await world.ask(Role.CS_SPECIALIST, "GET", f"/customers?{question}")
    return [each["customer_id"] for each in answer.json()["items"]]


async def read(world, path):
    return (await world.ask(Role.CS_SPECIALIST, "GET", path)).json()


async def test_files_with_a_common_number_in_another_spelling_are_perhaps_one_person_s(world, both):
    (alike,) = await read(world, f"/customers/{both[0]}/alike")

    assert (alike["customer_id"], alike["particulars"]["name"]) == (both[1], "恒达装饰王生")


async def test_the_kept_file_says_what_both_said_and_the_merge_is_announced(world, both, merge):
    kept, other = both
    answer = (await merge()).json()

    said = answer["particulars"]
    assert [each["mobile"] for each in said["contacts"]] == ["13800138000", "13900139000"]
    assert (said["name"], said["owner"], said["address"]) == (KEPT["name"], "am-03", OTHER["address"])
    assert said["special_specs"] == OTHER["special_specs"]
    assert answer["merged_files"] == [other]
    assert (await read(world, f"/customers/{other}"))["merged_into"] == kept
    assert world.announced[-1] == CustomersMerged(
        customer_id=UUID(kept), duplicate_id=UUID(other), revision=2, reason="同一人以两个手机号登记"
    )


@pytest.mark.parametrize("written", [0, 1])
async def test_files_of_which_one_was_written_since_they_were_compared_are_not_merged(world, both, written):
    kept, other = both
    correction = {"region": "华南", "reason": "补充"}
    await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{both[written]}/correct", correction)
    before, announced = [await read(world, f"/customers/{id}") for id in both], world.announced
    body = {"duplicate_id": other, "revision": 1, "duplicate_revision": 1, "reason": "同一人"}

    refused = await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{kept}/merge", body)

    assert (refused.status_code, refused.json()["code"]) == (409, "file_changed")
    assert f"{before[0]['revision']} and {before[1]['revision']}" in refused.json()["detail"]
    assert [await read(world, f"/customers/{id}") for id in both] == before
    assert world.announced == announced


async def test_numbers_and_names_of_both_find_the_one_that_is_kept(world, both, merge):
    await merge()

    for question in ("q=13900139000", "q=恒达装饰王生", "mobile=13800138000", "mobile=13900139000", "q=珠江东路"):
        assert await found(world, question) == [both[0]]


async def test_what_was_written_under_either_file_is_read_from_both(world, both, merge):
    for id in both:
        await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{id}/contacts", TALK)
    await merge()
    order_no = "SO-2026-0412"
    late = OrderPlaced(
        order_id=order_id_of(order_no),
        order_no=order_no,
        customer=CustomerSnapshot(customer_id=UUID(both[1]), name="恒达装饰王生"),
        kind="standard",
        lines=(OrderLine(description="高隔断", quantity=2),),
        verified_by="cs-01",
        verified_at=NOW,
    )
    await world.hear(late)

    for id in both:
        assert len(await read(world, f"/customers/{id}/contacts")) == 2
        moments = (await read(world, f"/customers/{id}/timeline"))["items"]
        assert "intake.order_placed.v1" in {each["key"] for each in moments}
        assert await read(world, f"/customers/{id}/verify") == {"whole": True, "altered": []}
    assert await found(world, f"q={order_no}") == [both[0]]


async def test_a_talk_of_the_other_file_is_corrected_from_the_kept_one(world, both, merge):
    made = await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{both[1]}/contacts", TALK)
    await merge()
    body = {"field": "feedback", "after": "意向强烈", "reason": "听错"}
    path = f"/customers/{both[0]}/contacts/{made.json()['contact_id']}/correct"

    assert (await world.ask(Role.CS_SPECIALIST, "POST", path, body)).json()["talk"]["feedback"] == "意向强烈"


async def test_about_a_merged_file_nothing_is_offered_and_its_kept_one_alone_is_separated(world, both, merge):
    def offered(shown):
        return {each["decision"] for each in shown["possible"]}

    alone = {"correct", "classify", "assign", "assign_specialist", "merge", "ask_to_erase"}
    assert [offered(await read(world, f"/customers/{id}")) for id in both] == [alone, alone]
    await merge()
    assert [offered(await read(world, f"/customers/{id}")) for id in both] == [alone | {"separate"}, set()]


async def test_a_merged_file_is_written_no_more_and_says_which_one_is(world, both, merge):
    await merge()
    body = {"region": "华南", "reason": "补充"}
    refused = await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{both[1]}/correct", body)

    assert (refused.status_code, refused.json()["code"]) == (409, "merged_away")
    assert both[0] in refused.json()["detail"]


async def test_a_merge_is_undone_and_what_was_written_since_stays(world, both, merge):
    before = [(await read(world, f"/customers/{id}"))["particulars"] for id in both]
    await merge()
    body = {"region": "华南", "reason": "补充"}
    await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{both[0]}/correct", body)
    await merge("separate")
    after = [await read(world, f"/customers/{id}") for id in both]

    assert [each["particulars"] for each in after] == [before[0] | {"region": "华南"}, before[1]]
    assert [each["merged_into"] for each in after] == [None, None]
    assert await found(world, "q=13900139000") == [both[1]]
    (said,) = [each for each in world.announced if isinstance(each, CustomersSeparated)]
    assert said == CustomersSeparated(
        customer_id=UUID(both[0]), separated_id=UUID(both[1]), revision=3, reason="同一人以两个手机号登记"
    )
    for id in both:
        assert await read(world, f"/customers/{id}/verify") == {"whole": True, "altered": []}


async def test_of_two_merges_the_first_is_undone_first_and_what_both_other_files_said_stays_until_the_second_is(world):
    said = {
        "member": True,
        "region": "华南",
        "contacts": [{"name": "王建国", "mobile": "13800138000"}],
        "special_specs": ["门洞一律加宽至 1100 mm"],
    }
    bodies = ({"name": "恒达"}, {"name": "恒达甲", "address": "甲路 1 号", **said}, {"name": "恒达乙", **said})
    kept, first, second = [
        (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", body)).json()["customer_id"] for body in bodies
    ]
    alone = (await read(world, f"/customers/{kept}"))["particulars"]

    async def decide(verb, other):
        revisions = [(await read(world, f"/customers/{id}"))["revision"] for id in (kept, other)]
        compared = dict(zip(("revision", "duplicate_revision"), revisions, strict=True)) if verb == "merge" else {}
        body = {"duplicate_id": other, "reason": "同一人", **compared}
        answer = await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{kept}/{verb}", body)
        assert answer.status_code == 200, answer.text
        return answer.json()["particulars"]

    await decide("merge", first)
    both = await decide("merge", second)
    assert await decide("separate", first) == {**both, "address": None}
    assert await decide("separate", second) == alone


async def test_merging_again_after_an_undone_merge_is_possible(world, both, merge):
    for verb in ("merge", "separate", "merge"):
        assert (await merge(verb)).status_code == 200
    assert await found(world, "q=13900139000") == [both[0]]


def filed(id, mobile):
    particulars = Particulars(name="恒达", contacts=(Contact(name="王建国", mobile=mobile),))
    return register(UUID(int=id), particulars, "cs", cause(NOW)).state


@pytest.mark.parametrize(
    ("kept", "other", "code"),
    [
        (filed(1, "13800138000"), filed(1, "13800138000"), "same_file"),
        (filed(1, "13800138000").but(merged_into=UUID(int=3)), filed(2, "13900139000"), "merged_away"),
        (filed(1, "13800138000"), filed(2, "13900139000").but(merged_into=UUID(int=3)), "merged_away"),
        (filed(1, "13800138000"), filed(2, "13900139000").but(stage="erasure_asked"), "erasure_asked"),
        (
            filed(1, "13800138000"),
            absorb(filed(2, "13900139000"), filed(3, "13700137000"), 1, 1, "同一人", cause(NOW)).state,
            "others_lead_to_it",
        ),
    ],
)
def test_what_cannot_be_merged_is_refused_with_the_reason(kept, other, code):
    with pytest.raises(Refused) as refused:
        absorb(kept, other, 1, 1, "同一人", cause(NOW))
    assert refused.value.code == code


def test_a_file_that_took_over_another_one_meanwhile_leads_nowhere():
    taken = absorb(filed(2, "13900139000"), filed(3, "13700137000"), 1, 1, "同一人", cause(NOW)).state
    with pytest.raises(Refused) as refused:
        merge_into(taken, UUID(int=1), "同一人", cause(NOW))
    assert refused.value.code == "others_lead_to_it"


def test_two_files_that_took_each_other_over_at_once_lead_nowhere_and_give_back_what_they_took():
    one, other = filed(1, "13800138000"), filed(2, "13900139000")
    fuller = absorb(one, other, 1, 1, "同一人", cause(NOW)).state
    also = absorb(other, one, 1, 1, "同一人", cause(NOW)).state
    for taken, kept in ((fuller, also), (also, fuller)):
        with pytest.raises(Refused):
            merge_into(taken, kept.id, "同一人", cause(NOW))

    back = give_back(fuller, also, "同一人", cause(NOW)).state, give_back(also, fuller, "同一人", cause(NOW)).state

    assert [(each.particulars, each.absorbed) for each in back] == [(one.particulars, ()), (other.particulars, ())]


async def test_a_merge_that_another_one_overtook_takes_nothing(world, both, merge, monkeypatch):
    third = (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": "丙公司"})).json()["customer_id"]
    before = (await read(world, f"/customers/{third}"))["particulars"]
    apply, begun = Customers.apply, []

    async def overtaken(self, id, *given):
        done = await apply(self, id, *given)
        if not begun:
            begun.append(id)
            assert (await merge()).status_code == 200
        return done

    monkeypatch.setattr(Customers, "apply", overtaken)
    body = {"duplicate_id": both[1], "revision": 1, "duplicate_revision": 1, "reason": "同一人"}
    late = await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{third}/merge", body)

    assert (late.status_code, late.json()["code"], begun) == (409, "merged_away", [UUID(third)])
    after = await read(world, f"/customers/{third}")
    assert (after["particulars"], after["merged_files"]) == (before, [])
    assert await found(world, "q=13900139000") == [both[0]]
    assert (await read(world, f"/customers/{both[1]}"))["merged_into"] == both[0]


async def test_two_merges_of_the_same_files_at_once_are_one_and_take_nothing_back(world, both, merge, monkeypatch):
    apply, answers = Customers.apply, []

    async def at_once(self, id, *given):
        done = await apply(self, id, *given)
        if not answers:
            answers.append(None)
            answers[0] = await merge()
        return done

    monkeypatch.setattr(Customers, "apply", at_once)
    answers.append(await merge())

    assert [each.status_code for each in answers] == [200, 200]
    assert answers[1].json() == answers[0].json()
    assert answers[0].json()["merged_files"] == [both[1]]
    assert (await read(world, f"/customers/{both[1]}"))["merged_into"] == both[0]
    assert await found(world, "q=13900139000") == [both[0]]


async def test_a_merge_that_was_given_back_is_not_repeated_under_its_key(world, both, monkeypatch):
    kept, other = both
    body = {"duplicate_id": other, "revision": 1, "duplicate_revision": 1, "reason": "同一人"}
    apply, wishes = Customers.apply, [{"legal_basis": "客户本人要求"}]

    async def wished_meanwhile(self, id, *given):
        done = await apply(self, id, *given)
        while wishes:
            await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{other}/ask-to-erase", wishes.pop())
        return done

    async def merged(key):
        answer = await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{kept}/merge", body, key=key)
        return answer.status_code, answer.json().get("code")

    monkeypatch.setattr(Customers, "apply", wished_meanwhile)
    refused = await merged("k1")
    await world.ask(Role.CS_MANAGER, "POST", f"/customers/{other}/keep", {"reason": "合同未满保存期"})
    again = await merged("k1")

    assert (refused, again) == ((409, "erasure_asked"), (409, "merge_given_back"))
    assert (await read(world, f"/customers/{other}"))["merged_into"] is None
    assert await found(world, "q=13900139000") == [other]
    body |= {
        key: (await read(world, f"/customers/{id}"))["revision"]
        for key, id in zip(("revision", "duplicate_revision"), both, strict=True)
    }
    assert await merged("k2") == (200, None)
    assert await found(world, "q=13900139000") == [kept]


async def test_what_a_merge_took_that_broke_off_is_given_back_by_hand(world, both, merge):
    third = (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": "丙公司"})).json()["customer_id"]
    stores = Stores.on(world.database)
    duplicate, because = await stores.customers.get(UUID(both[1])), cause(NOW)
    take = partial(absorb, duplicate=duplicate, revision=1, duplicate_revision=1, reason="同一人", cause=because)
    await stores.customers.apply(UUID(third), take, because)
    await merge()

    body = {"duplicate_id": both[1], "reason": "合并中断"}
    answer = await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{third}/separate", body)

    assert (answer.status_code, answer.json()["merged_files"]) == (200, [])
    assert await found(world, "q=13900139000") == [both[0]]
    assert (await read(world, f"/customers/{both[1]}"))["merged_into"] == both[0]


def ordered(customer_id, order_no):
    return OrderPlaced(
        order_id=order_id_of(order_no),
        order_no=order_no,
        customer=CustomerSnapshot(customer_id=UUID(customer_id), name="恒达装饰王生"),
        kind="standard",
        lines=(OrderLine(description="高隔断", quantity=2),),
        verified_by="cs-01",
        verified_at=NOW,
    )


async def test_after_an_undone_merge_each_file_is_found_by_its_own_orders_also_those_placed_meanwhile(
    world, both, merge
):
    await merge()
    for id, order_no in zip(both, ("SO-2026-0001", "SO-2026-0002"), strict=True):
        await world.hear(ordered(id, order_no))
    assert await found(world, "q=SO-2026-0002") == [both[0]]

    await merge("separate")

    assert [await found(world, f"q={number}") for number in ("SO-2026-0001", "SO-2026-0002")] == [[both[0]], [both[1]]]


def test_a_customer_whose_other_file_has_an_order_has_ordered():
    other = file_papers(filed(2, "13900139000"), UUID(int=2), ("SO-1",), cause(NOW)).state
    kept = absorb(filed(1, "13800138000"), other, 1, 1, "同一人", cause(NOW)).state
    listed = ListedCustomer.model_validate(kept.model_dump())

    assert (listed.fits(True), listed.fits(False)) == (True, False)


async def test_a_merge_with_an_erased_customer_is_not_undone(world, both, merge):
    await merge()
    await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{both[0]}/ask-to-erase", {"legal_basis": "客户本人要求"})
    await world.ask(Role.CS_MANAGER, "POST", f"/customers/{both[0]}/erase", {})

    refused = await merge("separate")

    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    assert (await read(world, f"/customers/{both[1]}"))["merged_into"] == both[0]


async def test_the_page_of_merged_files_before_the_kept_one_was_opened_shows_the_other(world):
    made = []
    for body in (OTHER, KEPT):
        made.append((await world.ask(Role.CS_SPECIALIST, "POST", "/customers", body)).json()["customer_id"])
        await world.until(world.now + timedelta(hours=1))
    other, kept = made
    body = {"duplicate_id": other, "revision": 1, "duplicate_revision": 1, "reason": "同一人"}
    await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{kept}/merge", body)

    begin = world.now - timedelta(hours=2)
    names = [
        (await read(world, f"/customers/{id}/overview?as_of={moment:%Y-%m-%dT%H:%M:%SZ}"))["file"]["particulars"][
            "name"
        ]
        for moment in (begin + timedelta(minutes=30), begin + timedelta(minutes=90))
        for id in (kept, other)
    ]

    assert names == [OTHER["name"], OTHER["name"], KEPT["name"], KEPT["name"]]


def same_person(id, name):
    particulars = Particulars(
        customer_no="KH-00217", name=name, contacts=(Contact(name="王建国", mobile="13800138000"),)
    )
    return register(UUID(int=id), particulars, "cs", cause(NOW)).state


def test_what_three_files_say_stays_while_one_of_them_leads_here():
    others = [same_person(id, f"恒达{id}") for id in (2, 3, 4)]
    kept = register(UUID(int=1), Particulars(name="恒达"), "cs", cause(NOW)).state
    alone = kept.particulars
    for hours, each in enumerate(others, start=1):
        kept = absorb(kept, each, hours, 1, "同一人", cause(NOW + timedelta(hours=hours))).state

    said = []
    for each in (others[0], others[2], others[1]):
        kept = give_back(kept, each, "不是同一人", cause(NOW + timedelta(hours=5))).state
        said.append(kept.particulars)

    full = alone.but(customer_no="KH-00217", contacts=others[1].particulars.contacts)
    assert said == [full, full, alone]


def test_what_was_written_by_hand_stays_although_a_file_that_leads_here_no_more_said_it_too():
    first, second = (
        register(UUID(int=id), Particulars(name="恒达", region=region), "cs", cause(NOW)).state
        for id, region in ((2, "华南"), (3, "华北"))
    )
    kept = filed(1, "13800138000")
    for hours, each in enumerate((first, second), start=1):
        kept = absorb(kept, each, hours, 1, "同一人", cause(NOW + timedelta(hours=hours))).state
    kept = correct(kept, {"region": "华北"}, "客户来电", cause(NOW + timedelta(hours=3))).state

    for each in (first, second):
        kept = give_back(kept, each, "不是同一人", cause(NOW + timedelta(hours=4))).state
        assert kept.particulars.region == "华北"


def test_a_contact_that_was_taken_out_by_hand_does_not_come_back_with_another_file_that_names_it():
    others = [same_person(id, f"恒达{id}") for id in (2, 3)]
    kept = register(UUID(int=1), Particulars(name="恒达"), "cs", cause(NOW)).state
    for hours, each in enumerate(others, start=1):
        kept = absorb(kept, each, hours, 1, "同一人", cause(NOW + timedelta(hours=hours))).state
    kept = correct(kept, {"contacts": ()}, "号码已停用", cause(NOW + timedelta(hours=3))).state

    kept = give_back(kept, others[0], "不是同一人", cause(NOW + timedelta(hours=4))).state

    assert (kept.particulars.customer_no, kept.particulars.contacts) == ("KH-00217", ())


_CONTACTS = st.lists(
    st.builds(
        Contact,
        name=st.sampled_from(["王建国", "李红"]),
        mobile=st.sampled_from(["13800138000", "138-0013-8000", "13900139000"]),
    ),
    max_size=2,
    unique=True,
).map(tuple)
_FILES = st.builds(
    Particulars,
    name=st.just("恒达"),
    customer_no=st.sampled_from([None, "KH-1", "KH-2"]),
    region=st.sampled_from([None, "华南", "华北"]),
    contacts=_CONTACTS,
    special_specs=st.lists(st.sampled_from(["加宽", "加高"]), max_size=2, unique=True).map(tuple),
)
_STEPS = st.lists(
    st.tuples(st.sampled_from(["merge", "merge", "separate", "write", "call", "order"]), st.integers(0, 3)), max_size=14
)


def merged_or_separated(files, merged, other, at):
    """One of the other files is merged into the first one, or separated from it where it was merged."""
    kept, duplicate = files[0], files[other]
    if other in merged:
        files[other] = stand_alone(duplicate, kept, "不是同一人", cause(at)).state
        files[0] = give_back(kept, files[other], "不是同一人", cause(at)).state
        merged.remove(other)
    else:
        files[0] = absorb(kept, duplicate, kept.revision, duplicate.revision, "同一人", cause(at)).state
        files[other] = merge_into(duplicate, kept.id, "同一人", cause(at)).state
        merged.append(other)


def papers_of(customer):
    return {*customer.papers, *(number for each in customer.absorbed for number in each.papers)}


@given(said=st.tuples(_FILES, _FILES, _FILES, _FILES), steps=_STEPS)
def test_a_kept_file_says_at_any_time_what_is_its_own_and_what_the_files_say_that_lead_to_it(said, steps):
    files = [register(UUID(int=id), each, "cs", cause(NOW)).state for id, each in enumerate(said, start=1)]
    alone, merged = files[0], []
    closing = [("separate", other) for other in (2, 1, 3)]
    for step, (what, which) in enumerate((*steps, *closing), start=1):
        at = NOW + timedelta(minutes=step)
        if what in ("merge", "separate") and which and (which in merged) == (what == "separate"):
            merged_or_separated(files, merged, which, at)
        elif what == "write":
            region = {"region": f"第{step}区"}
            alone, files[0] = (correct(each, region, "客户来电", cause(at)).state for each in (alone, files[0]))
        elif what == "call":
            more = (Contact(name="赵敏", mobile=f"1370013{7000 + step}"),)
            alone, files[0] = (
                correct(each, {"contacts": (*each.particulars.contacts, *more)}, "客户来电", cause(at)).state
                for each in (alone, files[0])
            )
        elif what == "order":
            by, number = files[which].id, (f"SO-{step}", "HT-1")
            alone = file_papers(alone, by, number, cause(at)).state
            for place in {which, 0} if which in merged else {which}:
                files[place] = file_papers(files[place], by, number, cause(at)).state

        kept, leading = files[0], [files[each] for each in merged]
        own = [alone.particulars, *(each.particulars for each in leading)]
        assert numbers(kept.particulars) == frozenset().union(*map(numbers, own))
        assert {*kept.particulars.contacts} <= {each for file in own for each in file.contacts}
        assert {*kept.particulars.special_specs} == {spec for file in own for spec in file.special_specs}
        assert kept.particulars.customer_no == next((each.customer_no for each in own if each.customer_no), None)
        assert kept.particulars.region == next((each.region for each in own if each.region), None)
        assert papers_of(kept) == {*alone.papers, *(number for each in leading for number in each.papers)}
    assert (merged, files[0].particulars, papers_of(files[0])) == ([], alone.particulars, {*alone.papers})
