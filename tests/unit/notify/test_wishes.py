"""What people write when they want no more messages, or want them again, and what follows from it."""

from uuid import uuid4

import pytest
from customers import CUSTOMER, customer
from facts import greeting, registered, released
from notify_in_memory import InMemoryNotify

from notify.domain.parts.reply_text import wish_of
from shared.contracts.notify import ReplyReceived

STOPPING = [
    "不需要此类信息，谢谢",
    "停发短信",
    "請停止發送訊息",
    "這類訊息不要再發",
    "取消关注",
    "拒收你们的玻璃广告",
    "Stop. Thank you",
    "stop!",
    "退订。",
    "请退订",
    "回T退订",
    "别发了，退订",
    "退 订",
    "退訂",
    "td.",
    "T。",
    "ｔｄ",
    "\u200bTD",
    "Td\n发自我的手机",
    "STOP ALL",
    "unsubscribe please",
    "取消",
    "REVOKE",
    "OPTOUT",
    "不要再发了",
    "Ｔ",
    "退",
    "取消订阅",
    "取消訂閱",
    "请不要再给我发短信",
    "别再发了",
    "勿扰，退订",
    "Please stop sending me messages",
    "don't text me",
    "我不想再收到短信",
    "TD谢谢",
    "拒收",
    "opt out",
    "Sent from my iPhone\nstop",
    "0000",
    "【签名】T",
    "【王先生】退订",
    "请不要再发了",
    "STOP please",
    "ＳＴＯＰ",
    "T\u200bD",
    "S\u00adTOP",
    "TD TD",
    "停发",
    "取消接收",
    "拒绝接收",
    "拒接短信",
    "勿扰",
    "能不能别发了",
    "以后别再给我发广告",
    "leave me alone",
    "I don't want these messages",
    "退定",
    "'TD'",
    "“退订”",
    "STOP-ALL",
    "opt-out",
    "关闭短信",
    "不要短信了",
    "不再接收",
    "拒收一切短信",
    "黑名单",
    "拒收产品广告",
    "拒收产品推广短信",
    "拒收产品讯息",
    "關閉通知",
    "拒絕接收",
    "不想收产品信息",
    "不要收产品短信了",
    "拒收门店短信",
    "拒收快递短信",
    "垃圾邮件拒收",
    "邮件拒收",
    "本部门拒收此类短信",
    "请不要打扰业主",
    "别打扰家人",
    "不要骚扰他人",
    "请把我从名单里去掉",
    "推送关闭",
    "TDD",
    "不要传广告",
    "别推广告给我",
    "别寄广告了",
    "短信关掉",
    "广告关了",
    "推送停掉",
    "免打扰",
    "别烦我",
    "别再烦我了",
    "不要烦我",
    "推订",
    "退丁",
    "unsubscribed",
    "unsubscribe me",
    "UNSUBCRIBE",
    "stop it please",
    "stop please",
    "pls stop",
    "Please stop!",
    "no more",
    "把我号码删了",
    "把我的手机号删掉",
    "删除我的号码",
    "我的号码请从列表中剔除",
    "从你们系统里删掉我",
    "请停止发送",
    "别发了好吗",
    "不要再发了！",
    "不用再发了",
    "能不能不要再发短信",
    "以后不要发短信给我",
    "以后别发短信了",
    "不想收到你们的短信",
    "不要给我发任何消息",
    "谁让你们发的，退订",
    "怎么退订",
    "如何取消短信",
    "取消短信",
    "取消通知",
    "取消提醒",
    "关闭提醒",
    "关闭短信提醒",
    "不要提醒我",
    "不需要提醒",
    "不要群发",
    "别群发",
    "拒绝短信",
    "拒绝广告",
    "拒绝推销",
    "不要推销",
    "别推销了",
    "不要打电话发短信",
    "stop msg",
    "stop msgs",
    "stop sending me stuff",
    "don't message me",
    "take me off your list",
    "delete my number",
    "lose my number",
    "TD，谢谢！",
    "td 王先生",
    "回复TD",
    "退订回T",
    "T",
    "QX",
    "qx",
    "别发",
    "勿发",
    "勿发短信",
    "请勿发送",
    "请勿再发",
    "请勿打扰",
    "不收短信",
    "不收广告",
    "我不要收短信",
    "莫发了",
    "莫再发咯",
    "唔好再发",
    "唔好再send",
    "唔该唔好send",
    "甭发了",
    "甭给我发",
    "甭再发短信",
    "不接受短信",
    "我不需要这些信息",
    "不要发到这个号码",
    "别往这个手机号发",
    "Kindly stop",
    "cancel my subscription",
    "发货短信拒收",
]
ELSE = [
    "拒收破损的玻璃",
    "拒收你们的产品",
    "拒收贵司的门",
    "拒收颜色不对的那批货",
    "不需要这种玻璃",
    "退货",
    "我要退货",
    "不退订",
    "我没说退订",
    "先不退订",
    "退订单",
    "取消订单",
    "不要再发货了",
    "please stop by our office",
    "Don't stop",
    "1",
    "好的",
    "请尽快处理",
    "什么时候发货？",
    "Tomorrow",
    "不要发错货",
    "屏蔽门坏了",
    "别发那么快",
    "不要发到工地",
    "不想打扰你们",
    "不要联系我爱人，联系我",
    "不要再发生了",
    "T恤什么时候到",
    "N/A",
    "取消第二个",
    "N栋",
    "货物拒收",
    "我们拒收这批货",
    "拒收这批玻璃",
    "不再接收货物",
    "请勿打扰邻居",
    "TD-80什么时候到",
    "non-stop",
    "产品拒收",
    "铝门拒收",
    "快递拒收",
    "拒收这批货请发短信给我",
    "",
    "这个订单的玻璃门有问题，安装师傅说下周再来，我们等了很久了，请你们尽快安排，不要再发通知敷衍我们，打电话给我王先生，地址没变，还是天河区那里",
    "退订金",
    "退定金",
    "不要发货",
    "别发顺丰",
    "不要发物流",
    "先不要发",
    "暂时别发，等通知",
    "stop by tomorrow",
    "can you stop by",
    "不要取消",
    "取消安装",
    "取消预约",
    "取消周三的安装",
    "关闭柜门",
    "门关不上",
    "推送门坏了",
    "不要推拉门",
    "不要传错图纸",
    "别传图了发邮箱",
    "不要寄到公司",
    "不用寄样品",
    "停工了",
    "停止生产",
    "停止安装",
    "先停一下生产",
    "拒绝签收",
    "拒绝付款",
    "不要烦师傅跑了",
    "不要告诉邻居",
    "删掉那扇门",
    "从清单里去掉两块板",
    "名单发我",
    "把我的地址改一下",
    "删除订单里的柜子",
    "广告公司王先生",
    "不要打扰住户",
    "别打扰邻居",
    "不要发给他",
    "没说要退订",
    "不要帮我退订",
    "don't stop",
    "don't stop the production",
    "stop the installation",
    "stop order 123",
    "no",
    "不",
    "不行",
    "不用了",
    "不需要了谢谢",
    "T恤",
    "T型件",
    "TD-80",
    "TD80隔断",
    "td系列有货吗",
    "end of month",
    "I quit smoking",
    "cancel the order",
    "cancel my appointment",
    "remove the panel",
    "remove the old partition first",
    "提醒我一下",
    "提醒师傅带工具",
    "不要忘记提醒我",
    "取消提醒安装师傅",
    "怎么取消订单",
    "消息收到",
    "短信收到了",
    "通知收到",
    "没收到短信",
    "没有收到通知",
    "不收定金",
    "不收货",
    "甭装了",
    "别安装了",
    "拒绝",
    "垃圾短信",
    "再发就投诉",
    "停",
    "下车stop",
    "请从仓库去掉两扇门",
    "从仓库移除两箱",
    "把我的去掉一扇",
    "货到了我要拒收",
    "不要停止发送",
    "不需要这些通知单",
]


