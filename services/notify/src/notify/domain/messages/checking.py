"""Whether the tables fit together: lines, texts, variables and purposes, and the events that they speak of."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from notify.domain.messages.catalogue import Catalogue
from notify.domain.messages.message import CatalogueMessage, Written
from notify.domain.messages.rule import FILE, KNOWN_BY, Rule
from notify.domain.messages.template import Template, variant_key
from shared.contracts.catalogue import contracts
from shared.contracts.event import Event
from shared.contracts.roles import Role

BUILT_IN = frozenset(("company", "hotline", "name"))
"""Variables that every message has without a line giving them."""


def faults(messages: Collection[CatalogueMessage], catalogue: Catalogue, purposes: Collection[str]) -> Iterator[str]:
    """What is wrong, each with its file and line."""
    for message in messages:
        rules, templates = tuple(message.rules()), tuple(message.templates())
        yield from _no_purpose(message, purposes)
        yield from _table_faults(message, templates, catalogue)
        for template in templates:
            yield from _template_faults(template, message.needs(), catalogue)
            yield from _unused(template, rules)
        for rule in rules:
            yield from _rule_faults(rule, message.needs())
            yield from _missing_texts(rule, [template.value for template in templates])
    yield from _same_lines(messages)
    yield from _same_texts(messages)


def _no_purpose(message: CatalogueMessage, purposes: Collection[str]) -> Iterator[str]:
    for file, table in message.tables:
        if table.purpose not in purposes:
            yield file.fault(("purpose",), f"there is no purpose {table.purpose}")


def _table_faults(
    message: CatalogueMessage, templates: Iterable[Written[Template]], catalogue: Catalogue
) -> Iterator[str]:
    used = {name for template in templates for name in template.value.names}
    for file, table in message.tables:
        for name in table.needs:
            if name not in catalogue.variables:
                yield file.fault(("needs",), f"{name} is not a declared variable")
            elif name not in used:
                yield file.fault(("needs",), f"no text of this message uses {name}")


def _template_faults(written: Written[Template], needs: AbstractSet[str], catalogue: Catalogue) -> Iterator[str]:
    template = written.value
    for fault in template.faults():
        yield written.fault("text", fault)
    newest = catalogue.newest(template.key, template.channel, template.locale) == template
    for name in template.names:
        if name not in catalogue.variables:
            yield written.fault("text", f"{name} is not a declared variable")
        elif newest and name not in needs | BUILT_IN:
            yield written.fault("text", f"{name} is not among what the message needs")
    phrase = catalogue.forbidden(template.subject + template.text + template.html)
    if phrase and template.channel != "chat":
        yield written.fault("text", f"must not be said to a customer: {phrase}")


def _unused(written: Written[Template], rules: Iterable[Written[Rule]]) -> Iterator[str]:
    channel = written.value.channel
    if not any(channel in rule.value.channels for rule in rules):
        yield written.fault("text", f"no line of this message goes over {channel}")


def _rule_faults(written: Written[Rule], needs: AbstractSet[str]) -> Iterator[str]:
    rule = written.value
    event = contracts().get(rule.event)
    if event is None:
        yield written.fault("event", f"there is no event {rule.event}")
    else:
        yield from _path_faults(written, event)
    for role in rule.roles:
        if not isinstance(role, Role) and not role.startswith("@"):
            yield written.fault("roles", f"there is no role {role}")
    for name in sorted(needs - rule.values.keys()):
        yield written.fault("values", f"the message needs {name}, which this line does not give")
    for name in sorted(rule.values.keys() - needs - BUILT_IN):
        yield written.fault("values", f"{name} is not among what the message needs")


def _path_faults(written: Written[Rule], event: type[Event]) -> Iterator[str]:
    for entry, path in written.value.paths():
        for option in path.split("|"):
            name = option.partition(".")[0]
            if name == FILE and event.model_fields.keys() & set(KNOWN_BY):
                continue
            if not option.startswith("'") and name not in event.model_fields:
                yield written.fault(entry, f"{event.__name__} has no field {name}")


def _missing_texts(written: Written[Rule], templates: Sequence[Template]) -> Iterator[str]:
    rule = written.value
    for channel in rule.channels:
        keys = {template.key for template in templates if template.channel == channel}
        if not keys:
            yield written.fault("channels", f"there is no text for {channel}")
            continue
        for entry, variant in (("variant", rule.variant), ("otherwise", rule.otherwise or rule.variant)):
            key = variant_key(rule.message, variant)
            if "{" not in key and key not in keys:
                yield written.fault(entry, f"there is no text {key} for {channel}")
                break


def _same_lines(messages: Iterable[CatalogueMessage]) -> Iterator[str]:
    """Two lines of one name would make messages of one id."""
    seen: set[str] = set()
    for rule in (rule for message in messages for rule in message.rules()):
        if rule.value.name in seen:
            yield rule.fault("name", f"there is another line of the name {rule.value.name}")
        seen.add(rule.value.name)


def _same_texts(messages: Iterable[CatalogueMessage]) -> Iterator[str]:
    seen: set[tuple[str, str, str, int]] = set()
    for template in (template for message in messages for template in message.templates()):
        text = template.value
        name = (text.key, text.channel, text.locale, text.version)
        if name in seen:
            yield template.fault("version", f"{text.key} ({text.channel}, {text.locale}) has this version twice")
        seen.add(name)
