"""The warranty passport as a page to print: A4, without scripts, with a QR code that leads to the contract."""

from base64 import b64encode
from hashlib import sha256
from html import escape
from urllib.parse import quote

import segno
from fastapi.responses import HTMLResponse

from aftersales.api.passport_view import Passport
from aftersales.domain.parts.finding import SAID
from shared.contracts.event import PreciseDate

_STYLE = (
    "@page{size:A4;margin:20mm}body{font-family:sans-serif;max-width:170mm;margin:auto;color:#000}"
    "header{display:flex;justify-content:space-between;align-items:center}figure{margin:0;text-align:center;font-size:small}svg{width:32mm;height:32mm}"
    "table{width:100%;border-collapse:collapse}th,td{border:1px solid #000;padding:2mm;text-align:left}"
    "th{width:40mm;font-weight:normal}li{margin:1mm 0}"
)
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def print_passport(passport: Passport, url: str | None) -> HTMLResponse:
    """The same content as the JSON, in words for the customer; the steps of the explanation in their order.

    The QR code holds `url` with the contract's number in it; without a `url` it holds the number.
    """
    number = escape(passport.contract_no)
    rows = "".join(f"<tr><th>{escape(title)}</th><td>{escape(value)}</td></tr>" for title, value in _rows(passport))
    steps = "".join(f"<li>{escape(step)}</li>" for step in passport.explanation)
    text = url.replace("{contract_no}", quote(passport.contract_no, safe="")) if url else passport.contract_no
    code = segno.make(text, error="m", micro=False).svg_inline(omitsize=True)
    caption = "扫码查询保修" if url else "扫码读取合同编号"
    page = (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>保修卡 {number}</title>'
        f"<style>{_STYLE}</style></head><body><header><h1>保修卡</h1>"
        f"<figure>{code}<figcaption>{caption}</figcaption></figure></header>"
        f"<table>{rows}</table><h2>说明</h2><ol>{steps}</ol></body></html>"
    )
    return HTMLResponse(page, headers=_HEADERS)


def _rows(passport: Passport) -> tuple[tuple[str, str], ...]:
    rule = passport.rule
    return (
        ("合同编号", passport.contract_no),
        ("订单编号", passport.order_no),
        ("客户编号", str(passport.customer_id or "—")),
        ("验收日期", str(passport.accepted_on or "—")),
        ("保修起算日", _told(passport.begins)),
        ("保修截止日", str(passport.expires_on or "—")),
        ("查询日期", str(passport.as_of)),
        ("保修状态", SAID[passport.verdict]),
        ("剩余天数", "—" if passport.days_left is None else str(passport.days_left)),
        ("适用规则", f"{rule.name}，第 {rule.version} 版，{rule.months} 个月"),
    )


def _told(day: PreciseDate | None) -> str:
    if day is None:
        return "—"
    return day.on.isoformat() if day.precision == "day" else f"{day.on:%Y-%m}"
