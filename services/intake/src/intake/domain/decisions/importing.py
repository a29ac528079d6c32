"""How customers come from a table: a file is opened, revised or left as it is."""

from intake.domain.customer import Customer
from intake.domain.decisions.registration import register
from intake.domain.decisions.revision import must_stand_alone, rewrite
from intake.domain.parts.imported_customer import ImportedCustomer
from shared.aggregate import Cause, Change


def take_over(customer: Customer, row: ImportedCustomer, cause: Cause) -> Change[Customer]:
    """The file says what the row says; what the row does not name stays. The same row again changes nothing.

    Refused with `merged_away` and `erased` as a correction is.
    """
    if not customer.file:
        return register(customer.id, row.onto(None), customer.source, cause)
    must_stand_alone(customer)
    particulars = row.onto(customer.particulars)
    if particulars == customer.particulars:
        return Change(customer)
    return rewrite(customer, "imported", particulars, "表格导入", cause)
