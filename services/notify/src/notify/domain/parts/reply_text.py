"""What the text of an answer says by itself: a wish about further messages, or the one number that it takes."""

import re
import unicodedata
from typing import Literal

from notify.domain.messages.variable import visible

_CHOICE = re.compile(
    r"(?:我|们|就|想|要|选择?|同意|接受|方案|第|序号|回复?|答复?|[#@]|option|number|choose|the)*"
    r"([0-9])"
    r"(?:个|号|种|项|条|方案|可以|就行|行|吧|好了?|[了啊哦呢]|非?常?不?满意|一般|较差)*"
)
"""One number in a clause, with nothing around it but words of choosing; "不同意1" and "5天" are read by a person."""
_NUMERALS = str.maketrans("零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖", "001223456789123456789")
_WORDS_FOR_NUMBERS = {"one": "1", "two": "2", "three": "3", "first": "1", "second": "2", "third": "3"}
_NUMBER_WORDS = re.compile(r"\b(" + "|".join(_WORDS_FOR_NUMBERS) + r")\b")
_BESIDE_A_CHOICE = re.compile(r"(?:尽快|尽快处理|尽快安排|快点|辛苦了?|可以|好|ok|thx|thanks|please)?")
_OWN_NAME = re.compile(r"^【[^】]*】|【[^】]*】$")
LONGEST_WISH = 60
"""Characters of an answer that may be a wish to get no more messages; a longer one is read by a person."""
_BETWEEN = str.maketrans("", "", " -'")
"""What may stand between or around the letters of a word."""
_SIGNATURE = re.compile(r"^(发自|来自我的|sent from|get outlook).*$", re.IGNORECASE | re.MULTILINE)
_CLAUSES = re.compile(r"(?:(?!(?<=[a-z0-9])-[a-z0-9])[^\w\s'])+|\n+")
"""What parts two clauses; a hyphen within a number or a word, as in "TD-80", does not."""
_TRADITIONAL = str.maketrans(
    "訂閱發別請給傳擾復續開謝騷時許訊這類們關閉絕廣單產", "订阅发别请给传扰复续开谢骚时许讯这类们关闭绝广单产"
)
_POLITE = re.compile(
    r"请|谢谢|多谢|麻烦|你好|您好|好的|我要|我想|申请|回复|^回|[了吧啊呢哦]$"
    r"|\b(please|pls|kindly|thanks?|thank you|thx|ok|hi|hello|now)\b"
)
_STOP = re.compile(
    r"(r|t|tdd?|qx|n|0{4,5}|stop|stopall|unsubscribe|unsub|end|quit|cancel|revoke|optout|remove|removeme|nomore"
    r"|退订|退定|退丁|推订|tuiding|退|拒收|拒绝接收|拒接|拒接短信|不接收|不收了|取消|取消订阅|取消接收|取消推送|关闭(?:通知|短信|推送)|取关|停止|停发(?:短信|信息|消息)?|(?:不需要|不想要|不要|无需)(?:此类|这类|这种|这些|任何)(?:短信|短讯|信息|讯息|消息|广告|推送|通知)|取消关注|屏蔽|不要|拉黑|黑名单|不要短信|免打扰|勿扰)\1*"
    r"|(?:怎[么样]|如何|咋)?(?:才能|可以)?(?:取消|关闭|关掉|停掉|停用|停止)(?:此类|这类|这些|所有|全部)?"
    r"(?:短信|短讯|信息|消息|推送|通知|提醒|广告)+(?:服务|功能)?"
    r"|(?:短信|推送|广告|提醒)+(?:关闭|关掉|关|停掉|停|取消)"
)
_START = re.compile(
    r"start|unstop|subscribe|resubscribe|optin|订阅|恢复|恢复订阅|重新订阅|继续订阅|开启订阅|取消退订|恢复接收|恢复短信|恢复推送|恢复通知|重新接收|继续接收|resume"
)
_WHAT_IS_SENT = (
    r"(?=$|[了啦吧啊呢咯]|送$|(给我|我|这种|这些|这样|此类|这类|任何|什么)?的?"
    r"(短信|短讯|信息|讯息|消息|广告|邮件|通知|推送|微信|垃圾|东西|内容))"
)
_MESSAGES = r"(?:短信|短讯|信息|讯息|消息|广告|邮件|通知|推送|垃圾)"
_REFUSING = r"(?:拒收|拒接(?=短信|消息|信息|推送)|拒绝接收|不再?接收|取消接收|不要收|不想收)"
_OF_MESSAGES = r"(?=[^发请给用批件车]{0,8}(?:短信|短讯|信息|讯息|消息|广告|邮件|通知|推送|推广))"
"""What is refused is what we write, whatever it is about, as in "拒收产品广告"."""
_NO_GOODS_BEFORE = (
    r"(?<!货)(?<!货物)(?<!物品)(?<!产品)(?<!商品)(?<!材料)(?<!物料)(?<!来料)(?<!配件)(?<!部件)"
    r"(?<!零件)(?<!快件)(?<!快递)(?<!包裹)(?<!玻璃)(?<!隔断)(?<!家具)(?<!(?<!部)门)(?<!板)"
)
_GOODS_BEHIND = (
    r"了?((?:你们?|您|我们?|贵司|[^给我你们]{1,6})的)?([这那该][批件车些个]|一[批件车]|全部|整车|部分)?"
    r"的?(货|玻璃|产品|材料|隔断|家具|门|板|到货|快递)"
)
_STOPPING = re.compile(
    rf"退订(?![单金货购])|取消(短信|消息|信息)?订阅|{_REFUSING}{_OF_MESSAGES}"
    rf"|{_NO_GOODS_BEFORE}{_REFUSING}(?!{_GOODS_BEHIND})|(?<![不没])屏蔽(?![门墙室网线层])"
    rf"|(?:不收|不接受|拒绝)(?={_MESSAGES}|推销|骚扰)"
    rf"|(?:不需要|不想要|不要|无需|用不着)(?:此类|这类|这种|这些|任何|你们的?){_MESSAGES}(?!单)"
    r"|(?:不要|别|勿|不用)再?(?:(?:往|给|向)(?:这个?|本)(?:手机|电话)?号码?发|发(?:到|给)(?:这个?|本)(?:手机|电话)?号)"
    r"|(不要|别|勿|莫|甭|唔好|唔使|不想|不用|不必|无需|不需要|停止|禁止|不许|不准)(再|继续)*(给|向|跟)?(我|我们|本人)?(再)?"
    rf"(发{_WHAT_IS_SENT}|发送{_WHAT_IS_SENT}|send$|群发|推送|推销|[传推寄来](?=(?:这种|这些|此类|任何)?的?{_MESSAGES})|打电话.?发短信"
    r"|提醒(?:我|我们)?[了吧啊]?$|烦(?=[我人了吧啊]|$)|(打扰|骚扰)(?![你您贵]|他(?!人)|邻居|别人|别家|住户)"
    r"|联系我们?了?$|收到|接收(?!货))"
    r"|(名单|列表).{0,3}(删除|移除|删掉|去掉|去除|剔除|拿掉|划掉)|(删除|移除|删掉)我"
    r"|把我们?(的?(手机号码?|电话号码|号码))?(从.{1,8})?(删|移除|去掉|拿掉|踢)|从.{0,4}(系统|后台|(?<![仓车])库)里?(把我)?(删|去掉|移除)"
    r"|^(?:tdd?|qx|stop) ?[\u4e00-\u9fff]{1,3}(?:先生|女士|小姐|老师|经理|总|工)$"
    r"|\bunsub\w*|\bcancel (my |the |this )?subscription|\bopt(ing)?[ -]?out\b"
    r"|^(please |pls )?stop( all| it| now| this| that| them| these| msgs?)*( please| pls)?$"
    r"|\bstop (sending|texting|messaging|spamming|sms|emailing|mailing|contacting|the (messages|texts|sms|spam))"
    r"|\b(delete|remove|erase|lose|drop|forget) my (phone |mobile )?(number|contact)"
    r"|\bno more (messages|texts|sms|emails?|spam)|\b(do not|don't|dont) (text|message|contact|e?mail|sms|send)"
    r"|\b(remove|take) me (from|off)|\bleave me alone"
    r"|\b(do not|don't|dont) (want|need) (any |more |these |your |to get |to receive )+"
    r"(messages|texts|sms|emails?|spam)|\b(do not|don't|dont) send me"
)
_NOT_MEANT = re.compile(
    r"(不|没有?|没说|未|别|勿|无须|无需|不必|不要|不用|暂不|先不)(想|会|是|说|打算|需要?|能|再|要|用|给我|帮我)*(退订|取消订阅|取消短信订阅|拒收|屏蔽)"
    r"|(先|暂时|暂且|今天|明天|目前)(不要|别|勿|不用|不必)|(不要|别|勿)停(?:止|发)"
    r"|货[^短信息消讯]{1,6}(?:拒收|不想收)$"
    r"|\b(do not|don't|dont|not|never) (want to |wish to )?(stop|unsubscribe|opt)"
)


