"""Words about moving pictures."""

from collections.abc import Mapping

from lib.ui.words.terms import EndpointWords, Example, FieldWords

ENDPOINTS: Mapping[str, EndpointWords] = {
    "videos.generations": EndpointWords(
        title="Make a video",
        icon="🎬",
        hint="Describe a short scene and let a model film it.",
        noun="video",
        working="Filming",
        asked="film clip scene movie",
        needs="a description of a scene and what moves in it",
        gives="a video of a few seconds",
        take_text="Make a video of this",
        examples=(
            Example(
                "Waves on the shore",
                "Slow waves roll onto a sandy shore at sunrise, gulls cross the sky, "
                "the camera glides forward",
            ),
            Example(
                "City in the rain",
                "A city street at night in the rain, lights reflected on wet asphalt, "
                "people with umbrellas walk by",
            ),
            Example(
                "Steaming coffee",
                "Steam rises from a cup of coffee on a window sill, morning light, "
                "the camera slowly moves closer",
            ),
            Example(
                "Paper boat",
                "A paper boat drifts down a small stream through moss and leaves, "
                "seen from close above the water",
            ),
            Example(
                "Flight over mountains",
                "A flight over snowy mountains at golden hour, clouds in the valleys, "
                "smooth camera from left to right",
            ),
            Example(
                "Snow in the forest",
                "Snow falls quietly in a pine forest at blue hour, a lantern swings gently",
            ),
            Example(
                "Clouds racing",
                "Clouds race over a wide green plain, shadows wander across the grass, time lapse",
            ),
            Example(
                "Campfire",
                "A campfire under the stars, sparks rise, the flames flicker, camera holds still",
            ),
            Example(
                "Hot-air balloons",
                "Hot-air balloons rise over a river valley in the first light, mist on the water",
            ),
            Example(
                "Underwater",
                "Under water: rays of sunlight, a school of small silver fish turns at once, "
                "slow camera",
            ),
        ),
    ),
    "videos.animations": EndpointWords(
        title="Animate a picture",
        icon="🎞️",
        hint="Give it a picture and say what should move.",
        noun="video",
        working="Animating",
        asked="photo image move moving film alive",
        needs="a picture to begin with, and what should happen",
        gives="a video that begins with your picture",
        takes={"first_frame_image": "Animate this", "last_frame_image": "End a video with this"},
        first=("first_frame_image", "last_frame_image", "prompt"),
        examples=(
            Example("Slow zoom", "The camera slowly moves closer, everything else holds still"),
            Example("Gentle wind", "A gentle wind moves leaves, grass and clouds"),
            Example("Camera to the right", "The camera glides slowly from left to right"),
            Example("Water comes alive", "The water ripples softly and the light dances on it"),
            Example("It begins to rain", "It begins to rain, first a few drops, then more"),
            Example("Snowfall", "Snow begins to fall in large quiet flakes"),
            Example("Day turns to night", "The light fades from day to a blue night"),
            Example("A step back", "The camera moves slowly back and shows more of the scene"),
            Example("Clouds drift", "Clouds drift by and their shadows wander over the land"),
            Example("Blink and smile", "The person blinks, breathes and begins to smile"),
        ),
    ),
    "videos.audio-syncs": EndpointWords(
        title="Video from sound",
        icon="🎶",
        hint="Give it music or a voice and get pictures that move with it.",
        noun="video",
        working="Filming to the sound",
        asked="music clip lips talking",
        needs="a recording, and what should be seen; pictures for the beginning and end if you "
        "like",
        gives="a video with your sound",
        takes={"audio": "Make a video to this", "first_frame_image": "Move this to sound"},
        first=("audio", "prompt"),
        examples=(
            Example(
                "Singer on a stage",
                "A singer on a small stage, warm spotlights, the audience "
                "in the dark, the camera circles slowly",
            ),
            Example(
                "Waves in time",
                "Glowing waves of light that rise and fall with the sound, dark background",
            ),
            Example(
                "Storyteller", "An old storyteller by the fire speaks to the camera, sparks rise"
            ),
            Example("Dancing shapes", "Colourful paper shapes dance to the beat on a white table"),
            Example(
                "City drive", "A drive through a neon city at night, lights pulse with the beat"
            ),
            Example("News desk", "A friendly presenter at a bright news desk speaks to the camera"),
            Example("Forest of light", "A forest at night, fireflies light up with every sound"),
            Example(
                "Rainy window",
                "Rain runs down a window, the blurred lights behind it move with the music",
            ),
            Example("Puppet show", "A hand puppet on a small stage talks and nods, red curtain"),
            Example(
                "Record player", "A record turns on an old player, dust in the sunlight, close up"
            ),
        ),
    ),
    "videos.replacements": EndpointWords(
        title="Swap a character",
        icon="🎭",
        hint="Give it a video and a picture of somebody else, who takes over the part.",
        noun="video",
        working="Recasting",
        asked="replace person face actor film",
        needs="a video with somebody in it, and a picture of who should be there instead",
        gives="the video with the new character",
        takes={"video": "Swap a character in this", "ref_image": "Put this into a video"},
        first=("video", "ref_image", "prompt"),
    ),
    "videos.upscales": EndpointWords(
        title="Enlarge a video",
        icon="🔍",
        hint="Give it a video and get it back larger and sharper.",
        noun="larger video",
        working="Enlarging",
        asked="film larger bigger sharper upscale clean resolution",
        needs="a video",
        gives="the same video, larger",
        takes={"video": "Enlarge this"},
    ),
}