@pytest.mark.parametrize("text", STOPPING, ids=ascii)
def test_a_wish_for_no_more_messages_is_understood_in_natural_words(text: str) -> None:
    assert wish_of(text) == "stop"


@pytest.mark.parametrize("text", ELSE, ids=ascii)
def test_what_says_something_else_is_no_wish(text: str) -> None:
    assert wish_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "START",
        "恢复订阅",
        "重新订阅。",
        "ｓｔａｒｔ",
        "请恢复订阅",
        "取消退订",
        "恢复短信",
        "恢复推送",
        "重新接收",
        "resume",
    ],
    ids=ascii,
)
def test_a_wish_to_get_messages_again_is_understood(text: str) -> None:
    assert wish_of(text) == "start"


async def test_who_refused_care_long_after_a_message_gets_none_and_begins_again_when_wished(
    notify: InMemoryNotify,
) -> None:
    await notify.tell(greeting("中秋"))
    await notify.later(days=40)
    await notify.reply("+86 138-0013-8000", "Stop. Thank you", "1")
    await notify.tell(greeting("国庆"))
    await notify.reply("13800138000", "恢复订阅", "2")
    await notify.later(days=1)
    await notify.tell(greeting("春节"))

    stages = [each.stage for each in await notify.all(purpose="care_greeting")]
    assert stages == ["unconfirmed", "suppressed", "accepted"]


