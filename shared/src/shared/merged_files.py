"""Which files are one person's, as intake announced it: a question about one of them is about all of them."""

from uuid import UUID

from shared.aggregate import Aggregate, Cause, Change, NotFound
from shared.contracts.intake import CustomersMerged, CustomersSeparated
from shared.store import Index, OneOf, Store, Touch
from shared.subscriptions import Subscriptions


class MergedFile(Aggregate):
    """A customer's file that was merged into another one, or was; its id is the customer's.

    `revision` is that of the file when it was merged or separated: of two the higher one is the truth.
    """

    leads_to: UUID | None = None
    revision: int = 0


class MergedFiles(Store[MergedFile]):
    """Every file that does not stand alone."""

    collection = "merged_files"
    kind = MergedFile
    indexes = (Index("leads_to"),)

    async def all_of(self, customer_id: UUID | None) -> UUID | OneOf | None:
        """The condition that finds what any file of this customer is named in; none when no customer is asked for."""
        if customer_id is None:
            return None
        leading = await self.leading(customer_id)
        others = [each.id async for each in self.each({"leads_to": leading})]
        return OneOf(leading, *others) if others else customer_id

    async def are_one(self, some: UUID, other: UUID) -> bool:
        """Whether two files are one person's."""
        return await self.leading(some) == await self.leading(other)

    async def leading(self, customer_id: UUID) -> UUID:
        """The file that this one leads to; itself when it stands alone."""
        try:
            return (await self.get(customer_id)).leads_to or customer_id
        except NotFound:
            return customer_id


def follow(on: Subscriptions, files: MergedFiles) -> None:
    """Keep what intake announces about two files of one person."""

    @on(CustomersMerged)
    def lead_to_the_kept_file(event: CustomersMerged, cause: Cause) -> Touch[MergedFile]:
        """What is asked about either file is answered with what belongs to both (004 一㈢4)."""
        return _said(files, event.duplicate_id, event.customer_id, event.revision)

    @on(CustomersSeparated)
    def let_it_stand_alone(event: CustomersSeparated, cause: Cause) -> Touch[MergedFile]:
        """Two people are two customers again."""
        return _said(files, event.separated_id, None, event.revision)


def _said(files: MergedFiles, id: UUID, leads_to: UUID | None, revision: int) -> Touch[MergedFile]:
    def keep(known: MergedFile) -> Change[MergedFile]:
        newer = revision > known.revision
        return Change(known.but(leads_to=leads_to, revision=revision) if newer else known)

    return files.touch(id, keep, MergedFile(id=id))
