"""The routes over pictures, the same in every service: hand one in, and look at it, whole or small."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field

from shared.aggregate import Change, NotFound
from shared.contracts.roles import Role
from shared.contracts.vocabulary import FileRef
from shared.http import CausedByRequest, Router, View, allow
from shared.pictures.picture import Picture, Pictures
from shared.pictures.reading import NotAPicture, PictureType, ReadPicture, read

STAFF = tuple(Role)
KEPT = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}
"""No browser keeps it for the next person, and whatever it may be taken for, it runs nothing and loads nothing."""


class PictureView(View):
    """A picture that was taken in, and what it is referred to by."""

    ref: FileRef = Field(
        description="What goes into a field for a file; with a slash before it, its address at the gateway.",
        examples=["aftersales/pictures/018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c09"],
    )
    type: PictureType
    width: int
    height: int


def routes(service: str, pictures: Pictures) -> APIRouter:
    """`service` is how the gateway calls it."""
    router = Router(readers=STAFF, tags=["pictures"], prefix="/pictures")
    one_at_a_time = asyncio.Semaphore(1)

    async def understood(sent: bytes) -> ReadPicture:
        """Decoded beside the event loop, and one after the other: each takes memory for its pixels."""
        async with one_at_a_time:
            try:
                return await asyncio.to_thread(read, sent)
            except NotAPicture as error:
                wrong = {"type": error.rule, "loc": ("body",), "msg": f"Value error, {error}"}
                raise RequestValidationError([wrong]) from None

    @router.post("", status_code=201, dependencies=[allow(*STAFF)])
    async def hand_in_picture(
        sent: Annotated[bytes, Body(media_type="application/octet-stream", min_length=1)],
        cause: CausedByRequest,
        customer_id: Annotated[UUID | None, Query(description="Whom it is about; it is erased with them.")] = None,
    ) -> PictureView:
        """Take in a photograph, a signature or a scan: JPEG, PNG or WebP.

        A JPEG has at most 24 million pixels (12 million in several scans, of which there are 100 at most), a PNG 9
        million, a WebP 6 million.

        It is turned upright, scaled to 2048 pixels and written anew, so that nothing of the file is kept but what can
        be seen. The same picture again has the same reference.
        """
        picture = Picture.of(await understood(sent), sent, customer_id, cause)
        taken = await pictures.apply(
            picture.id, lambda known: Change(picture if known.erased else known), cause, start=picture
        )
        return PictureView(
            ref=f"{service}/pictures/{taken.id}", type=taken.type, width=taken.width, height=taken.height
        )

    async def kept(picture_id: UUID, request: Request) -> Picture:
        request.state.personal = True
        picture = await pictures.get(picture_id)
        if picture.erased:
            raise NotFound(pictures.noun, picture_id)
        return picture

    @router.get("/{picture_id}", response_class=Response, responses=_IMAGES)
    async def show_picture(picture_id: UUID, request: Request) -> Response:
        """The picture as a file."""
        picture = await kept(picture_id, request)
        return Response(picture.whole(), media_type=picture.type, headers=KEPT)

    @router.get("/{picture_id}/small", response_class=Response, responses=_IMAGES)
    async def show_small_picture(picture_id: UUID, request: Request) -> Response:
        """The picture as it stands in a row of others: its longer side has at most 320 pixels."""
        picture = await kept(picture_id, request)
        return Response(picture.reduced(), media_type=picture.type, headers=KEPT)

    return router


_IMAGES: dict[int | str, dict[str, Any]] = {
    200: {"content": {each: {"schema": {"type": "string", "format": "binary"}} for each in ("image/jpeg", "image/png")}}
}