def wish_of(text: str) -> Literal["stop", "start"] | None:
    """Whether the sender wants no more messages, or wants them again, in natural words; nothing when it says neither.

    Chinese, traditional Chinese and English; full and half width; whatever invisible characters, punctuation, polite
    words and telephone's signatures stand around it (002 六1(5)b).
    """
    if len(plain := _plain(text)) > LONGEST_WISH:
        return None
    clauses, bare = _clauses(plain)
    if bare == ["n", "a"]:
        return None
    if any(_START.fullmatch(each) for each in bare):
        return "start"
    if _STOP.fullmatch("".join(bare)) or any(_STOP.fullmatch(each) for each in bare):
        return "stop"
    joined = [*clauses, *(clause.replace(" ", "") for clause in clauses if not clause.isascii())]
    return "stop" if any(_STOPPING.search(each) and not _NOT_MEANT.search(each) for each in joined) else None


def _plain(text: str) -> str:
    wide = unicodedata.normalize("NFKC", text).translate(_TRADITIONAL).lower().replace("’", "'")
    return _OWN_NAME.sub("", _SIGNATURE.sub("", visible(wide)).strip()).strip()


def _clauses(plain: str) -> tuple[list[str], list[str]]:
    """The clauses of a text, and the same without spaces and polite words."""
    clauses = [clause for each in _CLAUSES.split(plain) if (clause := " ".join(each.split()))]
    return clauses, [_POLITE.sub("", clause).translate(_BETWEEN) for clause in clauses]


def digit_of(text: str) -> str | None:
    """The one number that a short text names and takes; none for two numbers, a refusal, a count of something."""
    if len(plain := _plain(text)) > LONGEST_WISH:
        return None
    _, bare = _clauses(_NUMBER_WORDS.sub(lambda found: _WORDS_FOR_NUMBERS[found[0]], plain.translate(_NUMERALS)))
    found = [_CHOICE.fullmatch(each) for each in bare]
    if any(not match and not _BESIDE_A_CHOICE.fullmatch(each) for match, each in zip(found, bare, strict=True)):
        return None
    digits = {match[1] for match in found if match}
    return digits.pop() if len(digits) == 1 else None
