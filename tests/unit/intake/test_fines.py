"""Altered records cost a fine, and a person finds out who pays it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from shared.contracts.intake import DeadlineMetByIntake, DeadlineMissedByIntake, RecordTamperDetectedByIntake
from shared.contracts.orders import RecordTamperDetectedByOrders
from shared.contracts.roles import Role

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
HUNDRED = {"amount": "100.00", "currency": "CNY"}


def tampered(kind, record="018f5a30", collection="contact_logs", found_at=NOW):
    return kind(collection=collection, record=record, version=7, flaw="it is not what was sealed", found_at=found_at)


async def fines(world, asked=""):
    return (await world.ask(Role.CS_DIRECTOR, "GET", f"/fines{asked}")).json()["items"]


async def decided(world, decision, role=Role.CS_DIRECTOR, by=None, **said):
    (fine,) = await fines(world)
    return await world.ask(role, "POST", f"/fines/{fine['fine_id']}/{decision}", said, by=by)


@pytest.mark.requirement("R043.d")
async def test_the_fine_of_a_hundred_yuan_is_recorded_when_altered_records_are_found(world):
    await world.hear(tampered(RecordTamperDetectedByIntake))

    (fine,) = await fines(world)
    assert (fine["service"], fine["amount"], fine["stage"], fine["staff"]) == ("intake", HUNDRED, "open", None)
    assert [(each["collection"], each["record"]) for each in fine["records"]] == [("contact_logs", "018f5a30")]
    (duty,) = (await world.ask(Role.CS_DIRECTOR, "GET", "/duties?kind=tampering")).json()["items"]
    assert (duty["role"], duty["about"]) == ("cs_director", "“客户”系统的记录被改动（2026-11-20）")


@pytest.mark.requirement("R043.d")
async def test_the_colleague_who_altered_the_records_pays_the_fine(world):
    await world.hear(tampered(RecordTamperDetectedByIntake))

    imposed = await decided(world, "impose", staff="cs-07", reason="审计日志可查")

    view = imposed.json()
    assert (view["stage"], view["staff"], view["amount"], view["possible"]) == ("imposed", "cs-07", HUNDRED, [])
    assert [each["fine_id"] for each in await fines(world, "?staff=cs-07")] == [view["fine_id"]]
    assert [each.kind for each in world.announced if isinstance(each, DeadlineMetByIntake)] == ["tampering"]
    again = await decided(world, "let-off", Role.GM, reason="误报")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


async def test_what_one_check_found_is_one_violation_and_another_service_s_is_another(world):
    later = NOW + timedelta(hours=1)
    await world.hear(tampered(RecordTamperDetectedByOrders, "a", "orders"))
    await world.hear(tampered(RecordTamperDetectedByOrders, "b", "orders"))
    await world.hear(tampered(RecordTamperDetectedByIntake, "a"))
    await world.hear(tampered(RecordTamperDetectedByOrders, "a", "orders", found_at=later))

    found = [(each["service"], [record["record"] for record in each["records"]]) for each in await fines(world)]
    assert sorted(found) == [("intake", ["a"]), ("orders", ["a"]), ("orders", ["a", "b"])]


async def test_the_director_does_not_decide_on_the_fine_that_is_the_director_s_own(world):
    await world.hear(tampered(RecordTamperDetectedByIntake))

    own = await decided(world, "impose", by="boss", staff="boss", reason="本人所为")
    by_the_gm = await decided(world, "impose", Role.GM, staff="boss", reason="总监所为")

    assert (own.status_code, own.json()["code"]) == (409, "four_eyes")
    assert by_the_gm.json()["stage"] == "imposed"


async def test_no_colleague_pays_for_what_a_restored_backup_did_as_the_gm_alone_says(world):
    await world.hear(tampered(RecordTamperDetectedByIntake))

    by_the_director = await decided(world, "let-off", reason="恢复备份所致")
    free = (await decided(world, "let-off", Role.GM, reason="恢复备份所致")).json()

    assert (by_the_director.status_code, by_the_director.json()["code"]) == (403, "forbidden")
    assert (free["stage"], free["staff"], free["reason"]) == ("let_off", None, "恢复备份所致")


async def test_a_violation_that_is_not_looked_into_is_missed(world):
    await world.until(NOW)
    await world.hear(tampered(RecordTamperDetectedByIntake, str(uuid4())))

    missed = [each for each in await world.until(NOW + timedelta(days=6)) if isinstance(each, DeadlineMissedByIntake)]

    assert [(each.kind, each.supervisor_role) for each in missed] == [("tampering", "gm")]
