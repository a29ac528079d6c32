"""What a warranty passport says."""

from datetime import date
from typing import Self

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.parts.finding import Finding
from aftersales.domain.parts.warranty import Rule
from shared.contracts.aftersales import Verdict, WarrantyOverride
from shared.contracts.event import PreciseDate
from shared.contracts.vocabulary import ContractNo, CustomerId, OrderNo
from shared.http import View


class Passport(View):
    """What a contract's warranty is today, with the steps of the explanation: the same words for everybody."""

    contract_no: ContractNo
    order_no: OrderNo
    customer_id: CustomerId | None
    accepted_on: date | None
    as_of: date
    rule: Rule
    begins: PreciseDate | None
    expires_on: date | None
    days_left: int | None
    verdict: Verdict
    override: WarrantyOverride | None
    explanation: tuple[str, ...]

    @classmethod
    def of(cls, contract_no: ContractNo, order: CoveredOrder, as_of: date, found: Finding) -> Self:
        """The passport as of a day."""
        return cls(
            contract_no=contract_no,
            order_no=order.order_no,
            customer_id=order.customer_id,
            accepted_on=order.accepted_on,
            as_of=as_of,
            **{name: getattr(found, name) for name in Finding.model_fields},
        )
