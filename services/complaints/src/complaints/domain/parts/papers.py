"""What stands on the papers by which money or goods go back: signatures, counted parts, copies."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from shared.contracts.event import Instant, Money, Part
from shared.contracts.vocabulary import (
    AboutComplaint,
    AboutCustomersComplaint,
    ConcerningOrder,
    FileRef,
    Line,
    PaperNo,
    Prose,
    Quantity,
    StaffId,
)

Method = Literal["return", "rework"]
Holder = Literal["sales", "warehouse", "finance"]


class Settled(Part):
    """The closed case that a paper carries out: whom and what it is about, and how much was approved (003 §29.1).

    `decided_by` are those who proposed a solution of it or approved one.
    """

    about: AboutCustomersComplaint
    concerning: ConcerningOrder
    approved: Money
    decision: Prose
    policy_version: int
    decided_by: tuple[StaffId, ...] = ()

    @property
    def about_complaint(self) -> AboutComplaint:
        """What announcements that do not matter to the customer say."""
        return AboutComplaint(complaint_id=self.about.complaint_id, complaint_no=self.about.complaint_no)


class Signed(Part):
    """Who signed a paper and when, with the file of what was signed where there is one."""

    by: StaffId
    at: Instant
    file: FileRef | None = None


class Drawn(Signed):
    """Who made a paper out; `paper_id` tells it from the one that was sent back before."""

    paper_id: UUID


class Comparison(Signed):
    """Who compared what was approved with what came back; `comparison_id` tells it from the one before."""

    comparison_id: UUID


class PartCount(Part):
    """How many of a part."""

    part: Line
    quantity: Quantity


def as_listed(counts: Iterable[PartCount], listed: Iterable[Line]) -> tuple[PartCount, ...]:
    """The same counts with each part as it is listed. Blanks, and letters of another width or case, make no other part.

    A part that is not listed, or that may be one of several that are, stays as it is written. A blank between two
    digits keeps two numbers apart.
    """
    names = set(listed)
    alike: dict[str, list[Line]] = {}
    for name in names:
        alike.setdefault(_spelt(name), []).append(name)

    def named(part: Line) -> Line:
        found = [part] if part in names else alike.get(_spelt(part), [])
        return found[0] if len(found) == 1 else part

    return tuple(each.but(part=named(each.part)) for each in counts)


def added_up(counts: Iterable[PartCount], listed: Iterable[Line] = ()) -> Counter[str]:
    """How many of each part, as it is listed, in whatever lines."""
    total: Counter[str] = Counter()
    for each in as_listed(counts, listed):
        total[each.part] += each.quantity
    return total


def _spelt(part: Line) -> str:
    letters = unicodedata.normalize("NFC", "".join(_of_one_width(letter) for letter in part)).casefold()
    return re.sub(r"(?<!\d) | (?!\d)", "", " ".join(letters.split()))


def _of_one_width(letter: str) -> str:
    wide_or_narrow = unicodedata.decomposition(letter).startswith(("<wide>", "<narrow>"))
    return unicodedata.normalize("NFKC", letter) if wide_or_narrow else letter


class ReturnNote(Part):
    """What sales writes on a product return note: which goods, why, how and on which basis (003 §29.1(2)).

    `paper_id` tells it from the one that was sent back before.
    """

    paper_id: UUID
    lines: tuple[PartCount, ...]
    reason: Prose
    method: Method
    basis: Line
    by: StaffId
    at: Instant


class Receipt(Part):
    """What the warehouse counted and signed for at one arrival (003 §29.3)."""

    lines: tuple[PartCount, ...]
    received_at: Instant
    signed_by: StaffId


class Explanation(Part):
    """Why another quantity came back than was approved, and that the counted one holds."""

    text: Prose
    by: StaffId
    at: Instant


class Posting(Part):
    """The voucher that finance made out, and what is credited to the customer."""

    voucher_no: PaperNo
    credit: Money | None = None
    by: StaffId
    at: Instant


class Copy(Part):
    """One copy of a paper: who holds it, what the holder does with it, and whether that is done."""

    number: int
    holder: Holder
    task: Line
    done: bool
