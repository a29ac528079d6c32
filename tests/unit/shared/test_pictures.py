"""Pictures that people hand in: what is taken, what is left of it, and who may look at it."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image, ImageOps, PngImagePlugin

from shared.contracts.intake import CustomerErased
from shared.contracts.roles import Role
from shared.erasure import ErasedCustomers, follow
from shared.pictures.picture import Pictures
from shared.pictures.reading import LARGEST, LARGEST_PROGRESSIVE, LONG_SIDE, SMALL_SIDE, NotAPicture, read
from shared.service import Service
from shared.settings import ServiceSettings
from shared.subscriptions import Subscriptions
from shared.testing import World, in_memory, nowhere

NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)
SCAN = b"\xff\xda"
"""What a scan of a JPEG begins with."""
CUSTOMER = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01")


def photo(width: int = 64, height: int = 48, format: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """A file with a red picture of this size."""
    out = BytesIO()
    Image.new(mode, (width, height), "red" if mode == "RGB" else 0).save(out, format, **options)
    return out.getvalue()


@pytest.fixture
def world() -> World:
    settings = nowhere(ServiceSettings)
    plumbing = in_memory("desk", settings, at=NOW)
    on = Subscriptions("desk")
    follow(on, ErasedCustomers(plumbing.database), (plumbing.pictures.personal,))
    return World(Service(plumbing, subscriptions=on))


async def hand_in(world: World, sent: bytes, customer_id: UUID | None = None) -> httpx.Response:
    about = f"?customer_id={customer_id}" if customer_id else ""
    return await world.ask(Role.CS_SPECIALIST, "POST", f"/pictures{about}", sent)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_large_picture_is_scaled_and_keeps_its_shape(format: str) -> None:
    made = read(photo(2800, 2100, format))
    assert (made.width, made.height) == (LONG_SIDE, LONG_SIDE * 3 // 4)
    with Image.open(BytesIO(made.small)) as small:
        assert small.size == (SMALL_SIDE, SMALL_SIDE * 3 // 4)


def test_a_photograph_stands_upright_and_says_no_more_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "at the customer's home"
    made = read(photo(400, 300, exif=exif))
    assert (made.type, made.width, made.height) == ("image/jpeg", 300, 400)
    with Image.open(BytesIO(made.content)) as kept:
        assert dict(kept.getexif()) == {}


@pytest.mark.parametrize("orientation", range(10))
def test_a_photograph_is_turned_as_the_camera_was_held(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    sent = Image.new("RGB", (40, 30), "white")
    sent.paste("red", (0, 0, 20, 15))
    out = BytesIO()
    sent.save(out, "PNG", exif=exif)
    made = read(out.getvalue())
    with Image.open(BytesIO(made.content)) as kept, Image.open(BytesIO(out.getvalue())) as camera:
        upright = ImageOps.exif_transpose(camera)
        assert kept.size == upright.size
        width, height = upright.size
        corners = [(x, y) for x in (5, width - 6) for y in (5, height - 6)]
        redder = [min(kept.getpixel(each)[1:]) < 128 for each in corners]
        assert redder == [min(upright.getpixel(each)[1:]) < 128 for each in corners]


@pytest.mark.filterwarnings("ignore:Tag data larger", "ignore:Metadata Warning")
def test_a_photograph_is_taken_however_damaged_the_record_of_its_camera_is() -> None:
    """With each of its bytes changed in turn."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "camera"
    exif[0x8825] = {2: (23.0, 7.0, 44.0)}
    whole = photo(exif=exif)
    begin = whole.index(b"Exif\0\0") + 6
    damaged = (
        whole[:place] + bytes([value]) + whole[place + 1 :]
        for place in range(begin, begin + len(exif.tobytes()) - 6)
        for value in (0, 2, 5, 7, 12, 255)
    )
    assert {sorted((made.width, made.height)) == [48, 64] for made in map(read, damaged)} == {True}


def test_a_signature_stands_on_white() -> None:
    out = BytesIO()
    signature = Image.new("RGBA", (200, 80), (0, 0, 0, 0))
    signature.putpixel((10, 10), (0, 0, 0, 255))
    signature.save(out, "PNG")
    made = read(out.getvalue())
    with Image.open(BytesIO(made.content)) as kept:
        shown = kept.convert("RGB")
        assert (made.type, shown.getpixel((0, 0)), shown.getpixel((10, 10))) == (
            "image/png",
            (255, 255, 255),
            (0, 0, 0),
        )


def test_what_is_hidden_behind_the_pixels_is_gone() -> None:
    hidden = PngImagePlugin.PngInfo()
    hidden.add_text("comment", "<script>alert(1)</script>")
    made = read(photo(format="PNG", pnginfo=hidden) + b"<script>alert(2)</script>")
    assert b"script" not in made.content + made.small


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        b"GIF89a" + bytes(20),
        photo()[:200],
        photo(format="GIF"),
        photo(format="TIFF"),
        photo(format="BMP"),
    ],
)
def test_what_is_no_picture_of_ours_is_not_one(sent: bytes) -> None:
    with pytest.raises(NotAPicture) as refused:
        read(sent)
    assert refused.value.rule == "not_a_picture"


