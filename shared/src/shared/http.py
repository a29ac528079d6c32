"""How a service is asked over HTTP: causes from requests, problems from exceptions, and who may ask."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from http import HTTPStatus
from typing import Annotated, Any, Generic, TypeVar, get_args
from uuid import UUID, uuid5

import structlog
from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response, Security
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import Depends as Dependency
from fastapi.params import Query as QueryParameter
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.security import APIKeyHeader, HTTPBearer
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from starlette.exceptions import HTTPException

from shared.aggregate import A, Cause, Contention, NotFound, Overstepped, Refused, Unavailable
from shared.contracts.event import reckonable
from shared.contracts.identities import IN_A_REQUEST
from shared.contracts.roles import Department, Role
from shared.identity import DepartmentKeys, Forbidden, Principal, StaffTokens, TurnedAway, Unauthenticated
from shared.identity.cookie import must_be_person_of_page, token_of_session
from shared.identity.reach import reads_whole, without_reach
from shared.json_values import more_values
from shared.plain import LONGEST_DETAIL, plain
from shared.problems import MEDIA_TYPE, PROBLEMS, FieldError, Problem
from shared.store import BadCursor, Page, Store

log = structlog.get_logger()

_LARGEST_EXACT = 2**53
"""Beyond it a floating-point number no longer names one whole number."""
_MOST_DIGITS = 1000
"""Digits of a whole number in a body."""
MOST_VALUES = 50_000
"""Values in a body: five hundred rows of a hundred cells."""

REQUESTS = UUID("5d2c2f0e-0c1d-4b8e-9a53-0a2f6f3e7a11")
T = TypeVar("T")
V = TypeVar("V")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
STAFF_TOKEN = HTTPBearer(auto_error=False, scheme_name="staff", description="A member of staff's token.")
DEPARTMENT_KEY = APIKeyHeader(
    name="X-API-Key", auto_error=False, scheme_name="department", description="The key of a department's system."
)


class RequestBody(BaseModel):
    """A request's body. A field that we do not know is an error, however deep: it would be ignored without a word.

    What came as JSON is read as what it is: the text "5" is no number, 0 is no date and "yes" is no truth value. A day,
    however deep it stands, is one that can be reckoned with.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, str_max_length=20_000)

    @field_validator("*")
    @classmethod
    def _can_be_reckoned_with(cls, value: Any) -> Any:
        for day in _days(value):
            if wrong := _beyond_calendar(day.year):
                raise PydanticCustomError(BEYOND_CALENDAR, "{wrong}", {"wrong": wrong})
        return value

    @classmethod
    def check(cls, content: Any) -> None:
        """RequestValidationError with everything in this JSON value that is not of its field's type, or of no field."""
        try:
            cls.__pydantic_validator__.validate_json(
                json.dumps(content), strict=True, extra="forbid", context=IN_A_REQUEST
            )
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False)
            raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in wrong]) from None


BEYOND_CALENDAR = "beyond_calendar"
"""The rule that a day breaks from which not every term can be reckoned."""


def _days(value: Any) -> Iterator[date]:
    """Every day and moment in the value of a field."""
    if isinstance(value, date):
        yield value
    elif isinstance(value, BaseModel):
        yield from _days([getattr(value, name) for name in type(value).model_fields])
    elif isinstance(value, Mapping):
        yield from _days(list(value.values()))
    elif isinstance(value, list | tuple | frozenset):
        for each in value:
            yield from _days(each)


def _beyond_calendar(year: int) -> str | None:
    """What is wrong with a year from which not every term can be reckoned; nothing with any other."""
    try:
        reckonable(year)
    except ValueError as error:
        return f"Value error, {error}"
    return None


class View(BaseModel):
    """What a route answers with."""

    model_config = ConfigDict(frozen=True)


class Listing(View, Generic[T]):
    """One page of a list; `next` goes into `after` for the following one and is null at the end."""

    items: list[T]
    next: str | None = None

    @classmethod
    def of(cls, page: Page[T]) -> "Listing[T]":
        """A page as the store found it."""
        return cls(items=list(page.items), next=page.next)


After = Annotated[str | None, Query(description="The `next` of the page before, asked in the same way.")]
Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]


