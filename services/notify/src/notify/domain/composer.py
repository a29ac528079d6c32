"""From a fact and the table's line to the intent of a message: who, over which ways, in which pinned words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from notify.domain.judging import Company
from notify.domain.messages.catalogue import Catalogue
from notify.domain.messages.purpose import Purpose
from notify.domain.messages.rule import Rule, reach
from notify.domain.messages.template import Channel, Template, Words, variant_key
from notify.domain.messages.variable import Unfit
from notify.domain.notification import Notification
from notify.domain.parts.attempt import Piece, Way
from notify.domain.recipient import Recipient
from shared.aggregate import Cause, Change
from shared.contracts.vocabulary import CustomerSnapshot

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Whom one message is for. `snapshot` is what the fact itself says about a customer."""

    recipient: Recipient
    snapshot: CustomerSnapshot | None = None
    staff: str | None = None
    role: str | None = None

    @property
    def name(self) -> str:
        """How the person is addressed."""
        if self.snapshot:
            return self.snapshot.title or self.snapshot.contact_name or self.snapshot.name
        return self.recipient.name or self.staff or self.role or ""

    @property
    def locale(self) -> str:
        return self.snapshot.locale if self.snapshot else self.recipient.locale

    def address(self, channel: Channel) -> str | None:
        """Where to reach this person on a channel; a colleague's chat is the group of the role."""
        if channel == "chat":
            return self.role or self.staff
        return self.recipient.address(channel, self.snapshot)


