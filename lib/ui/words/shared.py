"""Fields that mean the same wherever they stand."""

from collections.abc import Mapping

from lib.ui.words.terms import FieldWords

FIELDS: Mapping[str, FieldWords] = {
    "prompt": FieldWords(
        label="What should it show?",
        help="Say what is in it, where, in which light and in which style. "
        "A sentence or two is plenty.",
        placeholder="A lighthouse on a rocky coast at dusk, warm light in the window …",
        lines=4,
    ),
    "width": FieldWords(label="Width", help="In pixels."),
    "height": FieldWords(label="Height", help="In pixels."),
    "steps": FieldWords(
        label="Steps",
        help="How many times the model goes over it. More steps take longer, may cost more, and "
        "often show finer detail.",
        advanced=True,
        said="{} steps",
    ),
    "guidance": FieldWords(
        label="Guidance",
        help="How closely the model follows your words. Low leaves it more freedom, high takes "
        "you more literally.",
        advanced=True,
        said="guidance {}",
    ),
    "seed": FieldWords(
        label="Seed",
        help="The number that chance starts from. The same seed with the same settings gives the "
        "same result again; leave it empty to be surprised.",
        placeholder="Surprise me",
        advanced=True,
        said="seed {}",
    ),
    "negative_prompt": FieldWords(
        label="Avoid",
        help="What should not be in it.",
        placeholder="blurry, text, watermark",
        advanced=True,
        said="avoid: {}",
    ),
    "loras": FieldWords(
        label="Styles",
        help="Looks that this model has learned on top. You can mix several and say how strong "
        "each one is.",
        placeholder="None",
        advanced=True,
        said="style: {}",
    ),
    "image": FieldWords(label="Your picture", help="The picture to work on."),
    "enhance_prompt": FieldWords(
        label="Improve the prompt first",
        help="deAPI rewrites your words before it begins, at a small price of its own.",
        advanced=True,
        said="improved first: {}",
    ),
}

SOUND_FORMATS: Mapping[str | int, str] = {
    "mp3": "MP3 · small, plays everywhere",
    "wav": "WAV · large, nothing lost",
    "flac": "FLAC · half of WAV, nothing lost",
}
