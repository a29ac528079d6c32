"""Who may ask for a decision that the company's authority gives to some roles."""

from aftersales.domain.parts.authority import AuthorisedDecision
from aftersales.domain.policy.policy import Rules
from shared.contracts.roles import Role


def deciders(rules: Rules, decision: AuthorisedDecision) -> tuple[Role, ...]:
    """The roles to which any version of the policy gives the decision, which itself checks the version in force."""
    return tuple(dict.fromkeys(role for policy in rules.policies for role in policy.authority.roles(decision)))
