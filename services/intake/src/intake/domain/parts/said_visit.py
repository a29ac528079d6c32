"""What an account manager texts on leaving a customer, as people write it: shop, name and mobile in any order."""

import re
import unicodedata

from shared.contracts.event import Part
from shared.contracts.vocabulary import Line, Phone

_MOBILE = re.compile(
    r"(?<!\d)(?:\((?:\+|00)?86\)|(?:\+|00)?86)?[-. ‐‑–—]?(1[3-9]\d)[-. ‐‑–—]?(\d{4})[-. ‐‑–—]?(\d{4})(?!\d)"
)
_LABELS = (
    ("shop", r"店名|公司名称|单位名称|(?<!\w)公司|(?<!\w)单位|(?<!\w)店铺|客户单位|(?<!\w)店"),
    ("name", r"客户姓名|客户名称|姓名|联系人|客户"),
    ("mobile", r"手机号码|手机号|手机|联系电话|电话号码|电话|号码|tel"),
)
_LABEL = re.compile(rf"(?P<label>{'|'.join(words for _, words in _LABELS)})\s*(?:是|为)?\s*[:=]\s*", re.IGNORECASE)
_LABEL_ANYWHERE = re.compile(_LABEL.pattern.replace(r"(?<!\w)", ""), re.IGNORECASE)
"""With what stands before a shop's label taken for a part of it, as in 拜访单位, or for what was said before."""
_BREAKS = re.compile(r"[\s,;。、/|!~()\[\]【】—]+")
_FINER_BREAKS = re.compile(rf"(?:{_BREAKS.pattern}|[-_+:·•])+")
_OPENING = re.compile(
    r"^(?:\d{1,2}月\d{1,2}[日号]|\d{1,2}:\d{2}(?!\d)"
    r"|您好|你好|汇报|报备|报告|客服|我是?|刚刚?|已经?|今天|上午|下午|现在|从|在|去了|离开了?|拜访(?:完毕?|了)?|走访(?:完|了)?|见了|到访"
    r"|店名|客户(?:姓名|名称)?|联系人|姓名"
    r"|[他她]的?(?=手机|电话|联系)|(?:手机号?码?|(?:联系)?电话(?:号码)?)[是为]?)+"
)
_CLOSING = re.compile(
    r"(?:已经?|刚刚?|出来了?|离开了?|走了|拜访(?:完毕?|了)?|完毕|了|请回访|麻烦回访|回访|谢谢|辛苦了?)+$"
)
_SHOP = re.compile(
    r"店|公司|厂|厅|馆|城|行$|中心|装饰|装修|装潢|设计|家具|建材|门窗|集团|工作室|商贸|超市|酒店|学校|医院|银行|大厦|办公室"
)
_TITLE = re.compile(r"(?:先生|女士|小姐|总|经理|老板|主任|老师|工|姐|哥|师傅|厂长|店长)$")
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹喻水窦章云苏潘葛范彭郎鲁韦昌马苗凤花方"
    "俞任袁柳唐罗薛伍余米贝姚孟顾尹江钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔"
    "吉龚程邢裴陆荣翁荀甄曲封储靳段焦谷车侯全班仲宫宁仇栾甘厉戎祖武符刘景詹束龙叶幸司黎薄印宿白怀蒲从索赖卓蔺屠蒙"
    "池乔阴能苍双闻党翟谭贡劳姬申扶冉雍桑桂牛寿通边冀温庄晏柴瞿阎连茹习艾鱼容向古易慎戈廖庾终步都耿满匡国文寇广欧沃"
    "蔚越隆师巩聂晁勾敖融冷辛阚那简饶曾沙丰关蒯相查荆红游竺盖梁林黄梅岳肖涂欧阳司徒上官诸葛"
)

_NAMED = re.compile(
    rf"(?:欧阳|司徒|上官|诸葛|[{''.join(sorted(_SURNAMES))}])"
    rf"(?:\w{{0,2}}{_TITLE.pattern}|(?![总工姐哥董])[^\W\d_a-zA-Z不没了的说很吗呢吧要再已]{{2}})"
)
"""Surname, up to two characters and a title, or surname and two characters that may be a given name."""
_CHATTER = re.compile(
    "马上|马路|高兴|高度|方便|方案|方面|全部|全款|全屋|全都|关门|关于|关心"
    "|白天|白跑|终于|应该|应付|经常|经过|满意|都是|都有|都好|都在|许多|那边"
    "|那里|包括|包装|单子|单价|通过|通知|通话|易碎|金额|连锁|向来|幸好|从来"
    "|国内|广告|何时|何况|能够|能谈|相关|相当|丰富|文件|解决|解释|温馨|管理"
    "|水电|花了|习惯|宣传|简单|游览|广大|程序|封闭|查看|红包|单独|寿命|边上"
    "|左右|左边|焦急|冷清|房东|车上|钱款|顾客|段时|申请|武汉|阳光|连续|容易"
    "|步行|余款|温州|江门|石材|云南|干净|甘肃|景区"
)
"""What begins like a surname and is none, in words that stand behind a shop's name."""


