"""Makes the files of ours that a form can be tried with: `python -m tools.samples`.

The sandbox's own engines speak, play and film; the robot and the page are drawn here. Run it when
the engines got better, listen, look, and commit what came out. `harbour.jpg` is older and stays.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw, ImageFilter

from lib.sandbox.engines.audio import encode, tag
from lib.sandbox.engines.audio.music.compose import compose
from lib.sandbox.engines.audio.speech import speak
from lib.sandbox.engines.audio.voices import preset
from lib.sandbox.engines.ocr import page
from lib.sandbox.engines.video import sync

TARGET = Path(__file__).resolve().parents[1] / "lib" / "ui" / "samples"
RATE = 24_000
NOTE = (
    "Good morning. This is a note to the team about the harbour festival. The posters are printed, "
    "the band has agreed to play at eight, and the boats will leave from the old pier. Please "
    "bring the lanterns on Friday, and don't forget the long cable."
)
VOICE = "I keep the lighthouse. On clear nights I can count the ships far out at sea."
FESTIVAL = """Harbour Festival
Saturday, 12 September

10:00  Boats open for visitors
13:00  Fish soup on the old pier
17:30  Race of the small sails
20:00  The Lantern Band plays

Entry is free. Tickets for the boats
cost $4.50, for children $2.00.
Questions? Call (030) 555-0142."""


def main() -> None:
    """Write every sample."""
    _speech(TARGET / "note.mp3", NOTE, "bf_emma")
    _speech(TARGET / "voice.mp3", VOICE, "am_michael")
    _music(TARGET / "tune.mp3", 10)
    _film(TARGET / "waves.mp4")
    page.drawn(FESTIVAL, size=26, width=640)[0].save(TARGET / "page.png", optimize=True)
    _robot().save(TARGET / "robot.jpg", quality=88)
    for path in sorted(TARGET.iterdir()):
        print(f"{path.name}: {path.stat().st_size:,} bytes")


def _speech(path: Path, text: str, voice: str) -> None:
    spoken = speak(text, lang="en-us", traits=preset(voice))
    told = tag.told(tag.Told(text, "en", spoken.words))
    encode.write(spoken.samples, spoken.rate, path, "mp3", sample_rate=RATE, comment=told)


def _music(path: Path, seconds: float) -> None:
    made = compose("calm solo piano, slow, warm", duration=seconds, seed=4, lyrics="[Instrumental]")
    encode.write(made.samples, made.rate, path, "mp3", comment=None)


def _film(path: Path) -> None:
    with TemporaryDirectory() as folder:
        tune = Path(folder) / "tune.mp3"
        _music(tune, 3)
        sync.write(
            tune,
            path,
            width=480,
            height=320,
            frames=72,
            fps=24,
            prompt="waves on a beach at sunset, a sailing boat",
            seed=3,
        )


def _robot() -> Image.Image:
    """Somebody who can take over a part, before a plain wall: twice as large, then reduced."""
    picture = Image.new("RGB", (1280, 1280))
    pen = ImageDraw.Draw(picture)
    for y in range(1280):
        shade = y / 1280
        pen.line((0, y, 1280, y), (round(214 - 30 * shade), round(222 - 26 * shade), 226))
    shadow = Image.new("L", picture.size, 0)
    ImageDraw.Draw(shadow).ellipse((380, 1120, 900, 1200), 120)
    picture.paste("#6f7f86", mask=shadow.filter(ImageFilter.GaussianBlur(18)))
    steel, dark, lamp, red = "#e8843c", "#7a3f17", "#fff3c4", "#b3261e"
    for left in (500, 680):
        pen.rounded_rectangle((left, 900, left + 100, 1160), 30, dark)
    for left, right in ((310, 400), (880, 970)):
        pen.rounded_rectangle((left, 600, right, 900), 40, dark)
    pen.rounded_rectangle((410, 560, 870, 960), 70, steel)
    pen.rounded_rectangle((450, 210, 830, 540), 90, steel)
    pen.line((640, 210, 640, 120), dark, 16)
    pen.ellipse((608, 80, 672, 144), red)
    for left in (510, 690):
        pen.ellipse((left, 310, left + 80, 390), lamp)
        pen.ellipse((left + 26, 336, left + 54, 364), "#1d2b2f")
    pen.arc((560, 380, 720, 480), 20, 160, dark, 14)
    for at, colour in enumerate((red, lamp, "#2f8f83")):
        pen.ellipse((500 + at * 100, 700, 560 + at * 100, 760), colour)
    return picture.resize((640, 640), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
