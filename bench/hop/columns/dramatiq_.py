"""dramatiq with confirmed delivery; the next event is the next message."""

from typing import Any

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker

from bench.hop.columns.task import RABBIT
from bench.hop.columns.task_queues import Accounts

dramatiq.set_broker(RabbitmqBroker(url=RABBIT, confirm_delivery=True))
accounts = Accounts("dramatiq")


@dramatiq.actor(queue_name="dramatiq_in", max_retries=10)
def credit(id: str, deposit: dict[str, Any]) -> None:
    for entry in accounts.credit(id, deposit):
        dramatiq.get_broker().enqueue(
            dramatiq.Message(
                queue_name="dramatiq_out",
                actor_name="credited",
                args=(entry["body"],),
                kwargs={},
                options={},
                message_id=entry["id"],
            )
        )
    accounts.clear(id, deposit)


def fill(deposits: list[tuple[str, dict[str, Any]]]) -> None:
    """Queue the work."""
    dramatiq.get_broker().declare_queue("dramatiq_out", ensure=True)
    for id, deposit in deposits:
        credit.send_with_options(args=(id, deposit), message_id=id)
