"""A customer as a row of a spreadsheet says it, under Chinese headers."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from intake.domain.parts.telephone import number_of
from shared.aggregate import Refused
from shared.contracts.event import Part
from shared.contracts.intake import Contact, Particulars
from shared.contracts.vocabulary import Line, Phone

T = TypeVar("T", bound=BaseModel)
HEADERS = MappingProxyType[str, str](
    {
        "客户编号": "customer_no",
        "编号": "customer_no",
        "客户名称": "name",
        "客户类型": "kind",
        "行业": "trade",
        "联系人": "contact_name",
        "称呼": "title",
        "手机": "mobile",
        "手机号": "mobile",
        "手机号码": "mobile",
        "联系电话": "mobile",
        "电话": "mobile",
        "邮箱": "email",
        "电子邮箱": "email",
        "地址": "address",
        "区域": "region",
        "地区": "region",
        "会员": "member",
        "特殊要求": "special_specs",
        "客户经理": "owner",
    }
)
"""What a column says, by its header. Other columns are the department's own and are not read."""
_NAMES = MappingProxyType[str, str]({field: header for header, field in reversed(tuple(HEADERS.items()))})
_WORDS = MappingProxyType[str, Mapping[str, Any]](
    {
        "kind": {"终端客户": "end", "终端": "end", "中间商": "intermediary"},
        "trade": {"装饰公司": "decoration_company", "经销商": "dealer", "直接客户": "direct", "其他": "other"},
        "member": {"是": True, "否": False},
    }
)
_CONTACT = ("mobile", "email", "title")
_WITH_DECIMALS = re.compile(r"(\d+)\.0+")
"""A number that a table kept as one with decimals: they say nothing."""
_NUMBERS = ("customer_no", "mobile")
_ROUNDED = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")


class ImportedCustomer(Part):
    """What a row says: fields of a file, and the one contact. A cell that is empty says nothing.

    One customer is told from another by the customer's number, else by the telephone's, however it is spelt.
    """

    customer_no: Line | None
    said: dict[str, Any]
    contact: Contact | None = None
    alone: Particulars
    """What a file says that is opened by this row."""

    @classmethod
    def read(cls, cells: Mapping[str, str]) -> "ImportedCustomer":
        """The row with these cells by header. Refused with `bad_row`, saying in Chinese what to correct."""
        given: dict[str, Any] = {HEADERS[header]: cell for header, cell in cells.items() if header in HEADERS and cell}
        for field, cell in given.items():
            given[field] = _understood(field, cell)
        if "name" not in given:
            raise _bad("缺少客户名称")
        customer_no = given.pop("customer_no", None)
        if customer_no is None and "mobile" not in given:
            raise _bad("客户编号和手机号码至少填写一项")
        contact = _contact(given)
        if "special_specs" in given:
            given["special_specs"] = (given["special_specs"],)
        alone = _checked(Particulars, {"customer_no": customer_no, **given, "contacts": (contact,) if contact else ()})
        row = {"customer_no": customer_no, "said": given, "contact": contact, "alone": alone}
        return _checked(cls, row)

    @property
    def mobile(self) -> Phone | None:
        """The telephone by which the customer is known, where the row has no customer's number."""
        return self.contact.mobile if self.contact and not self.customer_no else None

    def onto(self, particulars: Particulars | None) -> Particulars:
        """What a file says with this row: of an earlier file everything stays that the row says nothing of."""
        if particulars is None:
            return self.alone
        return _checked(Particulars, {**dict(particulars), **self.said, "contacts": self._among(particulars)})

    def _among(self, particulars: Particulars) -> tuple[Contact, ...]:
        """The contacts with the row's own in the place of the one of that name."""
        if self.contact is None:
            return particulars.contacts
        told = self.contact
        known = [each for each in particulars.contacts if each.name == self.contact.name]
        if not known:
            return (*particulars.contacts, self.contact)
        return tuple(_with(each, told) if each is known[0] else each for each in particulars.contacts)


def _with(known: Contact, told: Contact) -> Contact:
    """The contact with what is told of it; what is not told stays, and a number in another spelling is the same."""
    another = number_of(told.mobile) not in (None, number_of(known.mobile))
    return known.but(
        mobile=told.mobile if another else known.mobile,
        email=told.email or known.email,
        title=told.title or known.title,
    )


def _understood(field: str, cell: str) -> Any:
    if _ROUNDED.fullmatch(cell):
        raise _bad(f"{_NAMES[field]} {cell} 已被表格软件改成科学计数，末几位丢失；请将该列设为文本后重新填写")
    if field in _NUMBERS and (whole := _WITH_DECIMALS.fullmatch(cell)):
        return whole[1]
    words = _WORDS.get(field)
    if words is None:
        return cell
    if cell not in words:
        raise _bad(f"{_NAMES[field]} 应为 {'、'.join(words)}，不是 {cell}")
    return words[cell]


def _contact(given: dict[str, Any]) -> Contact | None:
    """The contact of the row, whose fields are taken out of what is given; called as the customer where unnamed."""
    name = given.pop("contact_name", None)
    told = {field: given.pop(field) for field in _CONTACT if field in given}
    if name is None and not told:
        return None
    return _checked(Contact, {"name": name or given["name"], **told})


def _checked(kind: type[T], fields: Mapping[str, Any]) -> T:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        wrong = dict.fromkeys(str(each["loc"][0]) for each in error.errors())
        named = "、".join(_NAMES.get(name, name) for name in wrong)
        raise _bad(f"{named} 填写有误") from None


def _bad(reason: str) -> Refused:
    return Refused(reason, "bad_row")
