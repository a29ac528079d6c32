"""SMS through Aliyun's short message service, with the official SDK."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import aiohttp
from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest, SendSmsRequest
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.exceptions import DaraException
from darabonba.runtime import RuntimeOptions
from Tea.exceptions import TeaException

from notify.domain.parts.answer import (
    ABSENT,
    BLIND,
    Answer,
    Scope,
    Sighting,
    accepted,
    permanent,
    retry_later,
    stop,
    unknown,
)
from notify.domain.parts.receipt import SeenReceipt
from notify.domain.parts.seen_reply import SeenReply
from notify.gateways.approved import CHINA, ApprovedTemplates, moment_of, rows_of
from notify.gateways.gateway import Callback, Outgoing
from notify.gateways.receipt_codes import reason_of

_STOPS: dict[str, Scope] = {
    "isv.OUT_OF_SERVICE": "provider",
    "isv.AMOUNT_NOT_ENOUGH": "provider",
    "isv.ACCOUNT_ABNORMAL": "provider",
    "isv.ACCOUNT_NOT_EXISTS": "provider",
    "isv.PRODUCT_UN_SUBSCRIPT": "provider",
    "isv.DENY_IP_RANGE": "provider",
    "isv.DAY_LIMIT_CONTROL": "provider",
    "isv.MONTH_LIMIT_CONTROL": "provider",
    "isp.RAM_PERMISSION_DENY": "provider",
    "SignatureDoesNotMatch": "provider",
    "InvalidAccessKeyId.NotFound": "provider",
    "isv.SMS_TEMPLATE_ILLEGAL": "template",
    "isv.TEMPLATE_MISSING_PARAMETERS": "template",
    "isv.SMS_SIGNATURE_ILLEGAL": "template",
    "isv.SMS_SIGN_ILLEGAL": "template",
    "isv.SIGN_STATE_ILLEGAL": "template",
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL": "template",
    "isv.EXTEND_CODE_ERROR": "template",
}
_PERMANENT = {
    "isv.MOBILE_NUMBER_ILLEGAL",
    "isv.DOMESTIC_NUMBER_NOT_SUPPORTED",
    "isv.SMS_CONTENT_ILLEGAL",
    "isv.BLACK_KEY_CONTROL_LIMIT",
    "isv.PARAM_LENGTH_LIMIT",
    "isv.PARAM_NOT_SUPPORT_URL",
    "isv.INVALID_PARAMETERS",
    "isv.INVALID_JSON_PARAM",
}


@dataclass(frozen=True, slots=True)
class AliyunAccount:
    """Where and as whom to ask."""

    key_id: str
    key_secret: str
    endpoint: str
    protocol: Literal["http", "https"] = "https"


class Aliyun(ApprovedTemplates):
    """SendSms takes no idempotency key, so our id travels as OutId: receipts and QuerySendDetails bring it back."""

    def __init__(
        self,
        account: AliyunAccount,
        signature: str,
        codes: Mapping[str, str],
        name: str = "aliyun",
        timeout: float = 5.0,
    ) -> None:
        super().__init__(name, signature, codes)
        self._client = Client(
            Config(
                access_key_id=account.key_id,
                access_key_secret=account.key_secret,
                endpoint=account.endpoint,
                protocol=account.protocol,
            )
        )
        self._patience = RuntimeOptions(autoretry=False, connect_timeout=1500, read_timeout=int(timeout * 1000))

    async def send(self, message: Outgoing) -> Answer:
        words = message.words
        request = SendSmsRequest(
            phone_numbers=message.to,
            sign_name=self._signature,
            template_code=self.code_of(words),
            template_param=json.dumps(dict(words.values), ensure_ascii=False),
            out_id=str(message.id),
        )
        try:
            body = (await self._client.send_sms_with_options_async(request, self._patience)).body
        except TeaException as error:
            return _failure(error)
        except aiohttp.ClientError as error:
            return unknown("no_answer", repr(error))
        return understand(body.code, body.message or "", body.biz_id)

    async def look_up(self, message: Outgoing) -> Sighting:
        """Today's and the first attempt's day, filtered by our id; the list is short, for one number has few a day."""
        day = message.began_at.astimezone(CHINA)
        request = QuerySendDetailsRequest(
            phone_number=message.to, send_date=f"{day:%Y%m%d}", current_page=1, page_size=50
        )
        try:
            body = (await self._client.query_send_details_with_options_async(request, self._patience)).body
        except (TeaException, aiohttp.ClientError):
            return BLIND
        if body.code != "OK":
            return BLIND
        details = body.sms_send_detail_dtos.sms_send_detail_dto or [] if body.sms_send_detail_dtos else []
        return next((_sighting(each) for each in details if each.out_id == str(message.id)), ABSENT)

    def receipts(self, callback: Callback) -> Sequence[SeenReceipt]:
        return [self._receipt(row) for row in rows_of(callback)]

    def _receipt(self, row: Mapping[str, Any]) -> SeenReceipt:
        code = str(row.get("err_code") or "")
        status: Literal["delivered", "undelivered"] = "delivered" if row.get("success") else "undelivered"
        return SeenReceipt(
            provider=self.name,
            message=_uuid(row.get("out_id")),
            reference=str(row.get("biz_id") or "") or None,
            status=status,
            code=code,
            reason="" if status == "delivered" else reason_of(code),
            at=moment_of(row.get("report_time")),
        )

    def replies(self, callback: Callback) -> Sequence[SeenReply]:
        return [
            SeenReply(
                provider=self.name,
                address=str(row.get("phone_number", "")),
                text=str(row.get("content", "")),
                sequence=str(row.get("sequence_id", "")),
                at=moment_of(row.get("send_time")),
            )
            for row in rows_of(callback)
        ]

    def thanks(self) -> dict[str, Any]:
        return {"code": 0, "msg": "received"}


def understand(code: str, detail: str, reference: str | None = None) -> Answer:
    """An answer's code in our five words."""
    if code == "OK":
        return accepted(reference)
    if code == "isv.BUSINESS_LIMIT_CONTROL":
        return _limited(code, detail)
    if code in _STOPS:
        return stop(code, detail, scope=_STOPS[code])
    if code in _PERMANENT:
        return permanent(code, detail)
    if code.startswith("Throttling"):
        return retry_later(code, detail)
    return unknown(code, detail)


def _limited(code: str, detail: str) -> Answer:
    """The limit's own words tell which window is full: minutes and hours pass by the calendar, a day is too long."""
    now = datetime.now(CHINA)
    if re.search("天|day", detail, re.IGNORECASE):
        return permanent(code, detail)
    if re.search("小时|hour", detail, re.IGNORECASE):
        return retry_later(code, detail, wait=3600.0 - now.minute * 60 - now.second)
    return retry_later(code, detail, wait=60.0 - now.second)


def _failure(error: TeaException) -> Answer:
    """The SDK's exceptions: an answer with a code, or a cause that tells whether anything was sent."""
    inner = getattr(error, "inner_exception", None)
    cause = inner.__context__ if inner is not None else None
    if isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return retry_later("unreachable", str(cause))
    if inner is not None:
        return unknown("no_answer", repr(cause or inner))
    if isinstance(error, DaraException | TeaException) and error.code:
        return understand(str(error.code), str(error.message))
    return unknown("no_answer", repr(error))


def _sighting(detail: Any) -> Sighting:
    return Sighting(seen="seen", code=detail.err_code or "")


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
