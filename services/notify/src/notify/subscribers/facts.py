"""From a fact to the messages that its lines ask for: for whom, over which channels, joined with what waits already."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence, Set
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from notify.composer import Body, Composer, Person
from notify.domain.decisions.asking import end, join, queue, supersede
from notify.domain.decisions.overtaken import note_ending
from notify.domain.messages.rule import FILE, KNOWN_BY, Rule, reach
from notify.domain.notification import Notification
from notify.domain.overtaken import none_heard
from notify.domain.parts.duty import OnDuty
from notify.domain.parts.ids import WINDOWS
from notify.domain.parts.piece import Piece
from notify.domain.policy.purpose import LaterFact
from notify.domain.recipient import Recipient, customer_recipient, staff_recipient, turn, unknown_recipient
from notify.domain.roster import Roster
from notify.sender import DeliveryLoop
from notify.store import Recipients, Stores
from notify.subscribers.people import PEOPLE, Keep
from shared.aggregate import Cause, NotFound, Refused
from shared.contracts.catalogue import contracts
from shared.contracts.event import Event
from shared.contracts.intake import NotificationRequested
from shared.contracts.roles import Department, Role
from shared.contracts.vocabulary import CustomerSnapshot
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, composer: Composer, loop: DeliveryLoop) -> None:
    """Which events make a message stands in the tables, so that the reactions are made of them."""
    facts = Facts(stores, composer)
    known: Mapping[str, type[Event]] = contracts()
    ending = {key for policy in composer.rules.policies for purpose in policy.purposes for key in purpose.ends}
    for key in sorted(composer.catalogue.events() | PEOPLE.keys() | ending):
        react = _reaction(facts, PEOPLE.get(key), stores.recipients, loop)
        react.__name__ = key.replace(".", "_")
        react.__doc__ = _why(composer.catalogue.rules_for(key), kept=key in PEOPLE, ends=key in ending)
        on(known[key])(react)


def _why(rules: Sequence[Rule], *, kept: bool, ends: bool) -> str:
    """What a reaction is for, in one sentence: whom it tells what."""
    told = sorted({f"{rule.audience} of {rule.purpose}" for rule in rules})
    duties = ["withholds what waits and is no longer true"] if ends else []
    duties += (["keeps what it says about a person"] if kept else []) + ([f"tells {', '.join(told)}"] if told else [])
    return f"Notify {' and '.join(duties)}."


def _reaction(
    facts: "Facts", keep: Keep | None, recipients: Recipients, loop: DeliveryLoop
) -> Callable[[Event, Cause], Awaitable[list[Touch[Any]]]]:
    async def react(event: Event, cause: Cause) -> list[Touch[Any]]:
        kept = keep(event, recipients, cause) if keep else []
        ended = await facts.ended(event, cause)
        births = await facts.messages(event, {touch.id for touch in ended}, cause)
        return [*kept, *ended, *loop.claim_births(births)]

    return react


_DEPARTMENTS = frozenset(each.value for each in Department)


class Facts:
    """The lines at work. The same fact makes the same messages, with the same ids."""

    def __init__(self, stores: Stores, composer: Composer) -> None:
        self._stores = stores
        self._notifications = stores.notifications
        self._composer = composer
        self._rules = {key: composer.catalogue.rules_for(key) for key in composer.catalogue.events()}

    async def messages(self, event: Event, ended: Set[UUID], cause: Cause) -> list[Touch[Any]]:
        """The births and joins that this fact asks for, none of them to a message of which it has `ended` something.

        Refused when it asks for a message that no line makes.
        """
        wanted: list[Touch[Any]] = []
        rules = self._rules.get(event.key)
        if not rules:
            return wanted
        body = await self._with_file(event.model_dump(mode="json"), rules)
        holding = [rule for rule in rules if rule.holds(body)]
        if isinstance(event, NotificationRequested) and not holding:
            raise Refused(f"no line of the table knows the template {event.template!r}", "no_such_template")
        for rule in holding:
            if rule.milestone and not await self._is_news(reach(body, rule.milestone), rule, body, cause):
                continue
            async for person in self._audience(rule, event, body, cause):
                wanted += await self._told(rule, body, person, ended, cause)
        return wanted

    async def ended(self, event: Event, cause: Cause) -> list[Touch[Any]]:
        """What waits about the same matter and is no longer true, by the policy of the day.

        It is remembered too, for an older fact that is heard only later. What a service of ours announced ends nothing
        that was asked for after it happened, unless the thing is over for good; a department tells late, and what it
        tells ends what waits.
        """
        body = event.model_dump(mode="json")
        ending: list[Touch[Any]] = []
        for number, entries in self._composer.policy_on(cause.at).ended_by(event.key, body).items():
            for each in await self._notifications.unsent_about(number, {purpose.name for purpose, _ in entries}):
                laters = [later for purpose, later in entries if purpose.name == each.purpose]
                untrue = partial(_ended_by, event=event, number=number, laters=laters, at=cause.at)
                if any(untrue(piece) for piece in each.pieces):
                    ending.append(self._notifications.touch(each.id, partial(end, untrue=untrue, cause=cause)))
            names = {purpose.ended_as(event.key, later) for purpose, later in entries}
            none = none_heard(number)
            ending.append(
                self._stores.overtaken.touch(none.id, partial(note_ending, facts=names, cause=cause), start=none)
            )
        return ending

    async def _told(self, rule: Rule, body: Body, person: Person, ended: Set[UUID], cause: Cause) -> list[Touch[Any]]:
        piece = self._composer.piece(rule, body, person, cause)
        drafts = []
        for plan in rule.plans(body):
            id = cause.derive(f"{rule.name}/{person.recipient.id}/{'+'.join(plan)}")
            drafts.append(self._composer.draft(id, rule, piece, person, plan, body, cause))
        wanted: list[Touch[Any]] = []
        for draft in [each for each in drafts if each.ways] or ([] if rule.optional else drafts[:1]):
            wanted.append(await self._placed(draft, ended, cause))
            wanted += await self._superseded(draft, cause)
        return wanted

    async def _with_file(self, body: dict[str, Any], rules: Iterable[Rule]) -> Body:
        """The fact's body, and what its customer's file says, where one of these lines asks for it."""
        if not any(path.startswith(f"{FILE}.") for rule in rules for path in rule.values.values()):
            return body
        id, *numbers = (body.get(name) for name in KNOWN_BY)
        customer = UUID(id) if id else await self._notifications.customer_told_of(filter(None, numbers))
        known = await self._stores.recipients.of_customer(customer) if customer else None
        return {**body, FILE: {"name": known.file_name}} if known else body

    async def _is_news(self, stage: str, rule: Rule, body: Body, cause: Cause) -> bool:
        """Whether the policy counts this stage among the milestones, and no other message has said the same."""
        milestones = self._composer.policy_on(cause.at).milestones
        about = reach(body, rule.about) if rule.about else None
        if stage not in milestones:
            return False
        return not (about and await self._notifications.has_told(str(about), milestones[stage]))

    async def _placed(self, draft: Notification, ended: Set[UUID], cause: Cause) -> Touch[Any]:
        """Born on its own, or joined to what waits for the same person, in the same thread and window of time.

        What a later fact has made untrue already joins nothing, so that nothing else stays unsent with it.
        """
        purpose = self._composer.purpose_of(draft)
        window = purpose.merge.total_seconds()
        if not window or not draft.ways or await self._stores.overtaken.among([(draft, purpose)]):
            return self._notifications.birth(queue(draft, cause))
        thread, channels = draft.thread or draft.purpose, "+".join(draft.channels)
        place = f"{draft.recipient}/{thread}/{channels}/{int(cause.at.timestamp() // window)}"
        shared = draft.but(id=uuid5(WINDOWS, place))
        try:
            waiting = await self._notifications.get(shared.id)
        except NotFound:
            waiting = None
        if waiting and (not waiting.open or waiting.id in ended):
            return self._notifications.birth(queue(draft, cause))
        piece = draft.pieces[0]
        return self._notifications.touch(
            shared.id, lambda current: join(current, piece, cause), start=shared.but(pieces=())
        )

    async def _superseded(self, draft: Notification, cause: Cause) -> list[Touch[Any]]:
        """Older messages of the same thread that have not gone out: this one says it newer."""
        if not draft.thread or not self._composer.purpose_of(draft).supersede:
            return []
        older = [each for each in await self._notifications.unsent_of(draft.thread) if draft.newer_than(each)]
        return [
            self._notifications.touch(each.id, lambda current: supersede(current, draft.id, cause)) for each in older
        ]

    async def _audience(self, rule: Rule, event: Event, body: Body, cause: Cause) -> AsyncIterator[Person]:
        if rule.audience == "customer":
            person = await self._customer(event, rule)
            if person:
                yield person
            return
        people, roles = rule.staff(body)
        rosters = await self._stores.rosters.covering(cause.at)
        for staff in people:
            yield _colleague(staff, _duty_of(rosters, staff), roles[0] if roles else None)
        for role in roles:
            yield _group(role, [duty for roster in rosters[:1] for duty in roster.on_duty(role, cause.at)])

    async def _customer(self, event: Event, rule: Rule) -> Person | None:
        snapshot = getattr(event, "customer", None)
        if not isinstance(snapshot, CustomerSnapshot):
            return None
        if snapshot.mobile and snapshot.email:
            known = unknown_recipient(customer_recipient(snapshot.customer_id), "customer", snapshot.customer_id)
        else:
            known = await self._stores.recipients.of_customer(snapshot.customer_id)
        return Person(turn(known, rule.concern, rule.channels), snapshot)


def _ended_by(piece: Piece, event: Event, number: str, laters: Sequence[LaterFact], at: datetime) -> bool:
    """Whether this fact about this number, which happened then, ends by one of these entries what waits to be told."""
    if event.publisher() in _DEPARTMENTS:
        ended = any(later.means(piece.message) for later in laters)
    else:
        ended = any(later.ends(event.key, at, piece) for later in laters)
    return number in piece.matters and ended


def _duty_of(rosters: Iterable[Roster], staff: str) -> OnDuty | None:
    return next((duty for roster in rosters if (duty := roster.colleague(staff))), None)


def _colleague(staff: str, duty: OnDuty | None, role: Role | None) -> Person:
    known = unknown_recipient(staff_recipient(staff), "staff")
    if duty:
        known = known.but(name=duty.name, mobile=duty.mobile, email=duty.email)
    return Person(known, staff=staff, role=duty.role if duty else role)


def _group(role: Role, on_duty: list[OnDuty]) -> Person:
    """Those with a role: their group chat, and by name and e-mail the colleague who is on duty first."""
    known: Recipient = unknown_recipient(staff_recipient(f"role/{role}"), "staff")
    if on_duty:
        known = known.but(name=on_duty[0].name, mobile=on_duty[0].mobile, email=on_duty[0].email)
    return Person(known, staff=on_duty[0].staff if on_duty else None, role=role)
