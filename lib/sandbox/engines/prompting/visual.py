"""Enhancing prompts for pictures and videos."""

from collections.abc import Mapping, Sequence

from lib.sandbox.engines.chance import pick
from lib.sandbox.engines.prompting.added import Part, extended, negatives, sentences
from lib.sandbox.engines.prompting.seen import Seen
from lib.sandbox.engines.prompting.subjects import medium, subject

Options = Mapping[str, Sequence[str]]

_DETAIL: Options = {
    "people": (
        "a natural expression with lively eyes",
        "fine skin texture and single strands of hair",
        "clothes with visible fabric and folds",
        "a relaxed pose that tells who they are",
    ),
    "animals": (
        "fine fur and feather detail",
        "alert eyes with a small catchlight",
        "a characteristic pose in its own surroundings",
        "whiskers and texture in sharp focus",
    ),
    "food": (
        "fresh ingredients with glistening surfaces",
        "steam rising, crumbs and drops left where they fell",
        "served on handmade ceramics with linen beside it",
        "rich textures from crust to cream",
    ),
    "vehicles": (
        "clean reflections along its body",
        "dust and small signs of use",
        "crisp lines and accurate proportions",
        "wheels and metal in fine detail",
    ),
    "interiors": (
        "lived-in details, books and plants",
        "wood, linen and stone with visible grain",
        "a clear view through to a window",
        "a few well-chosen things instead of clutter",
    ),
    "city": (
        "small figures that show the scale",
        "weathered façades with depth in every window",
        "wet pavement that mirrors the lights",
        "layers of buildings fading into haze",
    ),
    "space": (
        "fine dust lanes and countless small stars",
        "craters and clouds in believable scale",
        "colours of glowing gas against deep black",
        "a thin atmosphere lit along the edge",
    ),
    "nature": (
        "clear foreground, middle ground and distance",
        "drifting mist between the layers",
        "grasses and leaves in fine detail",
        "a winding line that leads into the picture",
    ),
    "things": (
        "precise edges and true material",
        "a subtle reflection beneath it",
        "fine surface texture, nothing to distract",
        "set on a plain surface with a soft shadow",
    ),
    "signs": (
        "one clear shape that reads at any size",
        "balanced negative space",
        "two or three flat colours",
        "even line weight and clean curves",
    ),
    "": (
        "a clear main subject and a calm background",
        "rich but believable detail",
        "textures one could touch",
        "small details that reward a second look",
    ),
}
_LIGHT: Options = {
    "people": (
        "soft window light from one side",
        "warm light at the end of the day",
        "gentle rim light",
    ),
    "animals": (
        "soft morning light",
        "warm backlight along its outline",
        "dappled light through leaves",
    ),
    "food": (
        "soft daylight from the side",
        "warm morning light",
        "light from behind, softly filled",
    ),
    "city": ("blue hour with warm windows", "low sun along the street", "soft light after rain"),
    "space": (
        "one hard light far away",
        "the cool glow of distant stars",
        "light from below the horizon",
    ),
    "interiors": (
        "daylight through tall windows",
        "warm lamps in the evening",
        "soft northern light",
    ),
    "signs": (),
    "": (
        "soft directional light",
        "golden late-afternoon light",
        "clear light with gentle shadows",
    ),
}
_LIGHT_SAID = (
    "light|lit|sun|dawn|dusk|night|noon|morning|evening|neon|glow|shadow|backlit|golden|moon|candle"
    "|dark|bright|overcast|fog|mist|storm|blue hour|flash|lamp"
)
_FRAMING: Options = {
    "people": ("head and shoulders, eyes on the upper third", "half-length, a little off centre"),
    "animals": ("at eye level with the animal", "close, with room in the direction it looks"),
    "food": ("from above at a slight angle", "close-up with a simple background"),
    "vehicles": ("three-quarter view from low down", "from the side, with room ahead of it"),
    "interiors": ("wide view from a corner, verticals straight", "straight on and symmetrical"),
    "city": ("seen from street level, lines leading inwards", "wide view from a rooftop"),
    "space": ("wide view with the horizon low", "the main body off centre, much empty space"),
    "nature": ("wide view, horizon on the lower third", "framed by dark shapes in front"),
    "things": ("centred with generous room around it", "three-quarter view"),
    "signs": ("centred on a plain background",),
    "": ("balanced composition with room around the subject", "composed along the thirds"),
}
_FRAMING_SAID = (
    "close-?up|wide|aerial|overhead|from above|top view|macro|shot|angle|symmetr|cent(?:er|re)d"
    "|composition|framed|panoram|view|headshot|full body|half-length"
)
_LENS: Options = {
    "people": ("85 mm lens, shallow depth of field", "50 mm lens at f/2"),
    "animals": ("200 mm lens, soft background", "135 mm lens at f/2.8"),
    "food": ("90 mm macro lens, shallow depth of field",),
    "city": ("35 mm lens, deep focus", "24 mm lens"),
    "interiors": ("24 mm lens, deep focus",),
    "nature": ("24 mm lens, deep focus", "35 mm lens at f/8"),
    "things": ("100 mm macro lens",),
    "space": (),
    "signs": (),
    "": ("50 mm lens",),
}
_LENS_SAID = r"\d+ ?mm|lens|f/|bokeh|depth of field|focus|camera|fisheye|telephoto|polaroid"
_FINISH: Options = {
    "photo": (
        "natural colours, high detail",
        "photographed with care, true colours",
        "fine detail, clean tones",
    ),
    "painting": (
        "visible brushwork, layered colour",
        "confident strokes, rich pigment",
        "soft edges where colours meet",
    ),
    "drawing": ("confident line work, considered values", "clean contours, expressive hatching"),
    "anime": ("clean cel shading, expressive line", "hand-painted background, soft colour"),
    "pixel": ("limited palette, crisp pixels", "readable silhouette, dithered shading"),
    "render": (
        "physically plausible materials, soft global light",
        "clean geometry, subtle imperfections",
    ),
    "graphic": ("flat colour, crisp edges", "simple shapes, strong contrast"),
}
_FINISH_SAID = "detail|4k|8k|sharp|high quality|masterpiece|realistic|texture|crisp|hd\\b"

