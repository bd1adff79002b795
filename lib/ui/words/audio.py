"""Words about voices, music and recordings."""

from collections.abc import Mapping

from lib.ui.words import shared
from lib.ui.words.languages import LANGUAGES, some
from lib.ui.words.terms import EndpointWords, Example, FieldWords

_NO_LYRICS = "[Instrumental]"

ENDPOINTS: Mapping[str, EndpointWords] = {
    "audio.speech": EndpointWords(
        title="Read a text aloud",
        icon="🗣️",
        hint="Write something and hear it spoken, in a ready voice, a copied or an imagined one.",
        noun="recording",
        working="Speaking",
        asked="speak say voice speech tts narrate story podcast audiobook voiceover",
        needs="a text, and a voice to choose, to copy or to describe",
        gives="a recording of the text",
        takes={"ref_audio": "Copy this voice"},
        take_text="Read this aloud",
        first=("text", "mode", "lang", "voice", "instruct", "ref_audio", "ref_text", "speed"),
        examples=(
            Example(
                "Welcome",
                "Welcome! It is good to have you here. Make yourself at home, and if you need "
                "anything, just ask.",
                language="en",
            ),
            Example(
                "Weather report",
                "Good morning. Today will be mostly sunny with a light breeze from the west. "
                "Towards evening, a few clouds may gather over the hills.",
                language="en",
            ),
            Example(
                "Bedtime story",
                "Once upon a time, a small fox lived at the edge of a quiet forest. Every night "
                "he counted the stars, and every night he found one more.",
                language="en",
            ),
            Example(
                "Deutsch: am Bahnhof",
                "Meine Damen und Herren, der Zug nach Hamburg hat heute zehn Minuten Verspätung. "
                "Wir bitten um Ihr Verständnis.",
                language="de",
            ),
            Example(
                "Français : le marché",
                "Ce matin, le marché sent le pain chaud, les pêches mûres et le basilic. "
                "On y reste volontiers un peu plus longtemps.",
                language="fr",
            ),
            Example(
                "Español: la playa",
                "Al amanecer, la playa está vacía y el mar respira despacio. "
                "Es la mejor hora del día.",
                language="es",
            ),
            Example(
                "Polski: zima",
                "W nocy spadł śnieg i całe miasto zrobiło się ciche. Dzieci już szukają sanek.",
                language="pl",
            ),
            Example(
                "Italiano: il caffè",
                "Un caffè al banco, due parole con gli amici, e la giornata può cominciare.",
                language="it",
            ),
            Example(
                "Português: o mar",
                "O mar está calmo esta manhã, e os barcos voltam devagar para o porto.",
                language="pt",
            ),
            Example(
                "日本語: 朝の挨拶",
                "おはようございます。今日はとてもいい天気ですね。散歩に行きましょう。",
                language="ja",
            ),
            Example(
                "Voicemail",
                "Hello, you have reached our office. We are closed right now. Please leave your "
                "name and number, and we will call you back tomorrow.",
                language="en",
            ),
            Example(
                "Numbers and dates",
                "Your order of 3 books for 42 euros and 50 cents will arrive on the 21st of "
                "March, between 9 and 11 in the morning.",
                language="en",
            ),
        ),
    ),
    "audio.music": EndpointWords(
        title="Make music",
        icon="🎵",
        hint="Describe a piece of music and get it, sung or without words.",
        noun="music",
        working="Composing",
        asked="song tune melody compose beat jingle sing",
        needs="a description of the music, and lyrics if it should be sung",
        gives="a piece of music of ten seconds to ten minutes",
        takes={"reference_audio": "Make music like this"},
        take_text="Make music of this",
        first=("caption", "lyrics", "duration", "bpm", "keyscale", "timesignature"),
        examples=(
            Example(
                "Calm piano",
                "calm solo piano, slow, warm, gentle reverb, evening mood",
                {"lyrics": _NO_LYRICS},
            ),
            Example(
                "Happy ukulele",
                "cheerful ukulele and hand claps, bright, light, for a holiday video",
                {"lyrics": _NO_LYRICS},
            ),
            Example(
                "Lo-fi beats",
                "lo-fi hip hop, dusty drums, mellow electric piano, vinyl crackle, relaxed",
                {"lyrics": _NO_LYRICS},
            ),
            Example(
                "Song by the sea",
                "gentle folk song, acoustic guitar, soft voice, sea breeze",
                {
                    "lyrics": "[Verse]\nThe boats come home when the light is low\n"
                    "The tide tells stories that only gulls know\n\n"
                    "[Chorus]\nStay a while, stay a while\nThe sea has time",
                },
            ),
            Example(
                "Film opening",
                "wide cinematic strings and horns, slow build, hopeful, big final chord",
                {"lyrics": _NO_LYRICS},
            ),
            Example(
                "Techno at night",
                "driving techno, four on the floor, deep bass, dark synths, steady",
                {"lyrics": _NO_LYRICS, "bpm": 128},
            ),
            Example(
                "Swing band",
                "swing jazz, walking bass, brushed drums, muted trumpet, playful",
                {"lyrics": _NO_LYRICS},
            ),
            Example(
                "Waltz",
                "an old Viennese waltz, strings and clarinet, elegant, dancing",
                {"lyrics": _NO_LYRICS, "timesignature": 3},
            ),
            Example(
                "Rock chorus",
                "energetic rock, electric guitars, live drums, catchy, loud chorus",
                {
                    "lyrics": "[Chorus]\nWe run with the morning, we run with the sun\n"
                    "Nothing is over, we've only begun",
                },
            ),
            Example(
                "Meditation",
                "ambient pads, soft bells, very slow, no drums, wide and quiet",
                {"lyrics": _NO_LYRICS},
            ),
        ),
    ),
    "audio.transcriptions": EndpointWords(
        title="Write down a recording",
        icon="📝",
        hint="Give it a recording, a video or a link and get what is said in it, as text.",
        noun="transcript",
        working="Listening",
        asked="transcribe subtitles captions minutes interview meeting dictation speech podcast",
        needs="a recording, a video, or a link to one",
        gives="what is said, as text, with times and speakers where the model can",
        takes={"source_file": "Write down what is said"},
        first=("source_file", "source_url", "lang"),
    ),
}