class StrictRequest(Request):
    """A request whose JSON is UTF-8 and says each field once: of two values one would be lost without a word."""

    async def json(self) -> Any:
        """The value of its body, read once however often it is asked. Raises JSONDecodeError, or TooManyValues."""
        if not hasattr(self, "_value"):
            self._value = _read(await self.body())
        return self._value

    async def content(self) -> Any:
        """The JSON value that it carries, None for what is no JSON at all. The route says what is wrong with that."""
        if not _JSON_TYPE.match(self.headers.get("content-type", "")):
            return None
        try:
            return await self.json()
        except json.JSONDecodeError:
            return None


_JSON_TYPE = re.compile(r"application/([^;]+\+)?json\s*(;|$)", re.IGNORECASE)


class TooManyValues(HTTPException):
    """A body of more values than one is read for."""

    code = "too_large"

    def __init__(self) -> None:
        super().__init__(413, f"a body may have at most {MOST_VALUES} values")


def _read(body: bytes) -> Any:
    try:
        text = body.decode("utf-8")
        if more_values(text, MOST_VALUES):
            raise TooManyValues
        return json.loads(
            text, object_pairs_hook=_each_once, parse_float=_number, parse_int=_whole, parse_constant=_not_json
        )
    except UnicodeDecodeError as error:
        raise json.JSONDecodeError(f"not UTF-8: {error.reason}", "", error.start) from None
    except RecursionError:
        raise json.JSONDecodeError("nested too deeply", "", 0) from None


def _number(text: str) -> float:
    """JSON knows one kind of number: 68.0 is the whole number 68."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < _LARGEST_EXACT else number


def _whole(text: str) -> int:
    """Python turns no number of thousands of digits into an int: that takes time with the square of their count."""
    if len(text) > _MOST_DIGITS:
        raise json.JSONDecodeError(f"a number of {len(text)} digits", "", 0)
    return int(text)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise json.JSONDecodeError(f"the field {twice[:100]!r} stands there twice", "", 0)
    return found


def _not_json(constant: str) -> Any:
    raise json.JSONDecodeError(f"{constant} is not JSON", "", 0)


class StrictRoute(APIRoute):
    """A route that reads strict JSON."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        body = self.body_field.field_info.annotation if self.body_field else None

        async def strict(request: Request) -> Response:
            request = StrictRequest(request.scope, request.receive)
            if isinstance(body, type) and issubclass(body, RequestBody) and (content := await request.content()):
                body.check(content)
            return await handle(request)

        return strict


class GuardedRoute(StrictRoute):
    """A route that knows who is asking, and whether they may, before it reads a body: strangers cost no parsing."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        guards = [each.dependency for each in self.dependencies if isinstance(each.dependency, Allowed | Readers)]

        async def guarded(request: Request) -> Response:
            await identify(request)
            for guard in guards:
                await guard(request)
            answer = await handle(request)
            whole = all(guard.shows_whole(request.state.principal) for guard in guards if isinstance(guard, Readers))
            return answer if whole else _without_reach(answer)

        return guarded


def _without_reach(answer: Response) -> Response:
    """The same answer, where it is JSON, with null for everything by which a customer is reached."""
    if answer.headers.get("content-type") == "application/json":
        said = without_reach(json.loads(bytes(answer.body)))
        answer.body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        answer.headers["content-length"] = str(len(answer.body))
    return answer


def OpenRouter(**kwargs: Any) -> APIRouter:  # noqa: N802
    """A router whose routes ask for no identity and document our problems."""
    return APIRouter(responses=PROBLEMS, route_class=StrictRoute, **kwargs)


def Router(  # noqa: N802
    *, readers: Sequence[Role | Department], whole: Sequence[Role] | None = None, **kwargs: Any
) -> APIRouter:
    """A router that documents our problems. Its GET routes answer to `readers` alone; the others say `allow(…)`.

    Where `whole` is given, the roles in it read how a customer is reached; for all others these fields of every answer
    are null. ValueError without readers.
    """
    dependencies = [Depends(Readers(tuple(readers), None if whole is None else frozenset(whole)))]
    return APIRouter(responses=PROBLEMS, route_class=GuardedRoute, dependencies=dependencies, **kwargs)


class Authenticator:
    """Tells who is asking, from a staff token or a department's key."""

    def __init__(self, tokens: StaffTokens, keys: DepartmentKeys) -> None:
        self.tokens = tokens
        self.keys = keys

    async def run(self) -> None:
        """Keep what identities are verified by up to date until cancelled."""
        await self.tokens.run()

    async def recognise(self, authorization: str | None, api_key: str | None) -> Principal:
        """Raises Unauthenticated, or Forbidden for a person who has no role here."""
        if api_key:
            return self.keys.verify(api_key)
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return await self.tokens.verify(token.strip())
        raise Unauthenticated("send Authorization: Bearer <token> (staff) or X-API-Key: <key> (department)")


