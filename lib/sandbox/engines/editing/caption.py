"""Words written on a picture."""

from PIL import Image, ImageDraw, ImageFont

_SHARE = 0.09
"""Of the picture's height, for a caption that is short enough."""
_WIDEST = 0.9


def written(picture: Image.Image, words: str) -> Image.Image:
    """The words in large letters near the lower edge, readable on anything."""
    size = max(10, round(picture.height * _SHARE))
    length = ImageFont.load_default(size).getlength(words)
    size = max(8, int(size * min(1.0, _WIDEST * picture.width / max(length, 1))))
    font = ImageFont.load_default(size)
    result = picture.copy()
    pen = ImageDraw.Draw(result)
    at = (picture.width / 2, picture.height * 0.93)
    pen.text(
        at, words, "#ffffff", font, "ms", stroke_width=max(1, size // 12), stroke_fill="#15171c"
    )
    return result
