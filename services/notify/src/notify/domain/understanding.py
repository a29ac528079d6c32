"""What an answer means: which message it answers, and which of the offered choices it takes."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

from notify.domain.messages.variable import visible
from notify.domain.notification import Notification
from notify.domain.policy.policy import MessagePolicy
from notify.domain.policy.purpose import Meaning, Purpose
from notify.domain.reply import Intent

_CHOICE = re.compile(r"^\D{0,4}([0-9])\D{0,4}$")
LONGEST_WISH = 60
"""Characters of an answer that may be a wish to get no more messages; a longer one is read by a person."""
_SIGNATURE = re.compile(r"^(发自|来自我的|sent from|get outlook).*$", re.IGNORECASE | re.MULTILINE)
_CLAUSES = re.compile(r"[^\w\s']+|\n+")
_TRADITIONAL = str.maketrans("訂閱發別請給傳擾復續開謝騷時許", "订阅发别请给传扰复续开谢骚时许")
_POLITE = re.compile(
    r"请|谢谢|多谢|麻烦|你好|您好|好的|我要|我想|申请|回复|^回|[了吧啊呢哦]$"
    r"|\b(please|pls|thanks?|thank you|thx|ok|hi|hello|now)\b"
)
_STOP = re.compile(
    r"r|t|td|n|0{4,5}|stop|stopall|unsubscribe|end|quit|cancel|revoke|optout|remove|removeme|nomore"
    r"|退订|退|拒收|取消|取消订阅|停止|屏蔽|不要|拉黑"
)
_START = re.compile(
    r"start|unstop|subscribe|resubscribe|optin|订阅|恢复|恢复订阅|重新订阅|继续订阅|开启订阅|取消退订|恢复接收"
)
_STOPPING = re.compile(
    r"退订(?![单金货购])|取消(短信|消息|信息)?订阅|拒收|(?<![不没])屏蔽"
    r"|(不要|别|勿|不想|不用|不必|无需|不需要|停止|禁止|不许|不准)(再|继续)*(给|向|跟)?(我|我们|本人)?(再)?"
    r"(发(?!.{0,2}[货票车运])|推送|发送|打扰|骚扰|联系我|收到|接收)"
    r"|\bunsubscribe\b|\bopt(ing)?[ -]?out\b|^(please |pls )?stop( all| it| now| this| that| them| these)*$"
    r"|\bstop (sending|texting|messaging|spamming|sms|emailing|mailing|contacting|the (messages|texts|sms|spam))"
    r"|\bno more (messages|texts|sms|emails?|spam)|\b(do not|don't|dont) (text|message|contact|e?mail|sms|send)"
    r"|\b(remove|take) me (from|off)"
)
_NOT_MEANT = re.compile(
    r"(不|没有?|没说|未|别|勿|无须|无需|不必|不要|不用|暂不|先不)(想|会|是|说|打算|需要?|能|再|要|用|给我|帮我)*(退订|取消订阅|取消短信订阅|拒收|屏蔽)"
    r"|\b(do not|don't|dont|not|never) (want to |wish to )?(stop|unsubscribe|opt)"
)


def answered_one(
    candidates: Iterable[Notification], text: str, policy_of: Callable[[Notification], MessagePolicy], at: datetime
) -> Notification | None:
    """Which of the latest messages a text answers: the newest that offers this choice, else the newest of all."""
    recent = [each for each in candidates if each.created_at > at - policy_of(each).answered_within]
    digit = _digit(text)
    for each in recent:
        if digit and _meaning(digit, each, policy_of(each).purpose(each.purpose)):
            return each
    return recent[0] if recent else None


def intent_of(text: str, answered: Notification | None, purpose: Purpose | None) -> tuple[Intent, int | None]:
    """A wish about further messages, one of the choices that the answered message offered (with its digit), or free
    text."""
    wish = wish_of(text)
    if wish:
        return wish, None
    digit = _digit(text)
    meaning = _meaning(digit, answered, purpose) if answered and purpose and digit else None
    if meaning is None or digit is None:
        return "free", None
    return meaning, int(digit) if meaning in ("choice", "rating") else None


def _meaning(digit: str, answered: Notification, purpose: Purpose) -> Meaning | None:
    """What the digit means in this message; nothing for a number that it did not offer."""
    meaning = purpose.replies.get(digit)
    if meaning == "choice" and answered.choices is not None and int(digit) > answered.choices:
        return None
    return meaning


def wish_of(text: str) -> Literal["stop", "start"] | None:
    """Whether the sender wants no more messages, or wants them again, in natural words; nothing when it says neither.

    Chinese, traditional Chinese and English; full and half width; whatever invisible characters, punctuation, polite
    words and telephone's signatures stand around it (002 六1(5)b).
    """
    if len(plain := _plain(text)) > LONGEST_WISH:
        return None
    clauses = [clause for each in _CLAUSES.split(plain) if (clause := " ".join(each.split()))]
    bare = [_POLITE.sub("", clause).replace(" ", "") for clause in clauses]
    if any(_START.fullmatch(each) for each in bare):
        return "start"
    if _STOP.fullmatch("".join(bare)) or any(_STOP.fullmatch(each) for each in bare):
        return "stop"
    joined = [*clauses, *(clause.replace(" ", "") for clause in clauses if not clause.isascii())]
    return "stop" if any(_STOPPING.search(each) and not _NOT_MEANT.search(each) for each in joined) else None


def _plain(text: str) -> str:
    wide = unicodedata.normalize("NFKC", text).translate(_TRADITIONAL).lower().replace("’", "'")
    return _SIGNATURE.sub("", visible(wide)).strip()


def _digit(text: str) -> str | None:
    found = _CHOICE.match(" ".join(_plain(text).split()))
    return found[1] if found else None
