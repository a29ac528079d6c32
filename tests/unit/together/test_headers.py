"""The command that imports customers looks at the columns by which intake tells one customer from another."""

from intake.domain.parts.imported_customer import HEADERS
from kefu.importing import NUMBERS


def test_the_command_knows_the_columns_that_tell_customers_apart() -> None:
    assert {header for header, field in HEADERS.items() if field in ("customer_no", "mobile")} == NUMBERS