_FLAWS: Options = {
    "photo": ("blurry", "low quality", "jpeg artefacts", "oversaturated", "watermark", "distorted"),
    "painting": ("muddy colours", "low quality", "watermark", "photographic", "flat"),
    "drawing": ("messy lines", "low quality", "watermark", "smudged"),
    "anime": ("off-model", "low quality", "watermark", "muddy colours"),
    "pixel": ("blurry", "anti-aliased", "mixed pixel sizes", "watermark"),
    "render": ("noise", "low-poly artefacts", "plastic look", "watermark"),
    "graphic": ("photographic", "gradients", "clutter", "watermark", "uneven edges"),
}
_FLAWS_OF: Options = {
    "people": ("extra fingers", "deformed hands", "asymmetric eyes", "waxy skin"),
    "animals": ("extra legs", "deformed paws", "unnatural eyes"),
    "food": ("unappetising colours", "plastic look"),
    "vehicles": ("warped wheels", "wrong proportions"),
    "interiors": ("crooked verticals", "clutter"),
    "city": ("crooked buildings", "garbled signs"),
    "nature": ("tilted horizon", "repeated patterns"),
    "things": ("harsh reflections", "warped shape"),
    "signs": ("misspelled letters",),
}

_MOTION: Options = {
    "people": ("a slow breath and a natural blink", "hair and clothes moving a little in the air"),
    "animals": ("ears and eyes reacting, fur moving softly", "a few calm, natural steps"),
    "food": ("steam rising slowly", "a slow pour with natural flow"),
    "vehicles": (
        "wheels turning at a steady pace, reflections gliding by",
        "dust drifting behind it",
    ),
    "interiors": ("curtains stirring, light wandering slowly", "dust floating in the light"),
    "city": ("people and traffic passing at a natural pace", "lights flickering on one by one"),
    "space": ("a slow drift, stars shifting in depth", "a gentle rotation"),
    "nature": ("clouds drifting, leaves moving in a light wind", "water rippling gently"),
    "": ("subtle, natural movement throughout", "slow movement with a clear beginning and end"),
}
_MOTION_SAID = (
    r"\w+ing\b(?<!building)(?<!evening)(?<!morning)|moves?\b|runs?\b|flies|turns?\b|walks?\b"
    r"|spins?\b"
)
_CAMERA = (
    "the camera pushes in slowly",
    "a slow pan from left to right",
    "a steady camera with a slight drift",
    "a smooth arc around the subject",
)
_CAMERA_SAID = "camera|pan|zoom|dolly|tracking|static|orbit|drone|handheld|push|tilt|timelapse"
_STEADY = (
    "smooth and consistent from first to last frame",
    "steady pace, no cuts",
    "even light throughout, one continuous take",
)
_STEADY_SAID = "smooth|consistent|steady|continuous|one take|cuts?\\b|seamless|loop"
_VIDEO_FLAWS = ("flicker", "jitter", "morphing shapes", "sudden cuts", "warped motion", "watermark")

