"""Who calls the customer."""

from shared.contracts.event import Part
from shared.contracts.vocabulary import Line


class Company(Part):
    """The company as a colleague names it on the telephone, and the number that the customer may call."""

    name: Line
    hotline: Line
