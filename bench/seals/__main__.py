"""What it costs to verify a service's documents, and to make a checkpoint of them, on a mongod of its own."""

import asyncio
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import uuid4

from rich.console import Console

from kefu_local.servers import ServerPorts, servers
from shared.kernel.documents import Write
from shared.kernel.group_commit import GroupCommit
from shared.kernel.mongodb import Database
from shared.seals.verification import Evidence
from shared.testing import SEALS, Outbox

out = Console()
TOGETHER = 1000
"""Documents that are written together."""


def born() -> Write:
    """A document of about 1.5 KB, as an order is."""
    id, cause = uuid4(), uuid4()
    now = datetime.now(UTC).isoformat()
    lines = [{"name": f"part {place}", "size": place, "made_at": now, "by": str(cause)} for place in range(10)]
    state = {"id": str(id), "deadlines": [], "customer": "广州恒达装饰工程有限公司", "lines": lines}
    return Write(id, 0, 1, state, None, [], [cause], [cause])


async def nothing() -> None:
    """No listener is told."""


async def bench(url: str, documents: int) -> None:
    """Fill, make a checkpoint, verify against it, print."""
    group_commit = GroupCommit(Outbox())
    database = Database(url, f"bench-seals-{uuid4().hex[:8]}", group_commit, SEALS, timeout=600.0)
    running = asyncio.create_task(group_commit.run())
    orders = database.documents("orders", ())
    evidence = Evidence(database)
    await database.prepare()
    for begin in range(0, documents, TOGETHER):
        await orders.write([born() for _ in range(min(TOGETHER, documents - begin))])
    began = perf_counter()
    _, findings = await evidence.check(nothing, rest=0)
    checked = perf_counter() - began
    began = perf_counter()
    seen = 0
    async for part in evidence.everything("orders"):
        seen += part.documents
        findings += part.findings
    verified = perf_counter() - began
    running.cancel()
    database.close()
    out.print(f"{seen:,} documents, {len(findings)} findings")
    for what, seconds in (("checkpoint", checked), ("verification", verified)):
        out.print(f"{what}: {seconds:.1f} s, {seconds / documents * 1e6:.0f} µs a document")


def main() -> None:
    """Read the arguments and run."""
    asked = ArgumentParser(description=__doc__)
    asked.add_argument("--documents", type=int, default=1_000_000)
    arguments = asked.parse_args()
    with TemporaryDirectory() as folder, servers(Path(folder), ServerPorts.free(), disposable=True) as started:
        asyncio.run(bench(started.mongo_url, arguments.documents))


if __name__ == "__main__":
    main()
