"""A form drawn from a request's model, which has the fields, limits and choices; the words are a service's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.routing import APIRoute

from shared.contracts.roles import Role
from shared.http import RequestBody
from shared.identity import Principal
from shared.language import _, listed
from shared.lifecycle import Lacking, Possible
from shared.pages.refusals import sentence

FieldKind = Literal[
    "line",
    "prose",
    "number",
    "money",
    "day",
    "precise_day",
    "time",
    "moment",
    "choice",
    "yes_no",
    "tick",
    "ticks",
    "lines",
    "rows",
    "group",
    "headings",
    "amount",
    "picture",
    "pictures",
    "signature",
]
"""What a field asks for. `ticks` are any of the choices, `lines` texts of a line each, `rows` groups once or more;
`precise_day` is a day or a month; `amount` is a number with up to two decimals, in the currency that its label says;
`headings` are what a page has headings for, and become a group with a field under each; `picture` and `pictures` are
references to files, of which those that are pictures can be handed in on the spot; `signature` is one to a file of a
signature, which can be drawn there."""

_LONGEST_LINE = 500
"""Up to how many characters a text has one line in a form; a text of a given pattern always has one."""
FIRST_CHINESE, LAST_CHINESE = 0x4E00, 0x9FFF
"""The Chinese characters, as Unicode numbers them."""
_FEW = 4
"""Up to how many choices are all shown."""
_OF_ONE_LINE: Mapping[str, FieldKind] = MappingProxyType({"Money": "money", "PreciseDate": "precise_day"})
"""Values of several fields that are written in one."""
YES_NO: Mapping[str, str] = MappingProxyType({"true": "是", "false": "否"})


class NoWords(LookupError):
    """A field or a choice for which the service has no words, or which no form can ask for."""


@dataclass(frozen=True, slots=True)
class FormWords:
    """How a service calls its decisions, their fields, and what may be chosen.

    A field is found as `Model.field`, then as `field`; so are its choices. `asides` are short remarks beside a label.
    `pictures` are the fields for files that may be pictures, `signatures` those for one signature.
    """

    decisions: Mapping[Any, str]
    fields: Mapping[str, str]
    choices: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)
    asides: Mapping[str, str] = field(default_factory=dict)
    pictures: frozenset[str] = frozenset()
    signatures: frozenset[str] = frozenset()

    def of(self, words: Mapping[str, Any], model: str, name: str) -> Any:
        """The word for a field of a model, or for a field of this name in any model; None without one."""
        return words.get(f"{model}.{name}", words.get(name))

    def shows(self, model: str, name: str) -> bool:
        """Whether what is referred to in a field of a model may be a picture."""
        return not self.pictures.isdisjoint((f"{model}.{name}", name))

    def signs(self, model: str, name: str) -> bool:
        """Whether a field of a model refers to a signature."""
        return not self.signatures.isdisjoint((f"{model}.{name}", name))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things that may be chosen; what the reader may not choose says so in `aside`."""

    value: str
    label: str
    may: bool = True
    aside: str = ""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form; `name` is its path in the body, `sent` how its text becomes JSON."""

    name: str
    label: str
    kind: FieldKind
    required: bool
    sent: Literal["text", "number"] = "text"
    aside: str = ""
    longest: int | None = None
    least: int | None = None
    most: int | None = None
    default: str = ""
    example: str = ""
    choices: tuple[Choice, ...] = ()
    fields: tuple["FormField", ...] = ()

    @property
    def few(self) -> bool:
        """Whether all choices are shown beside each other."""
        return len(self.choices) <= _FEW or any(choice.aside for choice in self.choices)

    def in_readers_language(self) -> "FormField":
        """The same field with its label, its remark and its choices in the language of the person who asks."""
        choices = tuple(replace(each, label=_(each.label), aside=_(each.aside)) for each in self.choices)
        return replace(self, label=_(self.label), aside=_(self.aside), choices=choices)

    def at(self, place: str) -> "FormField":
        """The same field of a group or of a row, under that path."""
        return replace(self, name=f"{place}.{self.name}")

    def row(self, number: object) -> tuple["FormField", ...]:
        """The fields of one row."""
        return tuple(each.at(f"{self.name}.{number}") for each in self.fields)


@dataclass(frozen=True, slots=True)
class DrawnForm:
    """A form as it is drawn for one reader: where it is sent, what it sends unasked, and its idempotency key.

    `customer` is whom the pictures are about that are handed in with it.
    """

    decision: str
    title: str
    address: str
    fields: tuple[FormField, ...]
    given: Mapping[str, str] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    among: str = ""
    customer: UUID | None = None
    key: UUID = field(default_factory=uuid4)

    @property
    def name(self) -> str:
        """What it is called on the page: by its decision, and by its thing where the page has several of them."""
        return f"{self.decision}-{self.among}" if self.among else self.decision

    @property
    def id(self) -> str:
        """Its id on the page."""
        return f"form-{self.name}"

    @property
    def basis(self) -> str:
        """What it was drawn from: when that has changed, the reader saw something else."""
        offered = (f"{each.name}={choice.value}" for each in self.fields for choice in each.choices if choice.may)
        return ";".join((*(f"{name}={value}" for name, value in self.given.items()), *offered))


@dataclass(frozen=True, slots=True)
class Act:
    """A decision that the stage allows: who makes it, and its form where the reader may; or what it waits for."""

    title: str
    roles: str
    form: DrawnForm | None
    waits: str = ""


@dataclass(frozen=True, slots=True)
class _Blank:
    """A decision's form before it is drawn for a reader; `path` is below its thing, or with a slash that of a list."""

    path: str
    fields: tuple[FormField, ...]