async def test_a_wish_counts_for_every_file_with_the_number_even_one_that_comes_later(notify: InMemoryNotify) -> None:
    twin = customer(7).but(mobile=CUSTOMER.mobile)
    await notify.tell(registered(CUSTOMER))
    await notify.reply("13800138000", "退订")
    await notify.tell(registered(twin))
    for who in (CUSTOMER, twin):
        await notify.tell(greeting("中秋", who))

    assert {each.stage for each in await notify.all(purpose="care_greeting", **{"ways.channel": "sms"})} == {
        "suppressed"
    }


async def test_service_messages_go_on_after_care_was_refused(notify: InMemoryNotify) -> None:
    await notify.reply("13800138000", "TD")
    (told,) = await notify.tell(released())

    assert told.stage == "accepted"


async def test_a_reply_from_a_number_that_no_file_has_is_listed_and_somebodys_duty(notify: InMemoryNotify) -> None:
    await notify.reply("13911112222", "退订")

    (heard,) = notify.announced(ReplyReceived)
    (reply,) = (await notify.ask("GET", "/replies")).json()["items"]
    (duty,) = (await notify.ask("GET", "/duties?kind=unattributed")).json()["items"]
    known = await notify.ask("POST", f"/replies/{reply['id']}/attribute", {"customer_id": str(uuid4())})
    again = await notify.ask("POST", f"/replies/{reply['id']}/attribute", {"note": "广告"})

    assert (heard.intent, heard.customer_id) == ("stop", None)
    assert (duty["role"], duty["about"], reply["address_masked"]) == ("cs_specialist", "139****2222", "139****2222")
    assert (known.status_code, known.json()["attributed_by"], again.status_code) == (200, "cs-07", 409)
    assert (await notify.ask("GET", "/duties?kind=unattributed")).json()["items"] == []
    (clock,) = (await notify.ask("GET", f"/replies/{reply['id']}/clocks")).json()
    assert clock["outcome"] == "in_time"


async def test_a_reply_from_a_number_that_one_file_has_is_that_customers(notify: InMemoryNotify) -> None:
    await notify.tell(registered(CUSTOMER))
    await notify.reply("13800138000", "什么时候发货？")

    (heard,) = notify.announced(ReplyReceived)
    assert (heard.customer_id, heard.intent) == (CUSTOMER.customer_id, "free")
    assert (await notify.ask("GET", "/duties?kind=unattributed")).json()["items"] == []
