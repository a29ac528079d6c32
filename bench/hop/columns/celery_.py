"""Celery with late acknowledgement and confirmed publishing; the next event is the next task."""

from typing import Any

from celery import Celery
from kombu import Queue

from bench.hop.columns.task import RABBIT
from bench.hop.columns.task_queues import Accounts

app = Celery("bench", broker=RABBIT.replace("amqp://", "pyamqp://"))
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_default_queue="celery.in",
    task_queues=[Queue("celery.in", durable=True, queue_arguments={"x-queue-type": "quorum"})],
    task_default_queue_type="quorum",
    worker_detect_quorum_queues=True,
    broker_transport_options={"confirm_publish": True},
    task_ignore_result=True,
    worker_prefetch_multiplier=8,
)
accounts = Accounts("celery")


@app.task(name="credit")
def credit(id: str, deposit: dict[str, Any]) -> None:
    for entry in accounts.credit(id, deposit):
        app.send_task("credited", args=(entry["body"],), task_id=entry["id"], queue="celery.out")
    accounts.clear(id, deposit)


def fill(deposits: list[tuple[str, dict[str, Any]]]) -> None:
    """Queue the work."""
    with app.producer_pool.acquire(block=True) as producer:
        for id, deposit in deposits:
            credit.apply_async(args=(id, deposit), task_id=id, producer=producer)