class Composer:
    """Drafts messages by the catalogue and fills their words."""

    def __init__(self, catalogue: Catalogue, company: Company) -> None:
        self.catalogue = catalogue
        self.company = company
        self._zone = ZoneInfo(company.timezone)

    def purpose(self, name: str) -> Purpose:
        """The policy of a purpose; one that has been taken out of the tables since is treated as a plain service."""
        return self.catalogue.purposes.get(name) or Purpose(name=name)

    def piece(self, rule: Rule, body: Body, trigger: UUID, person: Person) -> Piece:
        """What this fact tells this person: the values as they will be read, the templates as they are now."""
        key = rule.template_for(body)
        if rule.otherwise and not any(self.catalogue.newest(key, channel, person.locale) for channel in rule.channels):
            key = variant_key(rule.message, rule.otherwise)
        versions = {}
        for channel in rule.channels:
            template = self.catalogue.newest(key, channel, person.locale)
            if template:
                versions[channel] = template.version
        given = {name: reach(body, path) for name, path in rule.values.items()}
        return self.make_piece(key, versions, given, rule.event, trigger, person.name)

    def make_piece(
        self,
        key: str,
        versions: dict[Channel, int],
        given: Mapping[str, Any],
        event: str,
        trigger: UUID | None,
        name: str,
    ) -> Piece:
        """A piece of these raw values, each written by its declaration; one that does not fit is left out."""
        said = {"company": self.company.name, "hotline": self.company.hotline, "name": name, **given}
        values = {}
        for variable, raw in said.items():
            try:
                values[variable] = self.catalogue.variables[variable].write(variable, raw, self._zone)
            except Unfit:
                continue
        return Piece(
            template=key,
            versions={str(channel): version for channel, version in versions.items()},
            values=values,
            event=event,
            trigger=trigger,
        )

    def draft(
        self, id: UUID, rule: Rule, piece: Piece, person: Person, plan: Sequence[Channel], body: Body, cause: Cause
    ) -> Notification:
        """The intent. Without any way that works it is born failed, with the reason for every channel."""
        purpose = self.purpose(rule.purpose)
        due = self._due(rule, body, cause.at)
        until = reach(body, rule.until) if rule.until else None
        return self.make_draft(
            id,
            purpose,
            piece,
            person,
            plan,
            correlation=cause.correlation,
            rule=rule.name,
            alert=rule.alert,
            about=_text(reach(body, rule.about)) if rule.about else None,
            thread=f"{rule.purpose}/{reach(body, rule.thread)}" if rule.thread else None,
            revision=int(reach(body, rule.revision) or 0) if rule.revision else 0,
            created_at=cause.at,
            not_before=due + purpose.merge,
            expires_at=datetime.fromisoformat(until) if until else due + purpose.merge + purpose.expires,
        )

    def make_draft(
        self, id: UUID, purpose: Purpose, piece: Piece, person: Person, plan: Sequence[Channel], **fields: Any
    ) -> Notification:
        """The intent of these fields, with the ways that this person and these words allow."""
        ways, skipped = self._ways(piece, person, plan)
        return Notification(
            id=id,
            recipient=person.recipient.id,
            audience=person.recipient.kind,
            customer_id=person.recipient.customer_id,
            staff=person.staff,
            role=person.role,
            name=person.name,
            locale=person.locale,
            purpose=purpose.name,
            lane="bulk" if purpose.bulk else "live",
            promise=purpose.promise,
            pieces=(piece,),
            channels=tuple(channel for channel in plan if channel in piece.versions),
            ways=ways,
            skipped=skipped,
            **fields,
        )

    def words(self, notification: Notification) -> Words:
        """The finished words for the way whose turn it is. Raises Unfit."""
        channel = notification.way.channel
        filled = []
        pieces = list(notification.pieces)
        while pieces:
            first = pieces.pop(0)
            template = self._template(first, channel, notification.locale)
            same = [each for each in pieces if template.item and _likewise(first, each, channel)]
            pieces = [each for each in pieces if each not in same]
            filled.append(self._checked(self.fill(first, template, same), notification))
        if len(filled) == 1:
            return filled[0]
        return filled[0].model_copy(
            update={
                "text": "\n".join(words.text for words in filled),
                "html": "\n".join(words.html for words in filled),
            }
        )

    def known_words(self, notification: Notification) -> Words:
        """The words for the record; for a message that cannot be filled any more, only what they were made of."""
        try:
            return self.words(notification)
        except Unfit:
            piece = notification.pieces[0]
            return Words(template=piece.template, version=piece.versions.get(notification.way.channel, 1), text="")

    def _template(self, piece: Piece, channel: Channel, locale: str) -> Template:
        version = piece.versions.get(channel)
        template = self.catalogue.pinned(piece.template, channel, locale, version) if version else None
        if template is None:
            raise Unfit(f"there is no template {piece.template} for {channel}")
        return template

    def _checked(self, words: Words, notification: Notification) -> Words:
        phrase = self.catalogue.forbidden(words.text) if notification.audience == "customer" else None
        if phrase:
            raise Unfit(f"it says {phrase}, which nobody may say to a customer")
        return words

    def fill(self, piece: Piece, template: Template, also: Sequence[Piece] = ()) -> Words:
        """The words of one piece in one template, and with it of others that go into the same. Raises Unfit."""
        layout = self.catalogue.layout(template.locale)
        return template.fill(piece.values, self.company.signature, layout, [each.values for each in also])

    def _ways(self, piece: Piece, person: Person, plan: Iterable[Channel]) -> tuple[tuple[Way, ...], tuple[str, ...]]:
        ways, skipped = [], []
        for channel in plan:
            address = person.address(channel)
            if channel not in piece.versions:
                skipped.append(f"{channel}: no template")
            elif address is None:
                skipped.append(f"{channel}: no_address")
            else:
                ways.append(Way(channel=channel, address=address))
        return tuple(ways), tuple(skipped)

    def _due(self, rule: Rule, body: Body, at: datetime) -> datetime:
        moment = reach(body, rule.at) if rule.at else None
        if moment is None:
            return at
        return max(at, datetime.fromisoformat(moment) - rule.ahead)


def born(draft: Notification) -> Change[Notification]:
    """The birth of an intent; one that nobody can receive fails at once, so that somebody calls instead."""
    return Change(draft) if draft.ways else draft.unreachable()


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _likewise(one: Piece, other: Piece, channel: Channel) -> bool:
    return (one.template, one.versions.get(channel)) == (other.template, other.versions.get(channel))
