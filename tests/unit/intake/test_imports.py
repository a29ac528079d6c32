"""Customers from a table: each row is looked at or taken by itself, and taking the same rows twice changes nothing."""

import pytest

from intake.domain.customer import customer_id_of
from shared.contracts.intake import CustomerRegistered, CustomerUpdated
from shared.contracts.roles import Role

ROW = {
    "客户编号": "KH-00217",
    "客户名称": "广州恒达装饰工程有限公司",
    "客户类型": "中间商",
    "行业": "装饰公司",
    "联系人": "王建国",
    "称呼": "王总",
    "手机": "138 0013 8000",
    "地址": "广州市天河区珠江东路 6 号",
    "会员": "是",
    "备注": "老客户",
}
OTHER = {"客户名称": "明镜眼镜店", "手机": "13711112222"}
ID = str(customer_id_of("cs", "KH-00217"))


async def imported(world, *rows, dry_run=False):
    answer = await world.ask(Role.CS_SUPERVISOR, "POST", "/customers/import", {"rows": rows, "dry_run": dry_run})
    assert answer.status_code == 200, answer.text
    return [(each["outcome"], each["reason"]) for each in answer.json()["items"]]


async def test_a_row_opens_a_customers_file_with_what_it_says(world):
    assert await imported(world, ROW, OTHER) == [("new", None), ("new", None)]

    file = (await world.ask(Role.CS_SPECIALIST, "GET", f"/customers/{ID}")).json()["particulars"]
    said = {name: file[name] for name in ("customer_no", "name", "kind", "trade", "address", "member")}
    assert said == {
        "customer_no": "KH-00217",
        "name": "广州恒达装饰工程有限公司",
        "kind": "intermediary",
        "trade": "decoration_company",
        "address": "广州市天河区珠江东路 6 号",
        "member": True,
    }
    (contact,) = file["contacts"]
    assert (contact["name"], contact["title"], contact["mobile"]) == ("王建国", "王总", "13800138000")
    assert [type(each) for each in world.announced] == [CustomerRegistered, CustomerRegistered]


async def test_the_same_rows_twice_change_nothing_and_announce_nothing(world):
    await imported(world, ROW, OTHER)
    before = world.announced

    assert await imported(world, ROW, OTHER) == [("same", None), ("same", None)]
    assert world.announced == before


@pytest.mark.parametrize(
    "spelt", ["137 1111 2222", "137-1111-2222", "+86 13711112222", "１３７１１１１２２２２", "13711112222.0"]
)
async def test_a_customer_without_a_number_is_known_by_the_telephone_however_it_is_spelt(world, spelt):
    await imported(world, {**OTHER, "手机": spelt})

    assert await imported(world, OTHER) == [("same", None)]
    assert await imported(world, OTHER, {**OTHER, "手机": spelt}) == [("same", None), ("same", None)]