async def identify(request: Request) -> Principal:
    """Who is asking; kept with the request. Raises Unauthenticated, or Forbidden for a person without a role here."""
    headers, authenticator = request.headers, request.app.state.authenticator
    try:
        authorization, api_key = headers.get("authorization"), headers.get("x-api-key")
        token = None if authorization or api_key else token_of_session(request)
        principal: Principal = await authenticator.recognise(f"Bearer {token}" if token else authorization, api_key)
        if token:
            must_be_person_of_page(request, principal)
    except TurnedAway as error:
        request.state.principal = error.who
        raise
    request.state.principal = principal
    return principal


async def authenticated(
    request: Request,
    staff: Annotated[Any, Security(STAFF_TOKEN)] = None,
    department: Annotated[Any, Security(DEPARTMENT_KEY)] = None,
) -> Principal:
    """Who is asking. On every route but health, metrics and documentation.

    The two schemes only stand in the API's document; what they would check is checked by `identify`.
    """
    known: Principal | None = getattr(request.state, "principal", None)
    return known or await identify(request)


@dataclass(frozen=True)
class Allowed:
    """Lets in only staff with one of these roles, or these departments' systems. ValueError without any."""

    roles: tuple[Role | Department, ...]

    def __post_init__(self) -> None:
        _must_name_some(self.roles)

    async def __call__(self, request: Request) -> None:
        request.state.actor = request.state.principal.acting(*self.roles)


@dataclass(frozen=True)
class Readers:
    """Lets only these read: applies to GET alone. `whole` are those who read how a customer is reached, None for all.

    ValueError without any role.
    """

    roles: tuple[Role | Department, ...]
    whole: frozenset[Role] | None = None

    def __post_init__(self) -> None:
        _must_name_some(self.roles)

    async def __call__(self, request: Request) -> None:
        if request.method == "GET":
            request.state.principal.acting(*self.roles)

    def shows_whole(self, principal: Principal) -> bool:
        """Whether this principal reads how a customer is reached."""
        return self.whole is None or reads_whole(principal, self.whole)


def _must_name_some(roles: tuple[Role | Department, ...]) -> None:
    if not roles:
        raise ValueError("a guard names at least one role or department that it lets in")


def leave_evidence(request: Request, code: str) -> None:
    """This request is refused for what it says of its sender: the audit trail keeps it, whatever its status is."""
    request.state.evidence = True
    request.state.problem = code


def allow(*roles: Role | Department) -> Any:
    """A dependency that lets in only staff with one of these roles, or the systems of these departments.

    ValueError without any.
    """
    return Depends(Allowed(roles))


async def caused_by_request(
    request: Request,
    idempotency_key: Annotated[
        str,
        Header(
            min_length=1,
            max_length=200,
            description="Yours to choose, new for each request; the same key for the same thing has no second effect "
            "for 24 hours.",
            examples=["3f0e4a52-6a0e-4f4e-9a57-6f0d6b0a8c11"],
        ),
    ],
    correlation_id: Annotated[UUID | None, Header(description="The case that this belongs to.")] = None,
    traceparent: Annotated[str | None, Header(description="W3C trace context.")] = None,
) -> Cause:
    """The cause that a request is: the same key of the same actor is the same cause."""
    principal: Principal = request.state.principal
    actor = getattr(request.state, "actor", None) or principal.acting_in_any_role()
    id = uuid5(REQUESTS, f"{actor.kind}:{len(actor.id)}:{actor.id}:{idempotency_key}")
    digest = hashlib.sha256(await request.body()).hexdigest()
    cause = Cause(
        id=id,
        correlation=correlation_id or id,
        actor=actor,
        at=request.app.state.time.now(),
        traceparent=traceparent,
        fingerprint=uuid5(id, f"{request.method} {request.url.path} {digest}"),
    )
    structlog.contextvars.bind_contextvars(correlation=str(cause.correlation), cause=str(cause.id))
    return cause


