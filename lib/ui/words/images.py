"""Words about pictures."""

from collections.abc import Mapping
from dataclasses import replace

from lib.ui.words import shared
from lib.ui.words.languages import some
from lib.ui.words.terms import EndpointWords, Example, FieldWords

ENDPOINTS: Mapping[str, EndpointWords] = {
    "images.generations": EndpointWords(
        title="Make a picture",
        icon="🎨",
        hint="Describe a picture in your own words and let a model draw it.",
        noun="picture",
        working="Drawing",
        asked="draw paint photo image logo poster illustration drawing wallpaper icon",
        needs="a description in your own words",
        gives="a new picture",
        take_text="Make a picture of this",
        examples=(
            Example(
                "Lighthouse at dusk",
                "A lighthouse on a rocky coast at dusk, warm light in the window, calm sea, "
                "soft clouds, wide view",
            ),
            Example(
                "Cosy reading corner",
                "A cosy reading corner with an armchair by a rainy window, a lamp, many books, "
                "a sleeping cat, warm colours",
            ),
            Example(
                "Paper city",
                "A small city made of folded paper, pastel colours, soft shadows, seen from above",
            ),
            Example(
                "Product photo",
                "A ceramic coffee cup on a wooden table, morning light from the left, "
                "shallow depth of field, clean background, product photograph",
            ),
            Example(
                "Mountain lake",
                "A clear mountain lake in autumn, larches in gold, snow on the peaks, "
                "mirror reflection, early morning mist",
            ),
            Example(
                "Friendly robot",
                "A friendly little robot watering plants on a balcony, children's book "
                "illustration, gouache",
            ),
            Example(
                "Night train",
                "A night train crossing a long bridge under a starry sky, lit windows, "
                "long exposure",
            ),
            Example(
                "Botanical plate",
                "A botanical plate of a flowering lemon branch, fine ink lines and watercolour, "
                "cream paper",
            ),
            Example(
                "Market in the rain",
                "A street market in the rain at night, colourful umbrellas, lanterns reflected "
                "in puddles",
            ),
            Example(
                "Desert observatory",
                "A white observatory dome in a desert at blue hour, the Milky Way above, "
                "tiny figure with a lantern",
            ),
        ),
    ),
    "images.edits": EndpointWords(
        title="Change a picture",
        icon="🪄",
        hint="Give it a picture and say what should be different.",
        noun="changed picture",
        working="Repainting",
        asked="edit photo image retouch recolour style restyle combine repair",
        needs="a picture (some models take several) and what should be different",
        gives="the changed picture",
        takes={"image": "Change this", "images[]": "Change this"},
        first=("image", "images[]", "prompt"),
        examples=(
            Example("Golden evening", "Turn it into a warm golden evening with long shadows"),
            Example("Black and white", "Make it a black and white photograph with strong contrast"),
            Example("Watercolour", "Repaint it as a loose watercolour on rough paper"),
            Example("Fresh snow", "Let it snow: a winter day with fresh snow on everything"),
            Example("Pencil drawing", "Redraw it as a fine pencil drawing with light hatching"),
            Example("Night scene", "Make it night, with a clear sky and light in the windows"),
            Example("Old photograph", "Make it look like a faded photograph from the 1920s, sepia"),
            Example("Bright and clear", "Brighter, clearer, more vivid colours, like after rain"),
            Example("Misty morning", "Add soft morning mist and cool blue light"),
            Example("Poster", "Turn it into a flat travel poster with few bold colours"),
        ),
    ),
    "images.background-removals": EndpointWords(
        title="Remove background",
        icon="✂️",
        hint="Keep what the picture is about and make everything around it see-through.",
        noun="cut-out",
        working="Cutting out",
        asked="photo image cut out transparent clean erase delete cutout",
        needs="a picture",
        gives="the same picture with a see-through background",
        takes={"image": "Remove background"},
    ),
    "images.upscales": EndpointWords(
        title="Enlarge a picture",
        icon="🔍",
        hint="Give it a picture and get it back larger and sharper.",
        noun="larger picture",
        working="Enlarging",
        asked="photo image larger bigger sharper upscale clean resolution",
        needs="a picture",
        gives="the same picture, two or four times as large",
        takes={"image": "Enlarge this"},
    ),
    "images.ocr": EndpointWords(
        title="Read text in a picture",
        icon="🔎",
        hint="Photograph a page, a receipt or a sign and get its words to copy.",
        noun="text",
        working="Reading",
        asked="photo scan receipt ocr words page document copy",
        needs="a photograph or scan with writing on it",
        gives="the text, to copy or download",
        takes={"image": "Read the text"},
    ),
}

_SIZE = "In pixels. Left empty, it becomes as large as your picture."

FIELDS: Mapping[str, FieldWords] = {
    "images.edits.prompt": FieldWords(
        label="What should be different?",
        help="Say what to change, and what the picture should look like afterwards. "
        "What you don't mention stays.",
        placeholder="Make it a winter evening with snow on the roofs …",
        lines=3,
    ),
    "images.edits.image": FieldWords(label="Your picture", help="The picture to change."),
    "images.edits.images[]": FieldWords(
        label="Your pictures",
        help="The picture to change, or several to bring together in one. Say in your words which "
        "is which: the first, the second.",
    ),
    "images.edits.width": FieldWords(
        label="Width", help=_SIZE, advanced=True, said="{} pixels wide"
    ),
    "images.edits.height": FieldWords(
        label="Height", help=_SIZE, advanced=True, said="{} pixels high"
    ),
    "images.edits.guidance": replace(
        shared.FIELDS["guidance"],
        help="How closely the model follows your words. Low keeps more of your picture, high "
        "changes it more boldly.",
    ),
    "images.background-removals.image": FieldWords(
        label="Your picture",
        help="Works best with one clear subject: a person, an animal, a thing.",
    ),
    "images.upscales.image": FieldWords(label="Your picture", help="The picture to enlarge."),
    "images.ocr.image": FieldWords(
        label="Picture with text",
        help="A scan or a straight, well-lit photograph reads best.",
    ),
    "images.ocr.language": FieldWords(
        label="Language of the text",
        help="Leave it empty and the model finds out by itself.",
        placeholder="Find out by itself",
        suggested=some(
            "en", "de", "fr", "es", "it", "pt", "nl", "pl", "uk", "ru", "zh", "ja", "ko", "ar"
        ),
    ),
    "images.ocr.format": FieldWords(
        label="What you get",
        help="The text as you would read it, or every line with its place in the picture, "
        "for programs.",
        advanced=True,
        said="as {}",
    ),
}

CHOICES: Mapping[str, Mapping[str | int, str]] = {
    "images.ocr.format": {"text": "Plain text", "json": "Lines with their place (JSON)"},
}
