"""A sign for each rung of evidence, drawn in the colour of the text it stands in."""

from collections.abc import Mapping
from typing import Final

# A balance of figures; a flask; a globe; a sheet of print. Each in a square of 16.
_DRAWN: Final[Mapping[str, str]] = {
    "arithmetic": "M2 4h12M8 4v9M5 13h6M2 9l2-5 2 5zM10 9l2-5 2 5z",
    "lab": "M6 2h4M7 2v4L3 13.5h10L9 6V2M5 10h6",
    "bench": "M8 2a6 6 0 100 12A6 6 0 008 2zM2 8h12M8 2c-4 4-4 8 0 12 4-4 4-8 0-12",
    "paper": "M4 2h6l2 2v10H4zM10 2v2h2M6 7h4M6 9.5h4M6 12h3",
}


def rung_sign(rung: str) -> str:
    """Return a rung's sign with its name beside it, as HTML; the name is what is read out."""
    return (
        '<span class="rung"><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">'
        f'<path d="{_DRAWN[rung]}" fill="none" stroke="currentColor" stroke-width="1.2"/></svg> '
        f"{rung}</span>"
    )


def rung_symbols() -> str:
    """Return every sign once, hidden: a page that shows many takes each by ``rung_use``."""
    symbols = "".join(
        f'<symbol id="rung-{rung}" viewBox="0 0 16 16"><path d="{path}" fill="none" '
        'stroke="currentColor" stroke-width="1.2"/></symbol>'
        for rung, path in _DRAWN.items()
    )
    return f'<svg width="0" height="0" aria-hidden="true">{symbols}</svg>'


def rung_use(rung: str) -> str:
    """Return a rung's sign without its name, on a page that holds the symbols."""
    return f'<svg class="sign" aria-hidden="true"><use href="#rung-{rung}"/></svg>'
