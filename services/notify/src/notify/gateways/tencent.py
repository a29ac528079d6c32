"""SMS through Tencent Cloud, with the official SDK."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111.models import SendSmsRequest
from tencentcloud.sms.v20210111.sms_client import SmsClient

from notify.domain.parts.answer import Answer, accepted, permanent, retry_later, stop, unknown
from notify.domain.parts.receipt import SeenReceipt
from notify.domain.parts.seen_reply import SeenReply
from notify.gateways.approved import ApprovedTemplates, moment_of, rows_of
from notify.gateways.gateway import Callback, Outgoing
from notify.gateways.receipt_codes import reason_of

_STOPS_TEMPLATE = {
    "FailedOperation.SignatureIncorrectOrUnapproved",
    "FailedOperation.TemplateIncorrectOrUnapproved",
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
}
_STOPS_ACCOUNT = ("UnauthorizedOperation", "AuthFailure", "FailedOperation.InsufficientBalance")


@dataclass(frozen=True, slots=True)
class TencentAccount:
    """Where and as whom to ask."""

    secret_id: str
    secret_key: str
    app_id: str
    region: str
    endpoint: str
    protocol: Literal["http", "https"] = "https"


class Tencent(ApprovedTemplates):
    """Values go in the order of their first use in the text. Receipts name the provider's own serial number."""

    def __init__(
        self,
        account: TencentAccount,
        signature: str,
        codes: Mapping[str, str],
        name: str = "tencent",
        timeout: float = 5.0,
    ) -> None:
        super().__init__(name, signature, codes)
        self._app_id = account.app_id
        http = HttpProfile(protocol=account.protocol, endpoint=account.endpoint, reqTimeout=max(1, int(timeout)))
        self._client = SmsClient(
            Credential(account.secret_id, account.secret_key), account.region, ClientProfile(httpProfile=http)
        )

    async def send(self, message: Outgoing) -> Answer:
        request = SendSmsRequest()
        request.SmsSdkAppId = self._app_id
        request.SignName = self._signature
        request.TemplateId = self.code_of(message.words)
        request.TemplateParamSet = [value for _, value in message.words.values]
        request.PhoneNumberSet = [message.to if message.to.startswith("+") else f"+86{message.to}"]
        request.SessionContext = str(message.id)
        try:
            response = await asyncio.to_thread(self._client.SendSms, request)
        except TencentCloudSDKException as error:
            return _failure(str(error.code), str(error.message))
        if not response.SendStatusSet:
            return unknown("no_status", "the answer says nothing about the message")
        (status,) = response.SendStatusSet
        return understand(status.Code, status.Message, status.SerialNo)

    def receipts(self, callback: Callback) -> Sequence[SeenReceipt]:
        return [self._receipt(row) for row in rows_of(callback)]

    def _receipt(self, row: Mapping[str, Any]) -> SeenReceipt:
        status: Literal["delivered", "undelivered"] = (
            "delivered" if row.get("report_status") == "SUCCESS" else "undelivered"
        )
        code = str(row.get("errmsg") or "")
        return SeenReceipt(
            provider=self.name,
            reference=str(row.get("sid") or ""),
            status=status,
            code=code,
            reason="" if status == "delivered" else reason_of(code),
            at=moment_of(row.get("user_receive_time")),
        )

    def replies(self, callback: Callback) -> Sequence[SeenReply]:
        rows = [callback.json] if isinstance(callback.json, Mapping) else rows_of(callback)
        return [
            SeenReply(
                provider=self.name,
                address=str(row.get("mobile", "")),
                text=str(row.get("text", "")),
                sequence=f"{row.get('time', '')}/{row.get('sign', '')}/{row.get('text', '')}",
                at=datetime.now(UTC),
            )
            for row in rows
        ]

    def thanks(self) -> dict[str, Any]:
        return {"result": 0, "errmsg": "OK"}


def understand(code: str, detail: str, reference: str | None = None) -> Answer:
    """An answer's code in our five words."""
    if code == "Ok":
        return accepted(reference, code)
    if code.startswith("LimitExceeded."):
        return permanent(code, detail) if code.endswith("DailyLimit") else retry_later(code, detail, wait=60.0)
    if code in _STOPS_TEMPLATE or code.startswith(_STOPS_ACCOUNT):
        return stop(code, detail, scope="template" if code in _STOPS_TEMPLATE else "provider")
    if code.startswith(("FailedOperation.", "InvalidParameterValue.", "UnsupportedOperation")):
        return permanent(code, detail)
    if code.startswith("RequestLimitExceeded"):
        return retry_later(code, detail)
    return unknown(code, detail)


def _failure(code: str, detail: str) -> Answer:
    """The SDK wraps what its HTTP library says; only a connection that was never made is surely not sent."""
    never_made = ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError")
    if code == "ClientNetworkError" and any(mark in detail for mark in never_made):
        return retry_later("unreachable", detail)
    return understand(code, detail)
