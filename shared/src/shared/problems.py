"""What a request that fails is answered with (RFC 9457), and how the API's document says so."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"
REFERENCE = "#/components/schemas/{model}"


class FieldError(BaseModel):
    """One thing that is wrong with a request."""

    model_config = ConfigDict(frozen=True)

    where: str = Field(examples=["body.lines.0.quantity"])
    what: str = Field(examples=["Input should be greater than 0"])
    rule: str = Field(default="invalid", description="Stable and meant for programs.", examples=["greater_than"])


class Problem(BaseModel):
    """RFC 9457. `code` is stable and meant for programs, `detail` for people: what is wrong and what would be right."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(default="about:blank", examples=["about:blank"])
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    code: str = Field(examples=["already_exists"])
    detail: str = Field(examples=["order 3f0e… exists already"])
    errors: list[FieldError] = []


def answered(description: str) -> dict[str, Any]:
    """A problem among a route's answers, by reference: as a model each of them would get a validator of its own."""
    schema = {"$ref": REFERENCE.format(model=Problem.__name__)}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}


def schemas() -> dict[str, dict[str, Any]]:
    """What the references lead to, by name."""
    schema = Problem.model_json_schema(mode="serialization", ref_template=REFERENCE)
    return {**schema.pop("$defs"), Problem.__name__: schema}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: answered("The body is not JSON, or cannot be read as text."),
    401: answered("The request proves no identity."),
    403: answered("The one who asks may not do this."),
    404: answered("There is no such thing, or not yet."),
    408: answered("The body stopped on its way."),
    409: answered("The state does not allow it."),
    413: answered("The body is larger than it may be."),
    422: answered("The request is not well formed."),
    500: answered("Something broke in the service; it has been logged."),
    503: answered("The database or the bus is away, or too much is waiting; ask again later."),
}
