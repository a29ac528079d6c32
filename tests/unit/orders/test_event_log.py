"""The order log opens in a process-mining tool and conforms to the route."""

import json

import pm4py
import pytest
from orders_as_read import cancel, review

from orders.api.event_log import activities, happenings, ocel, xes
from orders.domain.route import ROUTES

STANDARD, CUSTOM = ROUTES["standard"].version(1), ROUTES["custom"].version(1)


async def log(company):
    """Two orders that went all the way, one that was cancelled, one on its way."""
    await company.place("standard", order_no="S-1")
    await company.run_to("closed")
    await company.place("custom", order_no="C-1")
    await company.run_to("closed")
    await company.place("standard", order_no="S-2")
    await company.decide(review, "approved", ())
    await company.decide(cancel, "取消", None)
    await company.place("custom", order_no="C-2")


async def written(company, write, path):
    path.write_text("".join([text async for text in write(lambda: company.orders.each(sort="placed_at"))]))
    return str(path)


async def test_xes_reads_back_as_the_stages_that_were_left(company, tmp_path):
    await log(company)
    frame = pm4py.read_xes(await written(company, xes, tmp_path / "orders.xes"))
    traces = {no: list(each["concept:name"]) for no, each in frame.groupby("case:concept:name", sort=False)}
    assert traces == {
        "S-1": ["placed", *(stage.name for stage in STANDARD.stages)],
        "C-1": ["placed", *(stage.name for stage in CUSTOM.stages)],
        "S-2": ["placed", "review", "cancelled"],
        "C-2": ["placed"],
    }


@pytest.mark.requirement("R005.a")
async def test_the_log_conforms_to_the_route(company, tmp_path):
    await log(company)
    frame = pm4py.read_xes(await written(company, xes, tmp_path / "orders.xes"))
    frame = frame[frame["case:concept:name"] == "C-1"]
    names = ", ".join(f"'{name}'" for name in ("placed", *(stage.name for stage in CUSTOM.stages)))
    net = pm4py.convert_to_petri_net(pm4py.parse_process_tree(f"->( {names} )"))
    fitness = pm4py.fitness_token_based_replay(frame, *net)
    assert fitness["log_fitness"] == 1.0


async def test_ocel_reads_back_with_its_objects_and_relations(company, tmp_path):
    await log(company)
    read = pm4py.read_ocel2_json(await written(company, ocel, tmp_path / "orders.jsonocel"))
    objects = read.objects.groupby("ocel:type").size().to_dict()
    assert objects == {"order": 4, "customer": 1, "contract": 2, "shipment": 2}
    assert len(read.events) == 4 + len(STANDARD.stages) + len(CUSTOM.stages) + 2
    shipped = read.relations[read.relations["ocel:type"] == "shipment"]
    assert set(shipped["ocel:activity"]) == {"shipping", "transport"}


async def test_each_object_that_an_event_names_follows_whatever_happens_meanwhile(company):
    await company.place("standard", order_no="S-1")
    text = ""
    async for piece in ocel(lambda: company.orders.each(sort="placed_at")):
        if '"objects"' in piece and '"objects"' not in text:
            await company.sign_contract()
            await company.place("standard", order_no="S-2")
        text += piece
    log = json.loads(text)

    named = {each["objectId"] for event in log["events"] for each in event["relationships"]}
    assert named
    assert named <= {each["id"] for each in log["objects"]}


async def test_every_activity_of_the_log_is_declared(company):
    await log(company)
    async for order in company.orders.each():
        assert {happening.activity for happening in happenings(order)} <= set(activities())