_MOVING = "Say what is seen, what moves, and what the camera does. A sentence or two is plenty."

FIELDS: Mapping[str, FieldWords] = {
    "videos.generations.prompt": FieldWords(
        label="What should happen?",
        help=_MOVING,
        placeholder="Slow waves roll onto a sandy shore at sunrise, the camera glides forward …",
        lines=4,
    ),
    "videos.animations.prompt": FieldWords(
        label="What should move?",
        help="Say what happens in the picture and what the camera does.",
        placeholder="A gentle wind moves the leaves, the camera slowly moves closer …",
        lines=3,
    ),
    "videos.audio-syncs.prompt": FieldWords(
        label="What should be seen?",
        help=_MOVING,
        placeholder="A singer on a small stage, warm spotlights, the camera circles slowly …",
        lines=3,
    ),
    "videos.replacements.prompt": FieldWords(
        label="Anything else to say? (optional)",
        help="Helps the model where video and picture leave it in doubt: who is to be replaced, "
        "what the new character wears.",
        placeholder="The dancer in the middle becomes the knight in the picture …",
        lines=2,
    ),
    "frames": FieldWords(
        label="Length in frames",
        help="How many pictures the video is made of. Divided by the frames per second, that is "
        "its length in seconds; a longer video costs more.",
    ),
    "fps": FieldWords(
        label="Frames per second",
        help="24 looks like cinema, 30 like television. More make the same number of frames "
        "pass faster.",
        advanced=True,
        said="{} frames per second",
    ),
    "first_frame_image": FieldWords(
        label="Begin with this picture", help="The video starts with it."
    ),
    "last_frame_image": FieldWords(
        label="End with this picture (optional)",
        help="The video moves towards it and stops there.",
    ),
    "videos.audio-syncs.first_frame_image": FieldWords(
        label="Begin with this picture (optional)", help="The video starts with it."
    ),
    "videos.audio-syncs.audio": FieldWords(
        label="Your sound",
        help="Music, a voice, any recording. The video moves with it, and it can be heard.",
    ),
    "videos.replacements.video": FieldWords(
        label="Your video", help="The video in which somebody is to be replaced."
    ),
    "videos.replacements.ref_image": FieldWords(
        label="The new character",
        help="A picture of who should be there instead, best seen from the front and whole.",
    ),
    "videos.replacements.width": FieldWords(
        label="Width",
        help="In pixels. Left empty, it stays as wide as your video; give both sides or none.",
        advanced=True,
        said="{} pixels wide",
    ),
    "videos.replacements.height": FieldWords(
        label="Height",
        help="In pixels. Left empty, it stays as high as your video; give both sides or none.",
        advanced=True,
        said="{} pixels high",
    ),
    "videos.upscales.video": FieldWords(label="Your video", help="The video to enlarge."),
    "videos.upscales.scale": FieldWords(
        label="How many times larger",
        help="2 makes it twice as wide and twice as high. Larger costs more.",
    ),
}

CHOICES: Mapping[str, Mapping[str | int, str]] = {}