_BLEND = (
    "Let the change follow the light and the perspective that are there.",
    "Blend it in with natural edges and matching shadows.",
    "Make it look as if it had always been so.",
)
_KEEP = (
    "Keep everything else as it is.",
    "Keep the framing and all other parts unchanged.",
    "Change nothing but this.",
)
_EDIT_FLAWS = ("changed faces", "visible seams", "mismatched shadows", "blurry", "artefacts")


def picture(
    prompt: str, negative: str, model: str, seen: Seen | None, longest: int
) -> tuple[str, str]:
    """Prompt and negative prompt for a picture from nothing."""
    about, made = subject(prompt), medium(prompt)
    chance = (prompt, model)
    parts = [
        Part(_one(_DETAIL, about, "detail", chance)),
        Part(_one(_LIGHT, about, "light", chance), _LIGHT_SAID),
    ]
    if seen is not None:
        parts.append(Part(f"in the mood of the reference: {seen.words}"))
    parts.append(Part(_one(_FRAMING, about, "framing", chance), _FRAMING_SAID))
    if made == "photo":
        parts.append(Part(_one(_LENS, about, "lens", chance), _LENS_SAID))
    parts.append(Part(_one(_FINISH, made, "finish", chance), _FINISH_SAID))
    flaws = (*_FLAWS[made], *_FLAWS_OF.get(about, ()))
    return extended(prompt, _meant(parts), longest), negatives(negative, prompt, flaws)


def edit(
    prompt: str, negative: str, model: str, seen: Seen | None, longest: int
) -> tuple[str, str]:
    """For a change to a picture."""
    chance = (prompt, model)
    parts = [Part(pick(_BLEND, "blend", *chance), "blend|natural|match|seamless")]
    if seen is not None:
        parts.append(Part(f"The picture now is {seen.words}, with {seen.contrast} contrast."))
    parts.append(Part(pick(_KEEP, "keep", *chance), "keep|unchanged|everything|whole|style|only"))
    about = _FLAWS_OF.get(subject(prompt), ())
    return sentences(prompt, parts, longest), negatives(negative, prompt, (*_EDIT_FLAWS, *about))


def video(
    prompt: str, negative: str, model: str, seen: Seen | None, longest: int
) -> tuple[str, str]:
    """For a video from words, or from a picture that is its first frame."""
    about = subject(prompt)
    chance = (prompt, model)
    parts: list[Part] = []
    if seen is not None:
        parts.append(Part(f"starting from the picture as it is ({seen.words})"))
    parts += [
        Part(_one(_MOTION, about, "motion", chance), _MOTION_SAID),
        Part(pick(_CAMERA, "camera", *chance), _CAMERA_SAID),
        Part(_one(_LIGHT, about, "light", chance) if seen is None else "", _LIGHT_SAID),
        Part(pick(_STEADY, "steady", *chance), _STEADY_SAID),
    ]
    flaws = (*_VIDEO_FLAWS, *_FLAWS_OF.get(about, ()))
    return extended(prompt, _meant(parts), longest), negatives(negative, prompt, flaws)


def _one(options: Options, name: str, purpose: str, chance: tuple[str, str]) -> str:
    things = options.get(name, options.get("", ()))
    return pick(things, purpose, *chance) if things else ""


def _meant(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part.text]
