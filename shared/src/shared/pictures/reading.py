"""What is sent as a picture, made into one of ours: decoded, turned upright, scaled, and written anew."""

from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType
from typing import Literal

from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

PictureType = Literal["image/jpeg", "image/png"]

FORMATS = ("JPEG", "PNG", "WEBP")
"""What is read. No other decoder is tried, whatever the first bytes look like."""
LARGEST = MappingProxyType({"JPEG": 24_000_000, "PNG": 9_000_000, "WEBP": 6_000_000})
"""Pixels of a picture that is read, by what decoding it takes: a JPEG is scaled meanwhile, a WebP is held twice."""
LARGEST_PROGRESSIVE = 12_000_000
"""Pixels of a JPEG whose decoder has to hold all of it before anything can be scaled: one of several scans."""
MOST_SCANS = 100
"""Scans of a JPEG: each goes over all of the picture, may be a dozen bytes long, and no program writes twenty."""
LONG_SIDE, SMALL_SIDE = 2048, 320
"""Pixels of the longer side: of what is kept, and of what a page shows in a row."""
QUALITY = 82
"""Percent, as JPEG counts it: beyond it files grow faster than what an eye can tell."""


_TURNS = MappingProxyType(
    {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
)
"""What turns a picture upright, by the orientation that the Exif record gives."""


class NotAPicture(ValueError):
    """What was sent is none that can be kept. `rule` is stable; the text says what would be right."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(detail)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class ReadPicture:
    """A picture as it is kept, and a small one of it."""

    type: PictureType
    width: int
    height: int
    content: bytes
    small: bytes


def read(sent: bytes) -> ReadPicture:
    """The picture in these bytes. Raises NotAPicture.

    Nothing of the file is kept but its pixels: neither where and when a photograph was taken nor what is hidden in it.
    What has an alpha channel or few colours, such as a signature, becomes a PNG on white, everything else a JPEG.
    """
    try:
        with Image.open(BytesIO(sent), formats=FORMATS) as opened:
            _must_be_worth_decoding(opened, sent)
            drawn = opened.mode not in ("RGB", "YCbCr", "CMYK")
            scale = max(opened.size) // LONG_SIDE or 1
            opened.draft("RGB", (opened.width // scale, opened.height // scale))
            opened.thumbnail((LONG_SIDE, LONG_SIDE), reducing_gap=2)
            picture = _on_white(_upright(opened))
            picture.info.clear()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, NotAPicture):
            raise
        raise NotAPicture("not_a_picture", f"send a whole picture as {', '.join(FORMATS)}") from None
    small = picture.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE), reducing_gap=2)
    type: PictureType = "image/png" if drawn else "image/jpeg"
    return ReadPicture(type, *picture.size, _written(picture, type), _written(small, type))


def _must_be_worth_decoding(opened: Image.Image, sent: bytes) -> None:
    """Raises NotAPicture for one whose decoding takes more memory or time than a picture is given.

    A telephone's photograph with a second view behind it (MPO) is a JPEG.
    """
    format = "JPEG" if isinstance(opened, JpegImageFile) else opened.format or ""
    most = LARGEST[format]
    if isinstance(opened, JpegImageFile):
        if sent.count(_BEGIN_OF_SCAN) > MOST_SCANS:
            raise NotAPicture("too_many_scans", f"a JPEG has at most {MOST_SCANS} scans")
        if opened.info.get("progressive") or not _is_of_one_scan(sent, opened.layers):
            most = LARGEST_PROGRESSIVE
    if opened.width * opened.height > most:
        raise NotAPicture("too_many_pixels", f"a {format} has at most {most} pixels")


def _is_of_one_scan(jpeg: bytes, components: int) -> bool:
    """Whether the first scan of one that is not progressive surely is all of it: it has every component."""
    place = 2
    while (marker := jpeg[place : place + 2]) != _BEGIN_OF_SCAN:
        if marker[:1] != b"\xff" or not _WITH_LENGTH.issuperset(marker[1:]):
            return False
        place += 2 + int.from_bytes(jpeg[place + 2 : place + 4])
    return jpeg[place + 4 : place + 5] == bytes([components])


_BEGIN_OF_SCAN = b"\xff\xda"
_WITH_LENGTH = frozenset(range(0xC0, 0xFF)) - frozenset(range(0xD0, 0xDA))
"""Markers that are followed by how long their part is; what stands between such parts is no clean file."""


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera was held. Nothing else of its record is read, much of which may be damaged."""
    turn = _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    return picture if turn is None else picture.transpose(turn)


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    shown = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown).convert("RGB")


def _written(picture: Image.Image, type: PictureType) -> bytes:
    out = BytesIO()
    if type == "image/png":
        picture.quantize(256).save(out, "PNG", optimize=True)
    else:
        picture.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