FIELDS: Mapping[str, FieldWords] = {
    "audio.speech.text": FieldWords(
        label="What should be said?",
        help="Write it the way it should be spoken. Punctuation makes the pauses.",
        placeholder="Welcome! It is good to have you here …",
        lines=5,
    ),
    "audio.speech.mode": FieldWords(
        label="Whose voice?",
        help="One of the model's own voices, a copy of a voice you have a recording of, or one "
        "that you describe.",
    ),
    "audio.speech.lang": FieldWords(
        label="Language", help="The language of your text; its voices are below."
    ),
    "audio.speech.voice": FieldWords(
        label="Voice", help="Each voice speaks the language chosen above."
    ),
    "audio.speech.instruct": FieldWords(
        label="How should the voice sound?",
        help="Describe the speaker: age, pitch, mood, pace, accent.",
        placeholder="A calm older woman with a warm, low voice, speaking slowly …",
        lines=3,
    ),
    "audio.speech.ref_audio": FieldWords(
        label="Recording of the voice",
        help="Three to ten seconds of one person speaking, without music. Only copy voices of "
        "people who agreed to it.",
    ),
    "audio.speech.ref_text": FieldWords(
        label="What is said in the recording (optional)",
        help="Word for word. It makes the copy closer.",
        placeholder="The words that are heard in the recording",
        lines=2,
    ),
    "audio.speech.speed": FieldWords(
        label="Speed",
        help="1 is the voice's own pace, 2 is twice as fast.",
        advanced=True,
        said="{}× speed",
    ),
    "audio.speech.format": FieldWords(
        label="Kind of file", help="MP3 is right for almost everything.", advanced=True, said="{}"
    ),
    "audio.speech.sample_rate": FieldWords(
        label="Sample rate",
        help="How finely the sound is kept, in measures a second. The suggested one is what the "
        "model was made for.",
        advanced=True,
        said="{}",
    ),
    "audio.music.caption": FieldWords(
        label="What should it sound like?",
        help="Name the style, the instruments, the mood and the pace.",
        placeholder="calm solo piano, slow, warm, evening mood …",
        lines=3,
    ),
    "audio.music.lyrics": FieldWords(
        nothing="Instrumental: no voice",
        label="Lyrics",
        help="What is sung, a line each. [Verse] and [Chorus] on lines of their own give it a "
        "form. Without lyrics nobody sings.",
        placeholder="[Verse]\nThe boats come home when the light is low …",
        lines=5,
    ),
    "audio.music.duration": FieldWords(
        label="Length in seconds", help="A longer piece costs more."
    ),
    "audio.music.inference_steps": FieldWords(
        label="Steps",
        help="How many times the model goes over it. More steps take longer and cost more.",
        hint="Turbo models are at their best with about 8, base models with 32 or more.",
        advanced=True,
        said="{} steps",
    ),
    "audio.music.guidance_scale": FieldWords(
        label="Guidance",
        help="How closely the music follows your words. Low leaves the model more freedom.",
        advanced=True,
        said="guidance {}",
    ),
    "audio.music.format": FieldWords(
        label="Kind of file",
        help="MP3 is right for almost everything; FLAC and WAV keep every detail.",
        advanced=True,
        said="{}",
    ),
    "audio.music.bpm": FieldWords(
        label="Beats a minute",
        help="70 is calm, 120 makes one want to walk, 160 to run. Leave it empty and the model "
        "chooses.",
        placeholder="The model chooses",
        advanced=True,
        said="{} beats a minute",
    ),
    "audio.music.keyscale": FieldWords(
        label="Key",
        help="Major sounds bright, minor dark. Leave it empty and the model chooses.",
        placeholder="The model chooses",
        advanced=True,
        said="{}",
        suggested={
            f"{note} {scale}": f"{note.replace('#', '♯')} {scale}"
            for scale in ("major", "minor")
            for note in ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
        },
    ),
    "audio.music.timesignature": FieldWords(
        label="Time",
        help="How the beats are counted: 4 for most songs, 3 for a waltz, 6 for a ballad that "
        "sways.",
        advanced=True,
        said="{}",
    ),
    "audio.music.vocal_language": FieldWords(
        label="Language of the singing",
        help="Only matters with lyrics. Leave it empty and the model finds out by itself.",
        placeholder="As the lyrics are",
        advanced=True,
        said="sung in {}",
        suggested=some("en", "es", "fr", "de", "it", "pt", "pl", "ru", "zh", "ja", "ko"),
    ),
    "audio.music.reference_audio": FieldWords(
        label="Music to go by (optional)",
        help="A recording whose sound the new piece should take after.",
    ),
    "audio.transcriptions.source_url": FieldWords(
        label="Or a link to it",
        help="The page of a video or a live audio room. deAPI fetches it; the playground doesn't.",
        hint="From YouTube, X/Twitter, Twitch, Kick, TikTok or X Spaces.",
        placeholder="https://www.youtube.com/watch?v=…",
    ),
    "audio.transcriptions.source_file": FieldWords(
        label="Your recording", help="A recording or a video with somebody speaking in it."
    ),
    "audio.transcriptions.include_ts": FieldWords(
        label="Say when it was said",
        help="Adds times, so that you can jump to a sentence and make subtitles.",
    ),
    "audio.transcriptions.ts_level": FieldWords(
        label="How fine the times are",
        help="A time for every sentence, for every word, or for every letter.",
    ),
    "audio.transcriptions.diarize": FieldWords(
        label="Tell the speakers apart",
        help="Says who speaks: Speaker 1, Speaker 2. May cost more.",
    ),
    "audio.transcriptions.lang": FieldWords(
        label="Language spoken",
        help="Leave it empty and the model finds out by itself. A wrong language gives a "
        "translation.",
        placeholder="Find out by itself",
    ),
    "audio.transcriptions.include_metadata": FieldWords(
        label="With what the page says about it",
        help="Title, channel, date and counts of the page that a link leads to.",
        advanced=True,
        said="page facts: {}",
    ),
}

CHOICES: Mapping[str, Mapping[str | int, str]] = {
    "audio.speech.mode": {
        "custom_voice": "A ready voice",
        "voice_clone": "Copy a voice",
        "voice_design": "Describe a voice",
    },
    "audio.speech.format": shared.SOUND_FORMATS,
    "audio.music.format": shared.SOUND_FORMATS,
    "audio.speech.sample_rate": {
        8000: "8 kHz · like a telephone",
        16000: "16 kHz",
        22050: "22 kHz",
        24000: "24 kHz",
        32000: "32 kHz",
        44100: "44.1 kHz · like a CD",
        48000: "48 kHz · like a film",
    },
    "audio.music.timesignature": {
        2: "2/4 · march",
        3: "3/4 · waltz",
        4: "4/4 · most songs",
        6: "6/8 · swaying",
    },
    "audio.transcriptions.ts_level": {
        "segment": "Every sentence",
        "word": "Every word",
        "char": "Every letter",
    },
    "audio.transcriptions.lang": {**LANGUAGES},
}
