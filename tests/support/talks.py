"""What a colleague writes down of a talk before a sale, in the fields that every record has."""

from types import MappingProxyType

PRESALES_TALK = MappingProxyType(
    {
        "subject": "售前电话回访",
        "service_type": "售前",
        "service_method": "电话",
        "on": "2026-11-20",
        "at": "14:00",
        "contact_name": "王建国",
        "status": "已完成",
        "started_at": "2026-11-20T05:50:00Z",
        "content": "了解以往隔断使用情况",
    }
)
ANSWERED = MappingProxyType({**PRESALES_TALK, "answers": {f"q{number}": "已回答" for number in range(1, 8)}})
"""The same with an answer to each question of the call, as a visit needs it before."""
