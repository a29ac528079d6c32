"""What became of departments' facts in the services behind: kept with the fact, and told where a department looks."""

import json
from functools import partial

from intake.domain.decisions.answers import keep_answer
from intake.domain.fact import Fact
from intake.domain.parts.service_answer import ListeningService
from intake.store import Facts
from shared.aggregate import Aggregate, Cause
from shared.contracts.aftersales import FactAnsweredByAftersales
from shared.contracts.answer import FactAnswered
from shared.contracts.complaints import FactAnsweredByComplaints
from shared.contracts.notify import FactAnsweredByNotify
from shared.contracts.orders import FactAnsweredByOrders
from shared.store import Touch
from shared.subscriptions import AnswerToSender, Subscriptions
from shared.wire import ingress


def subscribe(on: Subscriptions, facts: Facts) -> None:
    """Hear what each service that listens to departments says of their facts."""
    keep = partial(_keep, facts)

    @on(FactAnsweredByOrders)
    async def keep_answer_of_orders(event: FactAnsweredByOrders, cause: Cause) -> Touch[Fact] | None:
        """What orders made of a fact."""
        return await keep("orders", event, cause)

    @on(FactAnsweredByComplaints)
    async def keep_answer_of_complaints(event: FactAnsweredByComplaints, cause: Cause) -> Touch[Fact] | None:
        """What complaints made of a fact."""
        return await keep("complaints", event, cause)

    @on(FactAnsweredByAftersales)
    async def keep_answer_of_aftersales(event: FactAnsweredByAftersales, cause: Cause) -> Touch[Fact] | None:
        """What after-sales made of a fact."""
        return await keep("aftersales", event, cause)

    @on(FactAnsweredByNotify)
    async def keep_answer_of_notify(event: FactAnsweredByNotify, cause: Cause) -> Touch[Fact] | None:
        """What notify made of a fact."""
        return await keep("notify", event, cause)


async def _keep(facts: Facts, service: ListeningService, told: FactAnswered, cause: Cause) -> Touch[Fact] | None:
    """Nothing for a fact that did not come in through intake."""
    if not await facts.count({"id": told.fact_id}, limit=1):
        return None
    return facts.touch(told.fact_id, lambda fact: keep_answer(fact, service, told, cause.sequence, cause))


def own_answer(facts: Facts, told: FactAnswered, cause: Cause) -> Touch[Fact]:
    """What intake itself made of a fact. Raises NotFound for one that did not come in here."""
    return facts.touch(told.fact_id, lambda fact: keep_answer(fact, "intake", told, None, cause))


def for_its_department(aggregate: Aggregate) -> AnswerToSender | None:
    """The latest answer to a fact, for its department's queue of refusals, when the department has to look at it.

    A fact that was simply taken, or is tried again by itself, is asked for by `GET /facts/{id}`.
    """
    if not isinstance(aggregate, Fact) or not aggregate.answers:
        return None
    answer = aggregate.answers[-1]
    if answer.outcome == "waiting" or (answer.outcome == "taken" and answer.code is None):
        return None
    told = {
        "id": aggregate.event_id,
        "type": aggregate.type,
        "service": answer.service,
        "outcome": answer.outcome,
        "code": answer.code,
        "reason": answer.reason,
        "said": answer.said,
        "at": answer.at.isoformat(),
    }
    return AnswerToSender(ingress.REFUSED, aggregate.department, json.dumps(told, ensure_ascii=False).encode())
