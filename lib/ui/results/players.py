"""Players as HTML, for results and for what people give. They stream from our own routes, which
answer ranges: seeking needs no whole file, and the server holds none in memory."""

from lib.ui.plain import safe


def video(
    source: str, *, width: int | None, height: int | None, label: str, poster: str | None = None
) -> str:
    """A video that plays on a click; its place is kept free by its size in pixels."""
    shape = f' width="{width}" height="{height}"' if width and height else ""
    still = f' poster="{safe(poster)}"' if poster else ""
    return (
        f'<video class="pg-video" controls playsinline preload="metadata" src="{safe(source)}"'
        f'{shape}{still} aria-label="{safe(label)}"></video>'
    )


def audio(source: str, *, label: str) -> str:
    """Sound that plays on a click."""
    return (
        f'<audio class="pg-audio" controls preload="metadata" src="{safe(source)}"'
        f' aria-label="{safe(label)}"></audio>'
    )
