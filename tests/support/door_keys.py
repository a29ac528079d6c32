"""What opens a service's doors."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from shared.identity import add_api_key, create_key_pair, issue_token
from shared.wire import ingress


@dataclass(frozen=True)
class Keys:
    """Staff's signing key and the departments' keys, and the settings by which a service knows them."""

    private: str
    departments: Mapping[str, str]
    settings: Mapping[str, object]

    @classmethod
    def made_in(cls, folder: Path) -> "Keys":
        private, public, hashes = folder / "private.pem", folder / "public.pem", folder / "api-keys.json"
        create_key_pair(private, public)
        departments = {name: add_api_key(hashes, name) for name in ingress.departments()}
        return cls(private.read_text(), departments, {"jwt_public_key_file": public, "api_keys_file": hashes})

    def staff(self, *roles: str, id: str = "cs-07", key: str | None = None) -> dict[str, str]:
        """Headers of a member of staff with these roles, and of a request that was never made before."""
        token = issue_token(self.private, id, *(roles or ("cs_specialist",)))
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": key or str(uuid4())}

    def department(self, name: str) -> dict[str, str]:
        """Headers of a department's system."""
        return {"X-API-Key": self.departments[name]}