class Forms:
    """The forms of every decision about one kind of thing, read from the routes that take them.

    `prefix` is their common address, such as `/complaints/{complaint_id}`; what follows it names the decision. A route
    whose decision has no title is none of them. `births` are decisions by which something is born, with the list that
    takes it. NoWords when a field or a choice has no words.
    """

    def __init__(
        self,
        service: str,
        prefix: str,
        routers: Iterable[APIRouter],
        words: FormWords,
        births: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._service, self._prefix = f"/{service}", f"/{service}{prefix.partition('{')[0]}"
        self._words = words
        self._blanks = dict(_blanks(prefix, tuple(routers), words, births))

    @property
    def decisions(self) -> frozenset[str]:
        """The decisions that there is a form for."""
        return frozenset(self._blanks)

    def draw(
        self,
        decision: str,
        id: UUID | str,
        filled: "Filled | None" = None,
        *,
        among: bool = False,
        customer: UUID | None = None,
    ) -> DrawnForm:
        """The form of a decision about the thing with this id; `among` several things on the page where it says so."""
        blank, filled = self._blanks[decision], filled or Filled()
        fields = (filled.into(each) for each in blank.fields)
        asked = tuple(each for each in fields if each is not None)
        address = f"{self._service}{blank.path}" if blank.path.startswith("/") else f"{self._prefix}{id}/{blank.path}"
        numbers = frozenset(each.name for each in blank.fields if each.sent == "number")
        title, place = _(self._words.decisions[decision]), str(id) if among else ""
        return DrawnForm(decision, title, address, asked, filled.given, numbers, place, customer)

    def acts(
        self,
        possible: Iterable[Possible],
        asker: Principal,
        id: UUID | str,
        filled: Mapping[str, "Filled"] = MappingProxyType({}),
        others: Mapping[str, str] = MappingProxyType({}),
        lacking: Iterable[Lacking] = (),
        *,
        among: bool = False,
        customer: UUID | None = None,
    ) -> list[Act]:
        """What people may decide now, what the asker may first, and what waits for something; what is filled in stands
        by decision.

        `others` are decisions that are not the asker's whatever their roles are, with who makes them. `among` says
        that the page has several such things.
        """
        found = []
        for each in possible:
            if each.decision not in self._blanks:
                continue
            mine = each.decision not in others and each.is_for(asker.id, asker.roles)
            given = filled.get(each.decision)
            form = self.draw(each.decision, id, given, among=among, customer=customer) if mine else None
            roles = others.get(each.decision) or whose(each, asker)
            found.append(Act(_(self._words.decisions[each.decision]), roles, form))
        waiting = [
            Act(_(self._words.decisions[each.decision]), named(each.roles), None, sentence(each.code))
            for each in lacking
            if each.decision in self._blanks
        ]
        return [*sorted(found, key=lambda act: act.form is None), *waiting]


def whose(possible: Possible, asker: Principal) -> str:
    """Who makes a decision, as the asker reads it: by their roles another one could take it for theirs."""
    if possible.only:
        return _("{who}本人").format(who=listed(possible.only))
    roles = named(possible.roles)
    barred = not possible.is_for(asker.id, asker.roles) and not asker.roles.isdisjoint(possible.roles)
    return _("另一位同事（{roles}）").format(roles=roles) if barred else roles


def named(roles: Iterable[Role]) -> str:
    """The roles in the reader's language."""
    return listed(_(role.chinese) for role in roles)


class Opening:
    """The form by which a matter begins, read from the route that takes it: `POST` to `path`.

    NoWords when there is no such route, or a field or a choice has no words.
    """

    def __init__(
        self, service: str, path: str, routers: Iterable[APIRouter], words: FormWords, by: Iterable[Role]
    ) -> None:
        """`by` are those who may begin it; `words.decisions` has exactly one entry, the decision of this form."""
        routes = (each for router in routers for each in router.routes if isinstance(each, APIRoute))
        bodies = [each.body_field for each in routes if each.path == path and "POST" in (each.methods or ())]
        if not bodies or bodies[0] is None:
            raise NoWords(f"nothing begins by POST {path}")
        ((self._decision, self._title),) = words.decisions.items()
        self._fields = fields_of(bodies[0].field_info.annotation, words)
        self._address, self._by = f"/{service}{path}", frozenset(by)

    def draw(self, customer: UUID | None, asker: Principal, filled: "Filled | None" = None) -> DrawnForm | None:
        """The form, for this customer where it is about one, if the asker may begin such a matter.

        A customer's language is not asked for.
        """
        if self._by.isdisjoint(asker.roles):
            return None
        filled = filled or Filled()
        given = {**({"customer.customer_id": str(customer)} if customer else {}), **filled.given}
        known = replace(filled, given=given, offered={"customer.locale": (), **filled.offered})
        asked = (known.into(each) for each in self._fields)
        return DrawnForm(
            decision=self._decision,
            title=_(self._title),
            address=self._address,
            fields=tuple(each for each in asked if each is not None),
            given=given,
            among=str(customer or ""),
            customer=customer,
        )


@dataclass(frozen=True, slots=True)
class Filled:
    """What a page knows of a form: `given` is sent and not asked for, `offered` are the choices that a field has here.

    `begun` is what stands in fields to begin with. A field that is offered nothing is not asked for. `headings` are
    those of a form that the company makes, with their titles, by the field that holds them; all of them are mandatory
    but those whose paths are `optional`. `required` are the fields that are mandatory here.
    """

    given: Mapping[str, str] = field(default_factory=dict)
    offered: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    begun: Mapping[str, str] = field(default_factory=dict)
    headings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()

    def into(self, drawn: FormField, path: str = "") -> FormField | None:
        """The field as it is asked for here, in the reader's language; offered choices are shown as they are given.

        What is in a row is named without the row's number, `items.code`.
        """
        path = path or drawn.name
        if drawn.name in self.given:
            return None
        drawn = drawn.in_readers_language()
        if drawn.kind == "headings":
            return self._under_headings(drawn)
        within = (
            self.into(each, f"{path}.{each.name}" if drawn.kind == "rows" else each.name) for each in drawn.fields
        )
        drawn = replace(
            drawn,
            fields=tuple(each for each in within if each),
            default=self.begun.get(path, drawn.default),
            required=drawn.required or path in self.required,
        )
        if path not in self.offered:
            return drawn
        choices = tuple(self.offered[path])
        return replace(drawn, kind="ticks" if drawn.kind == "ticks" else "choice", choices=choices) if choices else None

    def _under_headings(self, drawn: FormField) -> FormField | None:
        (each,) = drawn.fields
        asked = tuple(
            replace(each, name=path, label=title, required=path not in self.optional)
            for name, title in self.headings.get(drawn.name, {}).items()
            for path in [f"{drawn.name}.{name}"]
        )
        return replace(drawn, kind="group", required=True, fields=asked) if asked else None


def _blanks(
    prefix: str, routers: Iterable[APIRouter], words: FormWords, births: Mapping[str, str]
) -> Iterator[tuple[str, _Blank]]:
    born = {path: decision for decision, path in births.items()}
    for route in (each for router in routers for each in router.routes if isinstance(each, APIRoute)):
        path = route.path.removeprefix(f"{prefix}/")
        decision = born.get(route.path, path.replace("/", "_").replace("-", "_"))
        below = path != route.path or route.path in born
        if below and "POST" in (route.methods or ()) and decision in words.decisions:
            body = route.body_field.field_info.annotation if route.body_field else None
            yield decision, _Blank(path, fields_of(body, words) if body else ())


def fields_of(model: Any, words: FormWords) -> tuple[FormField, ...]:
    """The fields of a request's model, in its order, without a mapping that may be left out and has no label.

    NoWords for a field that has no words or that no form can ask for.
    """
    if not isinstance(model, type) or not issubclass(model, RequestBody):
        raise NoWords(f"no form can ask for {model}")
    schema = model.model_json_schema()
    return tuple(_fields(model.__name__, schema, schema.get("$defs", {}), words))


def _fields(model: str, schema: Mapping[str, Any], parts: Mapping[str, Any], words: FormWords) -> Iterator[FormField]:
    required = schema.get("required", ())
    for name, said in schema.get("properties", {}).items():
        label = words.of(words.fields, model, name)
        if label is None and _values(said) is not None and name not in required:
            continue
        if label is None:
            raise NoWords(f"the field {model}.{name} has no label")
        yield _field(_At(model, name, label, name in required), said, parts, words)


@dataclass(frozen=True, slots=True)
class _At:
    """Which field is drawn."""

    model: str
    name: str
    label: str
    required: bool


def _field(at: _At, said: Mapping[str, Any], parts: Mapping[str, Any], words: FormWords) -> FormField:
    if _is_amount(said):
        return FormField(at.name, at.label, "amount", at.required)
    schema = _resolved(said, parts)
    default = schema.get("default")
    drawn = FormField(
        name=at.name,
        label=at.label,
        kind="line",
        required=at.required,
        aside=words.of(words.asides, at.model, at.name) or "",
        longest=schema.get("maxLength"),
        least=schema.get("minimum", schema.get("minItems")),
        most=schema.get("maximum", schema.get("maxItems")),
        default="" if default is None or isinstance(default, list | dict) else _text(default),
        example=_example(schema.get("examples", ())),
    )
    if words.signs(at.model, at.name):
        return replace(drawn, kind="signature")
    if words.shows(at.model, at.name):
        return replace(drawn, kind="pictures" if schema.get("type") == "array" else "picture")
    return _of_kind(drawn, at, schema, parts, words)


def _of_kind(
    drawn: FormField, at: _At, schema: Mapping[str, Any], parts: Mapping[str, Any], words: FormWords
) -> FormField:
    kind = schema.get("type")
    if asked := _OF_ONE_LINE.get(schema.get("title", "")):
        return replace(drawn, kind=asked, example="")
    if "enum" in schema or "const" in schema:
        return replace(drawn, kind="choice", choices=_choices(at, schema, words))
    if kind == "boolean":
        named = words.of(words.choices, at.model, at.name) or YES_NO
        choices = tuple(Choice(value, label) for value, label in named.items())
        return replace(drawn, kind="yes_no" if at.required else "tick", choices=choices)
    if kind == "array":
        return _several(drawn, at, _resolved(schema["items"], parts), parts, words)
    if kind == "object":
        return _of_several_parts(drawn, at, schema, parts, words)
    return _of_one_value(drawn, at, schema)


def _of_several_parts(
    drawn: FormField, at: _At, schema: Mapping[str, Any], parts: Mapping[str, Any], words: FormWords
) -> FormField:
    """A group of fields, or a mapping, of which a page knows the headings."""
    if (values := _values(schema)) is not None:
        return replace(drawn, kind="headings", fields=(_field(replace(at, required=True), values, parts, words),))
    within = (each.at(at.name) for each in _fields(schema["title"], schema, parts, words))
    return replace(drawn, kind="group", fields=tuple(within))


def _values(schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the values of a mapping are; None for anything else."""
    (values,) = schema.get("patternProperties", {"": schema.get("additionalProperties")}).values()
    return values if isinstance(values, dict) else None


def _is_amount(said: Mapping[str, Any]) -> bool:
    """Whether this is a decimal number, which JSON may say as a number or as a text."""
    kinds = {each.get("type") for each in said.get("anyOf", ())}
    return {"number", "string"} <= kinds


def _of_one_value(drawn: FormField, at: _At, schema: Mapping[str, Any]) -> FormField:
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return replace(drawn, kind="number", sent="number")
    if kind == "string":
        long = (drawn.longest or 0) > _LONGEST_LINE and "pattern" not in schema
        written: dict[str | None, FieldKind] = {"date": "day", "date-time": "moment", "time": "time"}
        return replace(drawn, kind=written.get(schema.get("format"), "prose" if long else "line"))
    raise NoWords(f"no form can ask for {at.model}.{at.name}")


def _several(
    drawn: FormField, at: _At, each: Mapping[str, Any], parts: Mapping[str, Any], words: FormWords
) -> FormField:
    """A list: ticks where there are choices, texts of a line each, or rows of fields."""
    if "enum" in each:
        return replace(drawn, kind="ticks", choices=_choices(at, each, words))
    if each.get("type") == "string":
        return replace(drawn, kind="lines", longest=None)
    if each.get("type") == "integer":
        return replace(drawn, kind="ticks", sent="number")
    return replace(drawn, kind="rows", fields=tuple(_fields(each["title"], each, parts, words)))


def _choices(at: _At, schema: Mapping[str, Any], words: FormWords) -> tuple[Choice, ...]:
    named = words.of(words.choices, at.model, at.name) or {}
    values = schema.get("enum", [schema.get("const")])
    if strange := [value for value in values if value not in named]:
        raise NoWords(f"the choices {strange} of {at.model}.{at.name} have no words")
    return tuple(Choice(value, named[value]) for value in values)


def _resolved(said: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """A field's schema with what it refers to; of what may be null the rest."""
    found = dict(said)
    for word in ("anyOf", "allOf"):
        rest = [each for each in found.pop(word, ()) if each.get("type") != "null"]
        if rest:
            found = {**_resolved(rest[0], parts), **found}
    if ref := found.pop("$ref", None):
        found = {**parts[ref.rpartition("/")[2]], **{name: value for name, value in found.items() if name != "title"}}
    return found


def _text(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def _example(examples: Sequence[object]) -> str:
    """An example that shows how to write it: one in Chinese."""
    first = examples[0] if examples else ""
    return first if isinstance(first, str) and any(FIRST_CHINESE <= ord(sign) <= LAST_CHINESE for sign in first) else ""
