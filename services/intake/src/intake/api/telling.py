"""Facts that staff of a department tell in person: an address for each, which takes the fields of the fact."""

from collections.abc import Mapping
from types import MappingProxyType

from fastapi import APIRouter, Request
from pydantic import create_model

from intake.api.facts import FactsDoor, FactView
from intake.domain.fact import FACTS
from intake.domain.parts.cloud_event import CloudEvent
from intake.domain.parts.reporters import REPORTERS, STAFF, WITHOUT_A_FORM
from shared.aggregate import Refused
from shared.contracts.event import Event
from shared.http import AskedBy, CausedByRequest, RequestBody, Router, allow, leave_evidence


def _body_of(fact: type[Event]) -> type[RequestBody]:
    fields = {name: (field.annotation, field) for name, field in fact.model_fields.items()}
    return create_model(f"Tell{fact.__name__}", __base__=RequestBody, __doc__=fact.__doc__, **fields)  # type: ignore[call-overload, no-any-return]


BODIES: Mapping[str, type[RequestBody]] = MappingProxyType(
    {key: _body_of(FACTS[key]) for key in REPORTERS if key not in WITHOUT_A_FORM}
)
"""What is asked of those who tell a fact in person, by its key: its fields."""
SOURCE = "staff"
"""The source of a fact that was told in person."""


def routes(door: FactsDoor) -> APIRouter:
    """One route for each fact, for those whose role is to know it."""
    router = Router(readers=STAFF, tags=["facts"])
    for key, body in BODIES.items():
        _telling(router, door, key, body)
    return router


def _telling(router: APIRouter, door: FactsDoor, key: str, body_of: type[RequestBody]) -> None:
    @router.post(
        f"/facts/{key}",
        name=f"tell_{key.removesuffix('.v1').replace('.', '_')}",
        status_code=202,
        description=f"Tell `{key}` in person. {FACTS[key].__doc__}",
        dependencies=[allow(*REPORTERS[key])],
    )
    async def tell(request: Request, body: body_of, asker: AskedBy, cause: CausedByRequest) -> FactView:  # type: ignore[valid-type]
        said = body.model_dump(mode="json", exclude_unset=True)  # type: ignore[attr-defined]
        try:
            return await door.admit(asker, CloudEvent(str(cause.id), key, SOURCE, cause.at, said))
        except Refused as refused:
            leave_evidence(request, refused.code)
            raise