@pytest.mark.parametrize(
    ("pixels", "how"),
    [
        (LARGEST["PNG"], {"format": "PNG", "mode": "1"}),
        (LARGEST["WEBP"], {"format": "WEBP", "mode": "RGBA", "lossless": True}),
        (LARGEST["JPEG"], {"format": "JPEG"}),
        (LARGEST_PROGRESSIVE, {"format": "JPEG", "progressive": True}),
    ],
    ids=["png", "webp", "jpeg", "progressive"],
)
def test_a_small_file_with_very_many_pixels_is_not_unpacked(pixels: int, how: dict[str, object]) -> None:
    bomb = photo(pixels // 1000 + 1, 1000, **how)
    assert len(bomb) < 1_000_000
    with pytest.raises(NotAPicture) as refused:
        read(bomb)
    assert refused.value.rule == "too_many_pixels"


def test_a_jpeg_of_very_many_scans_is_not_decoded() -> None:
    """A scan may be a dozen bytes long, and goes over the whole picture: a megabyte of them took minutes."""
    whole = photo(progressive=True)
    last = whole[whole.rindex(SCAN) : -2]

    assert read(whole[:-2] + 50 * last + whole[-2:]).width == 64
    with pytest.raises(NotAPicture) as refused:
        read(whole[:-2] + 100 * last + whole[-2:])
    assert refused.value.rule == "too_many_scans"


def apart(jpeg: bytes) -> bytes:
    """This JPEG with a first scan of one of its three components: a decoder has to hold all until the others come."""
    place = jpeg.index(SCAN)
    return jpeg[:place] + SCAN + b"\x00\x08\x01\x01\x00\x00\x3f\x00" + jpeg[place + 14 :]


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (apart, "too_many_pixels"),
        (lambda jpeg: jpeg[:2] + b"\xff\xd0" + jpeg[2:], "too_many_pixels"),
        (lambda jpeg: jpeg[: jpeg.index(SCAN) + 2], "not_a_picture"),
    ],
    ids=["several scans", "a marker out of place", "the end is missing"],
)
def test_a_jpeg_that_may_have_to_be_held_whole_has_no_more_pixels_than_a_progressive_one(
    damage: Callable[[bytes], bytes], rule: str
) -> None:
    plain = photo(LARGEST_PROGRESSIVE // 1000 + 1, 1000)
    assert read(plain).width == LONG_SIDE

    with pytest.raises(NotAPicture) as refused:
        read(damage(plain))
    assert refused.value.rule == rule


def test_a_photograph_with_a_second_view_behind_it_is_taken() -> None:
    out = BytesIO()
    Image.new("RGB", (64, 48), "red").save(
        out, "MPO", save_all=True, append_images=[Image.new("RGB", (64, 48), "blue")]
    )

    made = read(out.getvalue())

    with Image.open(BytesIO(made.content)) as kept:
        assert (kept.format, kept.size, kept.getpixel((1, 1))) == ("JPEG", (64, 48), (254, 0, 0))


async def test_a_picture_is_handed_in_and_looked_at(world: World) -> None:
    handed_in = await hand_in(world, photo(800, 600))
    assert (handed_in.status_code, handed_in.json()["width"]) == (201, 800)
    ref = handed_in.json()["ref"]
    assert ref.startswith("desk/pictures/")
    whole = await world.ask(Role.CS_MANAGER, "GET", ref.removeprefix("desk"))
    small = await world.ask(Role.CS_MANAGER, "GET", f"{ref.removeprefix('desk')}/small")
    assert [each.headers["content-type"] for each in (whole, small)] == ["image/jpeg", "image/jpeg"]
    assert whole.headers["content-security-policy"] == "default-src 'none'; sandbox"
    with Image.open(BytesIO(small.content)) as shown:
        assert shown.size == (320, 240)


async def test_the_same_picture_again_has_the_same_reference(world: World) -> None:
    first, again = await hand_in(world, photo()), await hand_in(world, photo())
    assert first.json() == again.json()
    assert first.json() != (await hand_in(world, photo(), customer_id=CUSTOMER)).json()
    assert await Pictures(world.database).count() == 2


async def test_what_is_no_picture_is_refused_by_its_rule(world: World) -> None:
    refused = await hand_in(world, b"<html>")
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"where": "body", "what": "Value error, send a whole picture as JPEG, PNG, WEBP", "rule": "not_a_picture"}
    ]
    assert await Pictures(world.database).count() == 0


async def test_a_picture_that_is_not_there_is_not_found(world: World) -> None:
    assert (await world.ask(Role.CS_MANAGER, "GET", f"/pictures/{uuid4()}")).status_code == 404


async def test_a_picture_goes_with_the_customer_whom_it_is_about(world: World) -> None:
    ref = (await hand_in(world, photo(), customer_id=CUSTOMER)).json()["ref"].removeprefix("desk")
    kept = (await hand_in(world, photo())).json()["ref"].removeprefix("desk")
    await world.hear(CustomerErased(customer_id=CUSTOMER, pseudonym="客户-1", legal_basis="个人信息保护法第四十七条"))
    assert (await world.ask(Role.CS_MANAGER, "GET", ref)).status_code == 404
    assert (await world.ask(Role.CS_MANAGER, "GET", kept)).status_code == 200
    assert await Pictures(world.database).count({"content": ""}) == 1
