"""What carriers write into receipts: code families that all Chinese providers pass on."""

REASONS = {
    "MK:0001": "invalid_number",
    "MK:0005": "unreachable",
    "MK:0010": "unreachable",
    "MK:0013": "unreachable",
    "MK:0023": "unreachable",
    "MBBLACK": "opted_out",
    "DBBLACK": "opted_out",
    "TDBLACK": "opted_out",
    "KEYWORD": "content_blocked",
    "MK:0115": "content_blocked",
    "MILIMIT": "carrier_limit",
    "LIMIT": "carrier_limit",
    "BEYONDN": "carrier_limit",
    "EXPIRED": "expired",
    "UNDELIV": "unreachable",
    "REJECTD": "rejected",
    "NP:1243": "ported",
}


def reason_of(code: str) -> str:
    """Why a message did not arrive, in our words; a code we do not know is kept beside it as it came."""
    return REASONS.get(code.strip().upper(), "other")
