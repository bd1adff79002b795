"""One name for each kind of inference.

The specification, its v1 paths and the live service write the same kind in different ways
(gotchas §2). Everything here speaks the specification's names; music, audio to video and
replacement, for which it has none, go by their v1 paths.
"""

from collections.abc import Mapping

_ALIASES: Mapping[str, str] = {
    "txt2img": "txt2img",
    "img2img": "img2img",
    "img2txt": "img2txt",
    "txt2audio": "txt2audio",
    "txt2music": "txt2music",
    "txt2video": "txt2video",
    "img2video": "img2video",
    "txt2embedding": "txt2embedding",
    "imgupscale": "img_upscale",
    "imgrmbg": "img_rmbg",
    "vidupscale": "vid_upscale",
    "vidrmbg": "vid_rmbg",
    "vid2txt": "vid2txt",
    "video2text": "vid2txt",
    "aud2txt": "aud2txt",
    "audio2text": "aud2txt",
    "videofile2txt": "videofile2txt",
    "videofile2text": "videofile2txt",
    "audiofile2txt": "audiofile2txt",
    "audiofile2text": "audiofile2txt",
    "aud2video": "aud2video",
    "audio2video": "aud2video",
    "videosreplace": "videos_replace",
    "videoreplace": "videos_replace",
}


def canonical(name: str) -> str:
    """The specification's name for an inference type, however `name` writes it.

    A type nobody has heard of comes back in its plain form (lower case, no `-`, `_`, `/` or
    space), so that two spellings of it still meet.
    """
    plain = "".join(each for each in name.lower() if each not in "-_/" and not each.isspace())
    return _ALIASES.get(plain, plain)