class SaidVisit(Part):
    """What was understood of a text."""

    shop_name: Line
    customer_name: Line
    mobile: Phone


def understood(text: str) -> SaidVisit | None:
    """What a text says of a visit, or nothing where it cannot be told for sure (000 §3.6.1a).

    There must be one mobile number, and two words beside it that are no chatter, of which one is a person. Full-width
    signs, labels such as 店名：, blanks and hyphens in the number, any order, and a person's name right behind the
    shop's are understood.
    """
    numbers = mobiles_in(text)
    if len(numbers) != 1:
        return None
    plain = _plain(text)
    rest = _MOBILE.sub(" ", plain)
    labelled = _labelled(rest)
    if labelled is not None:
        shop, name = labelled
    else:
        plain_words = _LABEL.sub(" ", rest)
        found = _two_of(_words(plain_words, _BREAKS)) or _two_of(_words(plain_words, _FINER_BREAKS))
        if found is None:
            return None
        shop, name = found
    if len(shop) > 100 or len(name) > 30:
        return None
    return SaidVisit(shop_name=shop, customer_name=name, mobile=numbers[0])


def mobiles_in(text: str) -> tuple[Phone, ...]:
    """The mobile numbers that a text names, each once, without blanks and hyphens."""
    return tuple(dict.fromkeys("".join(found) for found in _MOBILE.findall(_plain(text))))


def _plain(text: str) -> str:
    """In half-width signs, and without characters that cannot be seen."""
    seen = (each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
    return "".join(seen).strip()


def _labelled(text: str) -> tuple[str, str] | None:
    """Shop and name where both have their labels: 恒达公司：王建国 is no label of a shop but the shop's name."""
    found = _under(_LABEL_ANYWHERE, text)
    return found if found and not _is_person(found[0]) else _under(_LABEL, text)


def _under(labels: re.Pattern[str], text: str) -> tuple[str, str] | None:
    marks = list(labels.finditer(text))
    told: dict[str, str] = {}
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        what = next(what for what, words in _LABELS if re.fullmatch(words, mark["label"], re.IGNORECASE))
        said = next((word for word in _BREAKS.split(text[mark.end() : end]) if word), "")
        told.setdefault(what, said)
    shop, name = told.get("shop", ""), told.get("name", "")
    return (shop, name) if shop and name else None


def _words(text: str, breaks: re.Pattern[str]) -> list[str]:
    return [word for word in map(_bare, breaks.split(text)) if word]


def _two_of(words: list[str]) -> tuple[str, str] | None:
    """Shop and person out of the two words that there are, or out of one in which they are joined."""
    if len(words) == 2:
        return _told_apart(*words)
    return _parted(words[0]) if len(words) == 1 else None


def _parted(word: str) -> tuple[str, str] | None:
    """Shop and person that are written without a break: where the shop ends is said by its kind, in one place alone.

    What stands behind may be chatter too, so a person is only who has a whole name there.
    """
    found = [
        (word[: kind.end()], name)
        for kind in _SHOP.finditer(word)
        if kind.start() > 0 and _is_named(name := _bare(word[kind.end() :].removeprefix("里").removeprefix("的")))
    ]
    return found[0] if len(found) == 1 else None


def _is_named(word: str) -> bool:
    return bool(_NAMED.fullmatch(word)) and not _CHATTER.match(word) and not _SHOP.search(word)


def _bare(word: str) -> str:
    """The word without what people say around it."""
    return _CLOSING.sub("", _OPENING.sub("", word)).strip(":.-")


def _told_apart(first: str, second: str) -> tuple[str, str] | None:
    """Which of two words is the shop and which the person; nothing where both may be either, or one has a label."""
    if ":" in first + second:
        return None
    if _is_person(second) and not _is_person(first):
        return first, second
    if _is_person(first) and not _is_person(second):
        return second, first
    return None


def _is_person(word: str) -> bool:
    if _SHOP.search(word):
        return False
    return bool(_TITLE.search(word)) or (2 <= len(word) <= 4 and word[0] in _SURNAMES)
