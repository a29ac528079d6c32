"""Who is asking: staff by signed token, departments' systems by API key."""

from shared.identity.department_keys import DepartmentKeys, add_api_key
from shared.identity.groups import GroupRoles
from shared.identity.local_key import LocalKey, create_key_pair, issue_token
from shared.identity.principals import DrawnForAnother, Forbidden, Principal, TurnedAway, Unauthenticated
from shared.identity.provider import IdentityProvider
from shared.identity.tokens import StaffTokens

__all__ = [
    "DepartmentKeys",
    "DrawnForAnother",
    "Forbidden",
    "GroupRoles",
    "IdentityProvider",
    "LocalKey",
    "Principal",
    "StaffTokens",
    "TurnedAway",
    "Unauthenticated",
    "add_api_key",
    "create_key_pair",
    "issue_token",
]