async def test_a_customer_whose_file_was_opened_by_hand_is_known_by_the_telephone(world):
    contacts = [{"name": "陈先生", "mobile": "137 1111 2222"}]
    body = {"name": OTHER["客户名称"], "contacts": contacts}
    opened = (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", body)).json()["customer_id"]
    row = {**OTHER, "联系人": "陈先生", "地址": "天河路 208 号"}

    assert await imported(world, row) == [("changed", None)]
    assert await imported(world, row) == [("same", None)]
    found = (await world.ask(Role.CS_SPECIALIST, "GET", "/customers?mobile=13711112222")).json()["items"]
    assert [each["customer_id"] for each in found] == [opened]


async def test_of_several_files_with_the_telephone_the_row_means_the_one_of_its_name_or_none(world):
    for name in ("明镜眼镜店", "明镜二店"):
        contacts = [{"name": "陈先生", "mobile": "13711112222"}]
        await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": name, "contacts": contacts})
    row = {"联系人": "陈先生", "手机": "13711112222"}

    assert await imported(world, {**row, "客户名称": "明镜二店"}, {**row, "客户名称": "明镜三店"}) == [
        ("same", None),
        ("refused", "该手机号码登记在多份档案中，请填写客户编号"),
    ]


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_customer_of_another_name_with_the_telephone_is_not_meant(world, dry_run):
    body = {"name": "甲公司", "contacts": [{"name": "总机", "mobile": "020-88886666"}]}
    opened = (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", body)).json()["customer_id"]
    before = world.announced

    assert await imported(world, {"客户名称": "李四", "手机": "02088886666"}, dry_run=dry_run) == [
        ("refused", "该手机号码登记在“甲公司”的档案中，名称不同，请填写客户编号")
    ]
    file = (await world.ask(Role.CS_SPECIALIST, "GET", f"/customers/{opened}")).json()
    assert (file["particulars"]["name"], world.announced) == ("甲公司", before)


@pytest.mark.parametrize("dry_run", [True, False])
async def test_the_name_of_a_customer_whom_such_a_row_opened_is_corrected_by_the_next(world, dry_run):
    await imported(world, OTHER)

    assert await imported(world, {**OTHER, "客户名称": "明镜眼镜行"}, dry_run=dry_run) == [("changed", None)]


async def test_a_row_that_says_something_else_is_a_new_revision_and_what_it_leaves_out_stays(world):
    await imported(world, ROW)
    changed = {
        "客户编号": "KH-00217",
        "客户名称": ROW["客户名称"],
        "联系人": "王建国",
        "手机": "13900139000",
        "地址": "",
    }

    assert await imported(world, changed) == [("changed", None)]

    updated = world.announced[-1]
    assert isinstance(updated, CustomerUpdated)
    assert (updated.revision, list(updated.changed), updated.reason) == (2, ["contacts"], "表格导入")
    assert (updated.contacts[0].title, updated.contacts[0].mobile) == ("王总", "13900139000")


async def test_a_look_says_what_would_become_of_each_row_and_takes_nothing(world):
    await imported(world, ROW)
    before = world.announced

    rows = (ROW, {**ROW, "地址": "佛山"}, OTHER, {"客户编号": "KH-9"})
    assert await imported(world, *rows, dry_run=True) == [
        ("same", None),
        ("refused", "与本批第 1 行是同一客户，内容不同"),
        ("new", None),
        ("refused", "缺少客户名称"),
    ]
    assert world.announced == before


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"客户编号": "KH-1"}, "缺少客户名称"),
        ({"客户名称": "恒达"}, "客户编号和手机号码至少填写一项"),
        (
            {"客户名称": "恒达", "手机": "1.39E+10"},
            "手机 1.39E+10 已被表格软件改成科学计数，末几位丢失；请将该列设为文本后重新填写",
        ),
        ({"客户名称": "恒达", "手机": "无"}, "手机 填写有误"),
        ({"客户名称": "恒" * 30_000, "客户编号": "KH-1"}, "客户名称 填写有误"),
        ({"客户名称": "恒达", "客户编号": "KH-1", "特殊要求": "长" * 4001}, "特殊要求 填写有误"),
        ({"客户名称": "恒达", "客户编号": "KH-1", "邮箱": "wang"}, "邮箱 填写有误"),
        (
            {"客户名称": "恒达", "客户编号": "KH-1", "行业": "木工"},
            "行业 应为 装饰公司、经销商、直接客户、其他，不是 木工",
        ),
    ],
)
async def test_a_row_that_is_wrong_is_refused_with_what_to_correct_and_holds_up_no_other(world, row, reason):
    assert await imported(world, row, OTHER) == [("refused", reason), ("new", None)]


async def test_a_cell_that_is_too_long_in_a_column_that_is_not_read_refuses_no_row(world):
    assert await imported(world, ROW | {"备注": "长" * 30_000}, OTHER) == [("new", None), ("new", None)]


async def test_a_row_about_an_erased_customer_is_refused(world):
    await imported(world, ROW)
    ask = {"legal_basis": "个人信息保护法第四十七条"}
    await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{ID}/ask-to-erase", ask)
    await world.ask(Role.CS_MANAGER, "POST", f"/customers/{ID}/erase", {})

    assert await imported(world, ROW) == [("refused", "该客户已按本人要求删除")]


async def test_those_who_lead_customer_service_import(world):
    answer = await world.ask(Role.CS_SPECIALIST, "POST", "/customers/import", {"rows": [ROW]})
    assert answer.status_code == 403
