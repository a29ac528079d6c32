"""Which groups of the company's directory play which roles: a policy with versions."""

from collections.abc import Iterable, Mapping

from shared.contracts.roles import Role
from shared.policy import Policy


class GroupRoles(Policy):
    """The roles that the members of each group have. A group that is not listed gives none."""

    groups: Mapping[str, frozenset[Role]]

    def roles(self, groups: Iterable[str]) -> frozenset[Role]:
        """All roles of a person in these groups, whatever the groups' order."""
        return frozenset(role for group in groups for role in self.groups.get(group, ()))