CausedByRequest = Annotated[Cause, Depends(caused_by_request)]
AskedBy = Annotated[Principal, Depends(authenticated)]


def made_once(
    store: Store[A], ids: str | Callable[[Any, Cause], Iterable[UUID]], shown: Callable[[A], V]
) -> Callable[[Callable[..., Awaitable[V]]], Callable[..., Awaitable[V]]]:
    """For a route that makes something: a request that is repeated is answered by what it made, as that is now.

    It is not decided again, however much has happened meanwhile to what it was decided on. `ids` is the name by which
    the thing's id is derived from the request, or tells from the body and the cause which id it may have.
    """

    def around(make: Callable[..., Awaitable[V]]) -> Callable[..., Awaitable[V]]:
        @wraps(make)
        async def asked(**given: Any) -> V:
            cause = given["cause"]
            made = await store.made(
                cause, *((cause.derive(ids),) if isinstance(ids, str) else ids(given["body"], cause))
            )
            return shown(made) if made is not None else await make(**given)

        return asked

    return around


def changed_once(
    store: Store[A], parameter: str, shown: Callable[[A], V]
) -> Callable[[Callable[..., Awaitable[V]]], Callable[..., Awaitable[V]]]:
    """For a route that looks elsewhere before it changes a thing: a request that is repeated is answered by the thing.

    It does not look again: what it was allowed by may have gone meanwhile. `parameter` is the one of the path that
    names the thing.
    """

    def around(change: Callable[..., Awaitable[V]]) -> Callable[..., Awaitable[V]]:
        @wraps(change)
        async def asked(**given: Any) -> V:
            changed = await store.made(given["cause"], given[parameter])
            return shown(changed) if changed is not None else await change(**given)

        return asked

    return around


async def check_parameters(request: Request) -> None:
    """A parameter that the route does not know is an error: a misspelt filter would show everything.

    So is a number where a date is meant: it would be taken for seconds since 1970; and a day that cannot be reckoned
    with.
    """
    asked = set(request.query_params)
    if not asked:
        return
    fields = get_flat_params(request.scope["route"].dependant)
    known = {field.alias: field for field in fields if isinstance(field.field_info, QueryParameter)}
    right = f"it can be asked by {', '.join(sorted(known))}" if known else "it takes none"
    strange = sorted(asked - known.keys())
    wrong = [{"type": "unknown", "loc": ("query", name), "msg": f"unknown; {right}"} for name in strange]
    wrong += [
        {"type": rule, "loc": ("query", name), "msg": what}
        for name, value in request.query_params.multi_items()
        if name in known and _is_moment(known[name].field_info.annotation)
        for rule, what in _wrong_with_day(value)
    ]
    if wrong:
        raise RequestValidationError(wrong)


def _wrong_with_day(written: str) -> Iterator[tuple[str, str]]:
    """The rule that a day or moment in an address breaks, and how it would be right; what is no day is not judged."""
    if _NUMBER.fullmatch(written):
        yield "date", "a date is written 2026-11-28, a time 2026-11-28T08:00:00Z"
    elif (year := _YEAR.match(written)) and (wrong := _beyond_calendar(int(year[1]))):
        yield BEYOND_CALENDAR, wrong


_YEAR = re.compile(r"([0-9]{4})-")
_NUMBER = re.compile(r"\s*[+-]?[0-9.]+\s*")


def _is_moment(kind: Any) -> bool:
    return kind in (date, datetime, AwareDatetime) or any(_is_moment(each) for each in get_args(kind))


def must_be_period(begin: date, end: date) -> None:
    """Refused with `empty_period` where a period does not end after it begins; its last day is the one before `end`."""
    if end <= begin:
        raise Refused(f"a period ends after it begins; {end} is not after {begin}", "empty_period")


def guarded() -> list[Dependency]:
    """What every router of a service is included with."""
    return [Depends(authenticated), Depends(check_parameters)]


