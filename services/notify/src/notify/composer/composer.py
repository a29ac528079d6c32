"""From a fact and a line of the tables to the intent of a message: for whom, over which ways, in which words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from notify.composer.links import CustomerLinks
from notify.composer.person import Person
from notify.domain.messages.catalogue import Catalogue
from notify.domain.messages.rule import Rule, reach, values_of
from notify.domain.messages.template import Channel, Template, Words, variant_key
from notify.domain.messages.variable import Unfit, from_today
from notify.domain.notification import Notification
from notify.domain.parts.company import Company
from notify.domain.parts.piece import Piece
from notify.domain.parts.way import Way
from notify.domain.policy.policy import MessagePolicy, Rules
from notify.domain.policy.purpose import Purpose
from shared.aggregate import Cause

Body = Mapping[str, Any]


class Composer:
    """Drafts messages by the catalogue and fills their words."""

    def __init__(
        self, catalogue: Catalogue, rules: Rules, company: Company, links: CustomerLinks | None = None
    ) -> None:
        self.catalogue = catalogue
        self.rules = rules
        self.company = company
        self.links = links
        self._zone = ZoneInfo(company.timezone)

    def policy_on(self, at: datetime) -> MessagePolicy:
        """The policy that a message begins with at this moment."""
        return self.rules.on(at)

    def policy_of(self, notification: Notification) -> MessagePolicy:
        """The policy that a message began with."""
        return self.rules.of(notification)

    def purpose_of(self, notification: Notification) -> Purpose:
        """What the purpose of a message allows, by the policy that it began with."""
        return self.policy_of(notification).purpose(notification.purpose)

    def piece(self, rule: Rule, body: Body, person: Person, cause: Cause) -> Piece:
        """What this fact tells this person: the values as they will be read, the templates as they are now."""
        key = rule.template_for(body)
        if rule.otherwise and not any(self.catalogue.newest(key, channel, person.locale) for channel in rule.channels):
            key = variant_key(rule.message, rule.otherwise)
        versions = {}
        for channel in rule.channels:
            template = self.catalogue.newest(key, channel, person.locale)
            if template:
                versions[channel] = template.version
        given = {name: self._value(name, path, rule, body) for name, path in rule.values.items()}
        piece = self.make_piece(key, versions, given, rule.event, cause.id, person.name)
        about = _text(reach(body, rule.about)) if rule.about else None
        matters = self.policy_on(cause.at).purpose(rule.purpose).matters(rule, body)
        return piece.but(message=rule.message, about=about, matters=matters, at=cause.at)

    def _value(self, name: str, path: str, rule: Rule, body: Body) -> Any:
        """The first of a path's values that may be said; when none may, the first, which then stops the message."""
        found = list(values_of(body, path))
        if rule.audience == "customer" and self.catalogue.variables[name].spoken:
            found = [each for each in found if not self.catalogue.forbidden(str(each))] or found
        return found[0] if found else None

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
        """The intent, with the ways that this person and these words allow, and why each other channel is left out."""
        policy = self.policy_on(cause.at)
        purpose = policy.purpose(rule.purpose)
        due = self._due(rule, body, cause.at)
        until = reach(body, rule.until) if rule.until else None
        ways, skipped = self._ways(piece, person, plan)
        return Notification(
            id=id,
            correlation=cause.correlation,
            recipient=person.recipient.id,
            audience=person.recipient.kind,
            customer_id=person.recipient.customer_id,
            staff=person.staff,
            role=person.role,
            name=person.name,
            locale=person.locale,
            purpose=purpose.name,
            concern=rule.concern,
            policy_version=policy.version,
            rule=rule.name,
            alert=rule.alert,
            about=piece.about,
            thread="/".join((rule.purpose, *(str(reach(body, path)) for path in rule.thread))) if rule.thread else None,
            revision=int(reach(body, rule.revision) or 0) if rule.revision else 0,
            offer=reach(body, rule.offer) if rule.offer else None,
            choices=len(reach(body, rule.choices) or ()) if rule.choices else None,
            lane="bulk" if purpose.bulk else "live",
            promise=purpose.promise,
            pieces=(piece,),
            channels=tuple(channel for channel in plan if channel in piece.versions),
            ways=ways,
            skipped=skipped,
            created_at=cause.at,
            not_before=due + purpose.merge,
            expires_at=datetime.fromisoformat(until) if until else due + purpose.merge + purpose.expires,
        )

    def words(self, notification: Notification, at: datetime | None = None) -> Words:
        """The finished words for the way whose turn it is, for a colleague and in a customer's e-mail with a link.

        Raises Unfit. In an SMS a link has to be part of the text that the carrier approved (003 二5), so none is added.
        They speak of today and tomorrow as on the day of `at`; without it they name days by their dates alone.
        """
        words = self._told(notification, at.astimezone(self._zone).date() if at else None)
        about = notification.about if len(notification.pieces) == 1 else None
        link = self.company.link_to(about) if notification.audience == "staff" else self._customers(notification)
        if link is None:
            return words
        text, layout = f"{words.text}\n查看：{link}", self.catalogue.layout(notification.locale)
        return words.but(text=text, html=layout.around(text) if words.html and layout else words.html)

    def _customers(self, notification: Notification) -> str | None:
        return self.links.to(notification) if self.links and notification.way.channel == "email" else None

    def _told(self, notification: Notification, today: date | None) -> Words:
        channel = notification.way.channel
        filled = []
        pieces = list(notification.pieces)
        while pieces:
            first = pieces.pop(0)
            template = self._template(first, channel, notification.locale)
            same = [each for each in pieces if template.item and _likewise(first, each, channel)]
            pieces = [each for each in pieces if each not in same]
            told, *also = (self._dated(self._named(each, notification), today) for each in (first, *same))
            for each in (told, *also):
                self._must_be_said(each, notification)
            filled.append(self.fill(told, template, also))
        if len(filled) == 1:
            return filled[0]
        return filled[0].but(
            text="\n".join(words.text for words in filled), html="\n".join(words.html for words in filled)
        )

    def known_words(self, notification: Notification) -> Words:
        """The words for the record; for a message that cannot be filled any more, only what they were made of."""
        try:
            return self.words(notification)
        except Unfit:
            piece = notification.pieces[0]
            return Words(template=piece.template, version=piece.versions.get(notification.way.channel, 1), text="")

    def readable(self, notification: Notification) -> str:
        """What a colleague reads of a message that could not be sent: its words, else the values it was made of."""
        if notification.ways:
            words = self.known_words(notification).text
            if words:
                return words
        title = self.purpose_of(notification).title or notification.purpose
        own = {"company", "hotline"}
        said = [value for piece in notification.pieces for name, value in piece.values.items() if name not in own]
        return "；".join([title, *said])

    def _named(self, piece: Piece, notification: Notification) -> Piece:
        """The piece as it is told to the person whom the message is addressed to by now."""
        if not notification.name:
            return piece
        name = self.catalogue.variables["name"].write("name", notification.name, self._zone)
        return piece.but(values={**piece.values, "name": name})

    def _dated(self, piece: Piece, today: date | None) -> Piece:
        if today is None:
            return piece
        near = {name for name, variable in self.catalogue.variables.items() if variable.near}
        return piece.but(
            values={name: from_today(value, today) if name in near else value for name, value in piece.values.items()}
        )

    def _template(self, piece: Piece, channel: Channel, locale: str) -> Template:
        version = piece.versions.get(channel)
        template = self.catalogue.pinned(piece.template, channel, locale, version) if version else None
        if template is None:
            raise Unfit(f"there is no template {piece.template} for {channel}")
        return template

    def _must_be_said(self, piece: Piece, notification: Notification) -> None:
        """What our staff say in their own words is what may be said to a customer; the texts were checked when read."""
        if notification.audience != "customer":
            return
        for name, value in piece.values.items():
            phrase = self.catalogue.forbidden(value) if self.catalogue.variables[name].spoken else None
            if phrase:
                raise Unfit(f"{name} says {phrase}, which must not be said to a customer")

    def fill(self, piece: Piece, template: Template, also: Sequence[Piece] = ()) -> Words:
        """The words of one piece in one template, and with it of others that go into the same. Raises Unfit."""
        layout = self.catalogue.layout(template.locale)
        uncut = {name for name, variable in self.catalogue.variables.items() if variable.uncut}
        return template.fill(piece.values, self.company.signature, layout, [each.values for each in also], uncut)

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


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _likewise(one: Piece, other: Piece, channel: Channel) -> bool:
    return (one.template, one.versions.get(channel)) == (other.template, other.versions.get(channel))
