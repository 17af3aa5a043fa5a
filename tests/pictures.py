"""A figure as the picture that a reader gets."""

import io

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import imread


def picture(figure: Figure) -> np.ndarray:
    """Return the pixels of a figure, drawn as the book draws it."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    stream.seek(0)
    return imread(stream)


def opaque(figure: Figure) -> bool:
    """Return whether a figure is white to its very corner, and lets no page shine through."""
    pixels = picture(figure)
    through = pixels.shape[2] == 4 and (pixels[..., 3] < 1).any()
    return bool(np.allclose(pixels[0, 0], 1) and not through)
