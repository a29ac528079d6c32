"""What the files may hold; a key that is not named here is a mistake."""

from typing import Literal

from pydantic import Field

from notify.domain.messages.rule import RuleLine
from notify.domain.messages.template import Layout, MailText, Text
from notify.domain.messages.variable import Variable
from shared.contracts.event import Part
from shared.contracts.intake.customers import Concern


class MessageTable(Part):
    """One message: what it is for, whom it is for, the values it needs, which facts make it, and in which words.

    `needs` names the variables that its newest texts may use; every line gives each of them. `concern` says which
    contact in a customer's file is told.
    """

    purpose: str
    audience: Literal["customer", "staff"]
    concern: Concern = "order"
    needs: tuple[str, ...] = ()
    rules: tuple[RuleLine, ...] = ()
    sms: tuple[Text, ...] = ()
    email: tuple[MailText, ...] = ()
    chat: tuple[Text, ...] = ()


class CommonTable(Part):
    """What messages share: variables, layouts, words that no customer may read, facts without a message."""

    variables: dict[str, Variable] = Field(default={})
    layouts: dict[str, Layout] = Field(default={})
    never: tuple[str, ...] = ()
    silent: dict[str, str] = Field(default={})