def problem(
    status: int, code: str, detail: str, errors: list[FieldError] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """An answer that says what is wrong and what would be right; it may quote what no answer can carry otherwise."""
    detail = plain(detail, LONGEST_DETAIL)
    body = Problem(title=HTTPStatus(status).phrase, status=status, code=code, detail=detail, errors=errors or [])
    return JSONResponse(body.model_dump(), status_code=status, headers=headers, media_type=MEDIA_TYPE)


def answer_problems(app: FastAPI) -> None:
    """Turn every exception into its problem. The only place that does, beside the parking for messages."""

    def answering(kind: type[Exception], answer: Callable[[Any, Request], JSONResponse]) -> None:
        async def handle(request: Request, error: Exception) -> JSONResponse:
            if isinstance(error, RequestValidationError | HTTPException) and (others := _other_methods(request)):
                return problem(405, "method_not_allowed", f"this address takes {others}", headers={"Allow": others})
            request.state.problem = getattr(request.state, "problem", None) or getattr(error, "code", None)
            request.state.overstepped = isinstance(error, Overstepped)
            return answer(error, request)

        app.add_exception_handler(kind, handle)

    again = {"Retry-After": "2"}
    answering(RequestValidationError, lambda error, _: _invalid(error))
    answering(Refused, lambda error, request: problem(409, error.code, error.detail, _at_its_field(error, request)))
    answering(BadCursor, lambda error, _: _other_cursor(error))
    answering(NotFound, lambda error, _: problem(404, error.code, str(error)))
    answering(Contention, lambda error, _: problem(503, error.code, str(error), headers=again))
    answering(Unavailable, lambda error, _: problem(503, error.code, str(error), headers=again))
    answering(
        Unauthenticated,
        lambda error, _: problem(401, error.code, str(error), headers={"WWW-Authenticate": "Bearer"}),
    )
    answering(Forbidden, lambda error, _: problem(403, error.code, str(error)))
    answering(HTTPException, lambda error, _: http_problem(error))


def _at_its_field(refused: Refused, request: Request) -> list[FieldError]:
    """The refusal at the field that it names, where the request has it: several routes may make one decision."""
    body = getattr(request.scope.get("route"), "body_field", None)
    asked = getattr(body.field_info.annotation, "model_fields", {}) if body else {}
    if refused.field is None or refused.field.partition(".")[0] not in asked:
        return []
    return [FieldError(where=f"body.{refused.field}", what=refused.detail, rule=refused.code)]


def _other_cursor(error: BadCursor) -> JSONResponse:
    return problem(422, error.code, error.detail, [FieldError(where="query.after", what=error.detail, rule=error.code)])


def _other_methods(request: Request) -> str:
    """The methods that the address has when it has not the one that is asked for; empty when it has.

    Beware: the router takes `replay` for the id in `/dead/{id}` when nothing takes this method at `/dead/replay`.
    """
    path = request.scope["path"]
    routes = [route for route in iter_route_contexts(request.app.routes) if route.methods]
    here = [route for route in routes if route.path == path] or [r for r in routes if r.path_regex.match(path)]
    methods = {method for route in here for method in route.methods or ()}
    return "" if request.method in methods else ", ".join(sorted(methods))


def http_problem(error: HTTPException) -> JSONResponse:
    """The problem that an exception of the framework stands for, with its status and headers."""
    code = getattr(error, "code", None) or HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    headers = dict(error.headers) if error.headers else None
    return problem(error.status_code, code, str(error.detail), headers=headers)


LISTED_ERRORS = 100
"""An answer lists so many of the things to correct; it says how many there are."""


def _invalid(error: RequestValidationError) -> JSONResponse:
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return problem(400, "malformed_json", f"the body is not JSON: {found[0].get('ctx', {}).get('error', '')}")
    troubles = [
        FieldError(
            where=plain(".".join(map(str, each["loc"])), LONGEST_DETAIL),
            what=plain(each["msg"], LONGEST_DETAIL),
            rule=each["type"],
        )
        for each in found[:LISTED_ERRORS]
    ]
    listed = "; ".join(f"{trouble.where}: {trouble.what}" for trouble in troubles[:3])
    return problem(422, "invalid", f"{len(found)} thing(s) to correct: {listed}", troubles)


_SECRET_IN_PATH = re.compile(r"(?<=/callbacks/)[^/]+|(?<=^/p/)[^/]+")


def without_secret(path: str) -> str:
    """The path as logs and traces may hold it: providers' addresses and customers' links hold a secret."""
    return _SECRET_IN_PATH.sub("{secret}", path)
