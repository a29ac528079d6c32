"""The texts: which there are, and how one looks with values."""

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRouter
from pydantic import Field

from notify.api.readers import READERS
from notify.composer import Composer
from notify.domain.messages.template import Channel, Template
from notify.domain.messages.variable import Unfit
from shared.aggregate import NotFound, Refused
from shared.contracts.vocabulary import Ordinal
from shared.http import Listing, RequestBody, Router, View, allow


class TemplateView(View):
    """One version of one text."""

    key: str = Field(examples=["shipment_delayed.plain"])
    channel: Channel
    locale: str
    version: int
    subject: str
    text: str
    item: str = Field(description="The text of each of several things told in one message; empty where one is told.")
    variables: list[str]


class Preview(RequestBody):
    """Values to look at a text with; what is not given gets the variable's sample."""

    channel: Channel = "sms"
    locale: str = "zh-CN"
    version: Ordinal | None = Field(default=None, description="Absent: the newest.")
    values: dict[str, str] = Field(default={}, examples=[{"days": "4"}])
    written: bool = Field(
        default=False, description="Whether the values are those of a message, in which dates and amounts are words."
    )


class PreviewView(View):
    """The finished words, and how many SMS a carrier would bill."""

    key: str
    channel: Channel
    version: int
    subject: str
    text: str
    html: str
    parts: int


def routes(composer: Composer) -> APIRouter:
    """Reading only: texts change by a new version in the tables."""
    router = Router(readers=READERS, tags=["templates"])

    @router.get("/templates")
    async def list_templates(channel: Channel | None = None) -> Listing[TemplateView]:
        """All texts and versions."""
        found = [each for each in composer.catalogue.templates.values() if channel in (None, each.channel)]
        return Listing(items=[_view(each) for each in found])

    @router.post("/templates/{key}/preview", dependencies=[allow(*READERS)])
    async def preview(key: str, body: Preview) -> PreviewView:
        """How a text looks. A value that the text has no place for is an error that names the places there are."""
        template = _found(composer, key, body)
        _must_be_declared(body, template)
        samples = {name: composer.catalogue.variables[name].sample for name in template.names}
        given = samples if body.written else {**samples, **body.values}
        piece = composer.make_piece(
            key, {template.channel: template.version}, given, "preview", None, given.get("name", "")
        )
        if body.written:
            piece = piece.but(values={**piece.values, **body.values})
        try:
            words = composer.fill(piece, template)
        except Unfit as error:
            raise Refused(str(error), "unfit", "values") from error
        return PreviewView(
            key=key,
            channel=template.channel,
            version=template.version,
            subject=words.subject,
            text=words.text,
            html=words.html,
            parts=words.parts,
        )

    return router


def _must_be_declared(body: Preview, template: Template) -> None:
    names = ", ".join(template.names) or "none"
    wrong = [
        {"type": "unknown", "loc": ("body", "values", name), "msg": f"unknown; this text has {names}"}
        for name in sorted(body.values.keys() - set(template.names))
    ]
    if wrong:
        raise RequestValidationError(wrong)


def _found(composer: Composer, key: str, body: Preview) -> Template:
    found = composer.catalogue.newest(key, body.channel, body.locale)
    if body.version is not None:
        found = composer.catalogue.pinned(key, body.channel, body.locale, body.version)
    if found is None:
        raise NotFound("template", f"{key} for {body.channel}")
    return found


def _view(template: Template) -> TemplateView:
    return TemplateView(**template.model_dump(exclude={"html", "between"}), variables=list(template.names))
