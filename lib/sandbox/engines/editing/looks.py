"""The looks by the names that `wishes` gives them."""

from collections.abc import Callable, Mapping

from lib.sandbox.engines.editing import lights, styles, tones, weather
from lib.sandbox.engines.editing.sheet import Pixels, Sheet

Look = Callable[[Pixels, Sheet], Pixels]

LOOKS: Mapping[str, Look] = {
    look.__name__: look
    for look in (
        *(lights.night, lights.sunset, lights.dawn, lights.dusk, lights.sunny),
        *(lights.autumn, lights.winter, lights.spring, lights.summer),
        *(weather.snowfall, weather.rain, weather.fog, weather.storm, weather.underwater),
        *(tones.warm, tones.cold, tones.bright, tones.dark, tones.contrast, tones.faded),
        *(tones.vivid, tones.muted, tones.pastel, tones.dramatic, tones.detailed, tones.dreamy),
        *(tones.monochrome, tones.sepia, tones.vintage, tones.neon, tones.inverted),
        *(tones.blur, tones.sharpen, tones.smooth, tones.grain, tones.vignette),
        *(styles.watercolor, styles.oil, styles.sketch, styles.ink, styles.cartoon, styles.pixel),
        *(styles.popart, styles.halftone, styles.mosaic, styles.glitch, styles.relief),
    )
}
TECHNIQUES = frozenset(
    {
        "watercolor",
        "oil",
        "sketch",
        "ink",
        "cartoon",
        "pixel",
        "popart",
        "halftone",
        "mosaic",
        "relief",
    }
)
"""Of these one is enough: a picture isn't painted twice."""
