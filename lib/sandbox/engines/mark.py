"""The mark that says a result comes from the sandbox."""

from PIL import Image, ImageDraw, ImageFont

_WORD = "sandbox"
_SHARE = 0.026
_SMALLEST = 10


def mark(picture: Image.Image) -> Image.Image:
    """`picture` with a small word in its lower right corner; alpha is kept.

    The word's size follows the picture's, so that an upscale of a marked picture covers the old
    mark. A picture that is too small for a readable word is returned as it is.
    """
    size = max(_SMALLEST, round(min(picture.size) * _SHARE))
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(_WORD)
    width, height, gap = right - left, bottom - top, size * 0.8
    if width + 2 * gap > picture.width or height + 2 * gap > picture.height:
        return picture
    canvas = picture.convert("RGBA")
    at = (round(canvas.width - width - 2 * gap), round(canvas.height - height - 2 * gap))
    corner = canvas.crop((*at, canvas.width, canvas.height))
    layer = Image.new("RGBA", corner.size)
    pen = ImageDraw.Draw(layer)
    shade = max(1, size // 14)
    pen.text((gap - left + shade, gap - top + shade), _WORD, (0, 0, 0, 110), font)
    pen.text((gap - left, gap - top), _WORD, (255, 255, 255, 200), font)
    canvas.paste(Image.alpha_composite(corner, layer), at)
    return canvas if picture.has_transparency_data else canvas.convert("RGB")
