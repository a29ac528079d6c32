"""How a paper becomes a PDF: by WeasyPrint, with the style sheet of papers and nothing that its HTML names."""

from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

_ON_EVERY_SHEET = "第页共"
"""What the style sheet writes on every sheet."""


class NoChineseFont(Exception):
    """No font of this machine has the characters that stand on every sheet."""


class _Nothing(URLFetcher):  # type: ignore[misc]
    """Refuses every address without looking for it."""

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        raise ValueError("a paper loads nothing")


def pdf_of(html: bytes, style_sheet: bytes) -> bytes:
    """The paper as PDF. A character that no font has is a box; NoChineseFont when that is so of the common ones."""
    nothing = _Nothing()
    sheet = CSS(string=style_sheet, url_fetcher=nothing)
    document = HTML(string=html, encoding="utf-8", url_fetcher=nothing).render(stylesheets=[sheet])
    pdf: bytes = document.write_pdf()
    missing = {chr(each) for font in document.fonts.values() for each in font.missing}
    if missing.intersection(_ON_EVERY_SHEET):
        raise NoChineseFont
    return pdf
