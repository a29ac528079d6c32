"""How a customer proves who they are before an act on their own page: by the end of the telephone number on file.

A link alone shows; it may have been forwarded. Wrong tries are kept in the database, so that neither several processes
nor a restart give more of them.
"""

from datetime import timedelta
from hmac import compare_digest
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.aggregate import Aggregate, Cause, Change, Refused
from shared.contracts.event import Instant
from shared.store import Store

DIGITS = 4
"""Of a telephone number as many digits, the last ones, are asked for."""
TRIES = 5
"""Wrong tries within WITHIN, after which no further one counts."""
WITHIN = timedelta(days=1)

_PROOFS = uuid5(NAMESPACE_URL, "urn:kefu:customer-proof")


class TooManyTries(Refused):
    """The digits were wrong too often; a colleague helps by telephone."""

    code = "too_many_tries"


class CustomerProof(Aggregate):
    """The wrong tries to prove that one is this customer, those of the last day."""

    wrong: tuple[Instant, ...] = ()


class CustomerProofs(Store[CustomerProof]):
    """One document for each customer with a wrong try; its id is derived from the customer's."""

    collection = "customer_proofs"
    kind = CustomerProof

    async def prove(self, customer: UUID, said: str, number: str, cause: Cause) -> bool:
        """Whether these are the last digits of the number; a wrong try counts. TooManyTries after too many."""
        right = compare_digest(said.encode(), number[-DIGITS:].encode())
        id = uuid5(_PROOFS, str(customer))
        start = CustomerProof(id=id)
        await self.apply(id, lambda proof: note_try(proof, right, cause), cause, start)
        return right


def note_try(proof: CustomerProof, right: bool, cause: Cause) -> Change[CustomerProof]:
    """A try counts when it is wrong; TooManyTries where there were too many, whether it is right or not."""
    recent = tuple(at for at in proof.wrong if at > cause.at - WITHIN)
    if len(recent) >= TRIES:
        raise TooManyTries("the digits were wrong too often; ask the customer to call")
    return Change(proof.but(wrong=() if right else (*recent, cause.at)))
