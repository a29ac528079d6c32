"""A customer's file: who it is, how to reach it, whose it is; it only grows; a correction is a new revision."""

from collections.abc import Collection, Sequence
from uuid import UUID, uuid5

from intake.domain.lifecycle import CUSTOMER, CustomerDecision, CustomerStage
from intake.domain.parts.absorbed import Absorbed
from intake.domain.parts.chain import Entry, first_altered
from intake.domain.parts.erasure_request import ErasureRequest
from intake.domain.parts.telephone import number_of
from shared.clocks import Timed
from shared.contracts.intake import Particulars
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, DepartmentName, Line
from shared.lifecycle import Possible, follows
from shared.search import tokens

OF_ONE_FILE: frozenset[CustomerDecision] = frozenset(
    {"correct", "classify", "assign", "assign_specialist", "merge", "ask_to_erase", "erase"}
)
"""What is decided about a file that leads to no other one."""
_CUSTOMERS = UUID("5f0c7a52-2a55-5b1e-8f0a-6f6d1f6c9a11")


@follows(CUSTOMER)
class Customer(Timed):
    """A customer. `file` holds every revision; `particulars` is what the last one says.

    `papers` are the numbers of its own orders and contracts. `found_by` follows from both and
    from the files of the same person that lead here, `absorbed`. A file that leads to another one, `merged_into`, is
    written no more. `erasure` is the customer's wish to be erased; its one clock is the duty to decide on it.
    """

    particulars: Particulars
    source: DepartmentName
    stage: CustomerStage = CUSTOMER.start
    file: tuple[Entry, ...] = ()
    papers: tuple[Line, ...] = ()
    found_by: tuple[str, ...] = ()
    absorbed: tuple[Absorbed, ...] = ()
    merged_into: CustomerId | None = None
    erasure: ErasureRequest | None = None

    @property
    def revision(self) -> int:
        """How many times the file was written: 0 before the registration, 1 with it."""
        return len(self.file)

    @property
    def possible(self) -> tuple[Possible, ...]:
        """What people may do about the file as a whole now, and who of them.

        Who recorded the wish to be erased may not carry it out.
        A file that leads to another one is written no more, and no file is separated to which none leads.
        """
        wished = (self.erasure.by,) if self.erasure else ()
        allowed = CUSTOMER.possible(self.stage, another_than={"erase": wished})
        merged, alone = self.merged_into is not None, not self.absorbed
        return tuple(
            each
            for each in allowed
            if not (merged and each.decision in OF_ONE_FILE) and not (alone and each.decision == "separate")
        )

    def snapshot(self) -> CustomerSnapshot:
        """The customer as facts carry it, with the first contact that is named for no concern of its own, else the
        first."""
        contacts = self.particulars.contacts
        first = next((each for each in contacts if not each.concerns), next(iter(contacts), None))
        return CustomerSnapshot(
            customer_id=self.id,
            kind=self.particulars.kind,
            name=self.particulars.name,
            contact_name=first.name if first else None,
            title=first.title if first else None,
            mobile=first.mobile if first else None,
            email=first.email if first else None,
            locale=first.locale if first else "zh-CN",
        )

    def first_altered(self, announced: Collection[int] = ()) -> int | None:
        """The first revision that is not what was written or is missing, or nothing when the whole file agrees.

        `announced` are the revisions that others heard of: they show what was taken off the end.
        """
        if altered := first_altered(self.file):
            return altered
        if max(announced, default=0) > self.revision:
            return self.revision + 1
        said = Particulars.model_validate(self.file[-1].content["particulars"])
        return None if said == self.particulars else self.revision


def pseudonym_of(customer: Customer) -> Line:
    """What stands instead of the customer's name, also while the wish is decided on: a duty's title outlives it."""
    return f"客户-{customer.id.hex[:8]}"


def found_by(
    particulars: Particulars, papers: Sequence[str] = (), absorbed: Sequence[Absorbed] = ()
) -> tuple[str, ...]:
    """What a file is found by: names, address, telephones, its own number and its papers' (004 一㈢4).

    What is written in the files that lead to it counts as well.
    """
    files = (particulars, *(each.said for each in absorbed))
    contacts = [contact for file in files for contact in file.contacts]
    return tokens(
        names=(*(file.name for file in files), *(each.name for each in contacts)),
        texts=tuple(file.address for file in files if file.address),
        numbers=(
            *(each.mobile for each in contacts if each.mobile),
            *(file.customer_no for file in files if file.customer_no),
            *papers,
            *(number for each in absorbed for number in each.papers),
        ),
    )


def numbers(particulars: Particulars) -> frozenset[str]:
    """The numbers of all contacts in a file, as `number_of` spells them."""
    return frozenset(number for each in particulars.contacts if (number := number_of(each.mobile)))


def customer_id_of(department: str, customer_no: str) -> UUID:
    """The id of the customer whom a department knows by this number."""
    return uuid5(_CUSTOMERS, f"{department}/{customer_no}")
