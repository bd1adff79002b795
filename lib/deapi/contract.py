"""What deAPI sells, as data.

Each endpoint is listed once: where it lives, how it is encoded, what it takes and what it gives.
The client, the forms, the sandbox and the documentation all read this list, and none repeats it.
`tests/contract/test_facts.py` compares it, fact by fact, with the specification's own list.

Facts come from `deapi.md` unless they carry `source="live"` or stand under "Seen live": those were
only seen on the live service and are compared with a file of their own.
"""

from collections.abc import Mapping
from dataclasses import replace

from lib.deapi.rules import (
    AppliesTo,
    AtMost,
    ExactlyOne,
    ForbiddenUnless,
    RequiredIf,
    Requires,
    Rule,
    Together,
)
from lib.deapi.terms import Call, Encoding, Endpoint, Media, Param, ParamType, PriceBy, Result

__all__ = [
    "BALANCE",
    "CALLS",
    "ENDPOINTS",
    "JOB",
    "MODELS",
    "Call",
    "Encoding",
    "Endpoint",
    "Media",
    "Param",
    "ParamType",
    "PriceBy",
    "Result",
    "Rule",
    "endpoint",
]

MIB = 1024 * 1024
IMAGE_BYTES = 10 * MIB
"""The largest image, and most videos, in bytes (deapi.md, Pricing: 10 MB)."""
SYNC_AUDIO_BYTES = 20 * MIB
RECORDING_BYTES = 80 * MIB

# --- Seen live -----------------------------------------------------------------------------------

MEDIA_FORMATS: Mapping[Media, tuple[str, ...]] = {
    "image": ("JPEG", "PNG", "GIF", "BMP", "WEBP"),
    "audio": ("MP3", "WAV", "FLAC", "OGG", "M4A"),
}
"""What a file may contain where its parameter names no formats (gotchas §9, §6); deapi.md names
them for some parameters only."""

MINIMUM_BALANCE_USD = "0.49"
"""Below this balance new jobs are refused (gotchas §11)."""

GATES: Mapping[str, str] = {
    "steps": "supports_steps",
    "guidance": "supports_guidance",
    "negative_prompt": "supports_negative_prompt",
    "last_frame_image": "supports_last_frame",
}
"""The feature that a parameter needs wherever it stands (gotchas §6)."""
SIZE_GATE = "supports_custom_output_size"
"""The feature that optional sizes need; required ones are sent anyway (gotchas §6)."""

GRIDS: Mapping[str, str] = {"width": "resolution_step", "height": "resolution_step"}
"""The limit whose multiples a parameter takes (gotchas §6)."""

LISTS: Mapping[str, str] = {
    "sample_rate": "available_ratios",
    "ts_level": "timestamp_levels",
    "lang": "languages",
}
"""The limit that lists a parameter's legal values. `available_ratios` are sample rates in Hz,
whatever they are called (gotchas §6)."""

RANDOM: Mapping[str, int] = {"seed": -1}
"""The value that asks deAPI to draw one, on every endpoint that has the parameter (gotchas §6)."""

OFFERED: Mapping[str, tuple[str, ...]] = {
    "audio.speech.format": ("mp3", "wav", "flac"),
    "audio.music.format": ("mp3", "wav", "flac"),
}
"""Values that work where deapi.md gives examples only (gotchas §6)."""

LIVE_RULES: Mapping[str, tuple[Rule, ...]] = {
    # gotchas §6: each mode has its own parameters, and needs one of them.
    "audio.speech": (
        AppliesTo("ref_audio", "mode", "voice_clone"),
        AppliesTo("ref_text", "mode", "voice_clone"),
        RequiredIf("voice", "mode", ("custom_voice",)),
        RequiredIf("instruct", "mode", ("voice_design",)),
    ),
    # gotchas §5: only sent when timestamps are on.
    "audio.transcriptions": (
        AppliesTo("ts_level", "include_ts", True),
        AppliesTo("diarize", "include_ts", True),
    ),
}
"""Rules that hold on the live service beside those of the specification."""

LIVE_V1_PRICE_PATHS: Mapping[str, tuple[str, ...]] = {
    "videos.replacements": ("/api/v1/client/videos/replace/price",),
}
"""Where v1 was seen to answer with prices, beside the documented `v1_price_paths` (gotchas §4)."""

# --- Parameters that stand in several endpoints --------------------------------------------------

_MODEL = Param(name="model", type="string", required=True, role="model")
_PROMPT = Param(name="prompt", type="string", required=True)
_SEED = Param(name="seed", type="integer", required=True)
_NEGATIVE_PROMPT = Param(name="negative_prompt", type="string")
_WIDTH = Param(name="width", type="integer", required=True)
_HEIGHT = Param(name="height", type="integer", required=True)
_GUIDANCE = Param(name="guidance", type="number", required=True)
_STEPS = Param(name="steps", type="integer", required=True)
_FRAMES = Param(name="frames", type="integer", required=True, rate="fps")
_FPS = Param(name="fps", type="integer")
_LORAS = Param(name="loras", type="array", item={"name": "string", "weight": "number"})
_IMAGE = Param(name="image", type="file", required=True, media="image", max_bytes=IMAGE_BYTES)
_FIRST_FRAME = replace(_IMAGE, name="first_frame_image", required=False)
_LAST_FRAME = replace(_IMAGE, name="last_frame_image", required=False)
_WEBHOOK_URL = Param(
    name="webhook_url", type="string", role="delivery", scheme="https", max_length=2048
)
_WEBHOOK_SECRET = Param(
    name="webhook_secret", type="string", role="delivery", min_length=32, max_length=255
)
_SECRET_NEEDS_URL = Requires("webhook_secret", "webhook_url")
_IN_RESPONSE = Param(name="return_result_in_response", type="boolean", role="inline")
_ENHANCE = Param(name="enhance_prompt", type="boolean", role="extra", source="live")
"""Enhances the prompt on the way, at a price of its own (gotchas §5). No model says whether it can,
so no form offers it: `prompts.enhancements` does the same where a person sees it."""

VIDEO_FORMATS = ("MP4", "MPEG", "QuickTime", "AVI", "WMV", "OGG")
SOUND_FORMATS = ("AAC", "MPEG", "OGG", "WAV", "WebM", "FLAC")
"""What a recording may be, as picture and as sound, in the words of deapi.md."""
_VIDEO = Param(
    name="video",
    type="file",
    required=True,
    media="video",
    formats=VIDEO_FORMATS,
    max_bytes=IMAGE_BYTES,
)
# Measures of a video that may stand for it when only the price is asked.
_PRICE_WIDTH = Param(
    name="width", type="integer", required=True, minimum=1, measures=("video", "width")
)
_PRICE_HEIGHT = Param(
    name="height", type="integer", required=True, minimum=1, measures=("video", "height")
)
_PRICE_DURATION = Param(name="duration", type="number", minimum=0, measures=("video", "seconds"))
# The live service takes a picture's measures too (gotchas §4).
_PICTURE_MEASURES = tuple(
    Param(
        name=side,
        type="integer",
        required=True,
        minimum=1,
        maximum=10240,
        measures=("image", side),
        source="live",
    )
    for side in ("width", "height")
)
_BY_PICTURE_MEASURES = PriceBy(params=("width", "height", "model"), source="live")

ENHANCEMENT_TYPES: Mapping[str, tuple[str, ...]] = {
    "images.generations": ("txt2img",),
    "images.edits": ("img2img",),
    "images.upscales": ("img_upscale",),
    "images.background-removals": ("img_rmbg",),
    "images.ocr": ("img2txt",),
    "videos.generations": ("txt2video",),
    "videos.animations": ("img2video",),
    "videos.upscales": ("vid_upscale",),
    "videos.background-removals": ("vid_rmbg",),
    "videos.transcriptions": ("vid2txt", "videofile2txt"),
    "audio.speech": ("txt2audio",),
    "audio.music": ("txt2music",),
    "audio.transcriptions": ("aud2txt", "audiofile2txt"),
    "embeddings": ("txt2embedding",),
}
"""What `prompts.enhancements` enhances for, and the inference types of the models it takes then."""

ENHANCER = "prompts.enhancements"
SAMPLER = "v1.prompts.samples"
"""The endpoints that rewrite a prompt for others, and think of one for them."""

WRITTEN_FOR: Mapping[str, tuple[str, ...]] = {
    "v1.prompt.image": ("images.generations",),
    "v1.prompt.image2image": ("images.edits",),
    "v1.prompt.video": ("videos.generations", "videos.animations"),
    "v1.prompt.speech": ("audio.speech",),
    "text2image": ("images.generations",),
    "text2speech": ("audio.speech",),
}
"""Where the prompts of a booster, or the samples of a type, are meant to be used."""

# --- The endpoints -------------------------------------------------------------------------------

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        id="images.generations",
        family="images",
        title="Text to Image",
        path="/api/v2/images/generations",
        encoding="json",
        price_path="/api/v2/images/generations/price",
        price_encoding="json",
        v1_paths=("/api/v1/client/txt2img",),
        v1_price_paths=("/api/v1/client/txt2img/price-calculation",),
        inference_types=("txt2img",),
        result="image",
        enhanced_as="images.generations",
        params=(
            _PROMPT,
            _MODEL,
            replace(_WIDTH, limits=("min_width", "max_width", "resolution_step")),
            replace(_HEIGHT, limits=("min_height", "max_height", "resolution_step")),
            replace(_GUIDANCE, feature="supports_guidance"),
            replace(_STEPS, limits=("min_steps", "max_steps"), feature="supports_steps"),
            replace(_SEED, random=-1),
            replace(_NEGATIVE_PROMPT, feature="supports_negative_prompt"),
            replace(_LORAS, listed="loras"),
            _ENHANCE,
            _WEBHOOK_URL,
            _WEBHOOK_SECRET,
        ),
        rules=(_SECRET_NEEDS_URL,),
    ),
    Endpoint(
        id="images.edits",
        family="images",
        title="Image to Image (Edit)",
        path="/api/v2/images/edits",
        encoding="multipart",
        price_path="/api/v2/images/edits/price",
        price_encoding="json",
        v1_paths=("/api/v1/client/img2img",),
        v1_price_paths=("/api/v1/client/img2img/price-calculation",),
        inference_types=("img2img",),
        result="image",
        enhanced_as="images.edits",
        params=(
            _PROMPT,
            _MODEL,
            replace(_STEPS, limits=("min_steps", "max_steps")),
            _SEED,
            replace(_IMAGE, required=False),
            replace(
                _IMAGE,
                name="images[]",
                type="file[]",
                required=False,
                max_items_limit="max_input_images",
                max_items_default=1,
            ),
            _NEGATIVE_PROMPT,
            replace(_WIDTH, required=False),
            replace(_HEIGHT, required=False),
            replace(_GUIDANCE, required=False),
            _LORAS,
            _ENHANCE,
            _WEBHOOK_URL,
            _WEBHOOK_SECRET,
        ),
        rules=(
            ExactlyOne(("image", "images[]")),
            AtMost("images[]", "max_input_images", 1),
            _SECRET_NEEDS_URL,
        ),
    ),
    Endpoint(
        id="images.background-removals",
        family="images",
        title="Image Background Removal",
        path="/api/v2/images/background-removals",
        encoding="multipart",
        price_path="/api/v2/images/background-removals/price",
        price_encoding="multipart",
        price_by=(_BY_PICTURE_MEASURES,),
        measures=_PICTURE_MEASURES,
        v1_paths=("/api/v1/client/img-rmbg",),
        v1_price_paths=("/api/v1/client/img-rmbg/price-calculation",),
        inference_types=("img_rmbg",),
        result="image",
        enhanced_as="images.background-removals",
        params=(_IMAGE, _MODEL, _WEBHOOK_URL),
    ),
    Endpoint(
        id="images.upscales",
        family="images",
        title="Image Upscale",
        path="/api/v2/images/upscales",
        encoding="multipart",
        price_path="/api/v2/images/upscales/price",
        price_encoding="multipart",
        price_by=(_BY_PICTURE_MEASURES,),
        measures=_PICTURE_MEASURES,
        v1_paths=("/api/v1/client/img-upscale",),
        v1_price_paths=("/api/v1/client/img-upscale/price-calculation",),
        inference_types=("img_upscale",),
        result="image",
        enhanced_as="images.upscales",
        params=(_IMAGE, _MODEL, _WEBHOOK_URL),
    ),
    Endpoint(
        id="images.ocr",
        family="images",
        title="Image to Text (OCR)",
        path="/api/v2/images/ocr",
        encoding="multipart",
        price_path="/api/v2/images/ocr/price",
        price_encoding="multipart",
        price_by=(_BY_PICTURE_MEASURES,),
        measures=_PICTURE_MEASURES,
        v1_paths=("/api/v1/client/img2txt",),
        v1_price_paths=("/api/v1/client/img2txt/price-calculation",),
        inference_types=("img2txt",),
        result="text",
        enhanced_as="images.ocr",
        params=(
            _IMAGE,
            _MODEL,
            Param(name="language", type="string"),
            Param(name="format", type="string", choices=("text", "json")),
            _IN_RESPONSE,
            _WEBHOOK_URL,
        ),
    ),
    Endpoint(
        id="videos.generations",
        family="videos",
        title="Text to Video",
        path="/api/v2/videos/generations",
        encoding="json",
        price_path="/api/v2/videos/generations/price",
        price_encoding="json",
        v1_paths=("/api/v1/client/txt2video",),
        v1_price_paths=("/api/v1/client/txt2video/price-calculation",),
        inference_types=("txt2video",),
        result="video",
        enhanced_as="videos.generations",
        params=(
            _PROMPT,
            _MODEL,
            _WIDTH,
            _HEIGHT,
            _GUIDANCE,
            _STEPS,
            _SEED,
            _FRAMES,
            _NEGATIVE_PROMPT,
            _FPS,
            _ENHANCE,
            _WEBHOOK_URL,
            _WEBHOOK_SECRET,
        ),
        rules=(_SECRET_NEEDS_URL,),
    ),
    Endpoint(
        id="videos.animations",
        family="videos",
        title="Image to Video (Animation)",
        path="/api/v2/videos/animations",
        encoding="multipart",
        price_path="/api/v2/videos/animations/price",
        price_encoding="json",
        v1_paths=("/api/v1/client/img2video",),
        v1_price_paths=("/api/v1/client/img2video/price-calculation",),
        inference_types=("img2video",),
        result="video",
        enhanced_as="videos.animations",
        params=(
            _PROMPT,
            replace(_FIRST_FRAME, required=True),
            _MODEL,
            _WIDTH,
            _HEIGHT,
            _GUIDANCE,
            _STEPS,
            _SEED,
            _FRAMES,
            _NEGATIVE_PROMPT,
            _FPS,
            replace(_LAST_FRAME, feature="supports_last_frame"),
            _ENHANCE,
            _WEBHOOK_URL,
        ),
    ),
    Endpoint(
        id="videos.audio-syncs",
        family="videos",
        title="Audio to Video",
        path="/api/v2/videos/audio-syncs",
        encoding="multipart",
        price_path="/api/v2/videos/audio-syncs/price",
        price_encoding="json",
        v1_paths=("/api/v1/client/aud2video",),
        v1_price_paths=("/api/v1/client/aud2video/price-calculation",),
        inference_types=("aud2video",),
        result="video",
        params=(
            _PROMPT,
            Param(
                name="audio",
                type="file",
                required=True,
                media="audio",
                formats=("MP3", "WAV", "OGG", "FLAC"),
                max_bytes=SYNC_AUDIO_BYTES,
            ),
            _MODEL,
            _WIDTH,
            _HEIGHT,
            _SEED,
            _FRAMES,
            replace(_GUIDANCE, required=False),
            replace(_STEPS, required=False),
            _FPS,
            _NEGATIVE_PROMPT,
            _FIRST_FRAME,
            _LAST_FRAME,
            _WEBHOOK_URL,
        ),
    ),
    Endpoint(
        id="videos.replacements",
        family="videos",
        title="Video Replace (Animate)",
        path="/api/v2/videos/replacements",
        encoding="multipart",
        price_path="/api/v2/videos/replacements/price",
        price_encoding="multipart",
        price_by=(PriceBy(params=("video",)), PriceBy(params=("duration", "width", "height"))),
        measures=(replace(_PRICE_DURATION, required=True), _PRICE_WIDTH, _PRICE_HEIGHT),
        v1_paths=("/api/v1/client/videos/replace",),
        v1_price_paths=("/api/v1/client/videos/replace/price-calculation",),
        inference_types=("videos_replace",),
        result="video",
        params=(
            _VIDEO,
            Param(
                name="ref_image",
                type="file",
                required=True,
                media="image",
                formats=("JPG", "JPEG", "PNG", "GIF", "BMP", "WebP"),
                max_bytes=IMAGE_BYTES,
            ),
            _MODEL,
            replace(_PROMPT, required=False),
            replace(_WIDTH, required=False, default="input width"),
            replace(_HEIGHT, required=False, default="input height"),
            replace(_STEPS, required=False, default=4),
            replace(_SEED, required=False, default=-1, random=-1),
            _WEBHOOK_URL,
        ),
        rules=(Together(("width", "height")),),
    ),
    Endpoint(
        id="videos.upscales",
        family="videos",
        title="Video Upscale",
        path="/api/v2/videos/upscales",
        encoding="multipart",
        price_path="/api/v2/videos/upscales/price",
        price_encoding="multipart",
        price_by=(
            PriceBy(params=("video", "model"), optional=("scale",)),
            PriceBy(params=("width", "height", "model"), optional=("duration", "scale")),
        ),
        measures=(_PRICE_WIDTH, _PRICE_HEIGHT, _PRICE_DURATION),
        v1_paths=("/api/v1/client/vid-upscale",),
        v1_price_paths=("/api/v1/client/vid-upscale/price-calculation",),
        inference_types=("vid_upscale",),
        result="video",
        enhanced_as="videos.upscales",
        params=(
            _VIDEO,
            _MODEL,
            Param(
                name="scale",
                type="integer",
                minimum=1,
                maximum=16,
                limits=("min_scale", "max_scale"),
                feature="supports_scale",
            ),
            _WEBHOOK_URL,
        ),
        rules=(ForbiddenUnless("scale", "supports_scale"),),
    ),
    Endpoint(
        id="audio.speech",
        family="audio",
        title="Text to Speech",
        path="/api/v2/audio/speech",
        encoding="multipart",
        price_path="/api/v2/audio/speech/price",
        price_encoding="json",
        price_by=(PriceBy(params=("text",)), PriceBy(params=("count_text",))),
        measures=(
            Param(
                name="count_text",
                type="integer",
                required=True,
                minimum=0,
                measures=("text", "length"),
            ),
        ),
        v1_paths=("/api/v1/client/txt2audio",),
        v1_price_paths=("/api/v1/client/txt2audio/price-calculation",),
        inference_types=("txt2audio",),
        result="audio",
        enhanced_as="audio.speech",
        params=(
            Param(name="text", type="string", required=True, limits=("min_text", "max_text")),
            _MODEL,
            Param(name="lang", type="string", required=True, listed="languages[].slug"),
            Param(name="speed", type="number", required=True, limits=("min_speed", "max_speed")),
            Param(name="format", type="string", required=True),
            Param(name="sample_rate", type="integer", required=True),
            Param(
                name="mode",
                type="string",
                choices=("custom_voice", "voice_clone", "voice_design"),
                choice_features={
                    "custom_voice": "supports_custom_voice",
                    "voice_clone": "supports_voice_clone",
                    "voice_design": "supports_voice_design",
                },
            ),
            Param(name="voice", type="string", listed="languages[].voices[].slug"),
            Param(
                name="ref_audio",
                type="file",
                media="audio",
                max_bytes=IMAGE_BYTES,
                min_seconds=3,
                max_seconds=10,
            ),
            Param(name="ref_text", type="string"),
            Param(name="instruct", type="string"),
            _WEBHOOK_URL,
            _WEBHOOK_SECRET,
        ),
        rules=(
            RequiredIf("ref_audio", "mode", ("voice_clone",)),
            AppliesTo("voice", "mode", "custom_voice"),
            AppliesTo("instruct", "mode", "voice_design"),
            _SECRET_NEEDS_URL,
        ),
    ),
    Endpoint(
        id="audio.music",
        family="audio",
        title="Text to Music",
        path="/api/v2/audio/music",
        encoding="multipart",
        price_path="/api/v2/audio/music/price",
        price_encoding="json",
        v1_paths=("/api/v1/client/txt2music",),
        v1_price_paths=("/api/v1/client/txt2music/price-calculation",),
        inference_types=("txt2music",),
        result="audio",
        enhanced_as="audio.music",
        params=(
            Param(
                name="caption", type="string", required=True, limits=("min_caption", "max_caption")
            ),
            _MODEL,
            Param(name="lyrics", type="string", required=True, nothing="[Instrumental]"),
            Param(
                name="duration",
                type="number",
                required=True,
                minimum=10,
                maximum=600,
                limits=("min_duration", "max_duration"),
            ),
            Param(name="inference_steps", type="integer", required=True, minimum=1, maximum=100),
            Param(name="guidance_scale", type="number", required=True, minimum=0, maximum=20),
            replace(_SEED, random=-1),
            Param(name="format", type="string", required=True),
            Param(
                name="bpm",
                type="integer",
                minimum=30,
                maximum=300,
                limits=("min_bpm", "max_bpm"),
            ),
            Param(name="keyscale", type="string"),
            Param(name="timesignature", type="integer", choices=(2, 3, 4, 6)),
            Param(name="vocal_language", type="string"),
            Param(
                name="reference_audio",
                type="file",
                media="audio",
                formats=("mp3", "wav", "flac", "ogg", "m4a"),
                max_bytes=IMAGE_BYTES,
            ),
            _WEBHOOK_URL,
        ),
    ),
    Endpoint(
        id="audio.transcriptions",
        family="audio",
        title="Unified Transcription",
        path="/api/v2/audio/transcriptions",
        encoding="multipart",
        price_path="/api/v2/audio/transcriptions/price",
        price_encoding="multipart",
        price_by=(
            PriceBy(params=("source_url",)),
            PriceBy(params=("source_file",)),
            PriceBy(params=("duration_seconds",)),
        ),
        measures=(
            Param(
                name="duration_seconds",
                type="number",
                minimum=0,
                measures=("source_file", "seconds"),
            ),
        ),
        price_rules=(ExactlyOne(("source_url", "source_file", "duration_seconds")),),
        v1_paths=(
            "/api/v1/client/transcribe",
            "/api/v1/client/vid2txt",
            "/api/v1/client/aud2txt",
            "/api/v1/client/videofile2txt",
            "/api/v1/client/audiofile2txt",
        ),
        v1_price_paths=(
            "/api/v1/client/transcribe/price-calculation",
            "/api/v1/client/vid2txt/price-calculation",
            "/api/v1/client/aud2txt/price-calculation",
            "/api/v1/client/videofile2txt/price-calculation",
            "/api/v1/client/audiofile2txt/price-calculation",
        ),
        inference_types=("vid2txt", "aud2txt", "videofile2txt", "audiofile2txt"),
        result="transcript",
        enhanced_as="audio.transcriptions",
        params=(
            Param(
                name="source_url",
                type="string",
                address=True,
                sources=("YouTube", "X/Twitter", "Twitch", "Kick", "TikTok", "X Spaces"),
            ),
            Param(
                name="source_file",
                type="file",
                media="recording",
                formats=(*SOUND_FORMATS, "MP4", "QuickTime", "AVI", "WMV"),
                max_bytes=RECORDING_BYTES,
                max_minutes=600,
            ),
            Param(name="include_ts", type="boolean", required=True),
            _MODEL,
            # §5: sent only when timestamps are on, and only to models that list it.
            Param(name="ts_level", type="string", source="live"),
            Param(name="diarize", type="boolean", feature="supports_diarization", source="live"),
            Param(name="lang", type="string", source="live"),
            Param(name="include_metadata", type="boolean", role="extra", source="live"),
            _IN_RESPONSE,
            _WEBHOOK_URL,
            _WEBHOOK_SECRET,
        ),
        rules=(ExactlyOne(("source_url", "source_file")), _SECRET_NEEDS_URL),
    ),
    Endpoint(
        id="embeddings",
        family="embeddings",
        title="Text to Embedding",
        path="/api/v2/embeddings",
        encoding="json",
        price_path="/api/v2/embeddings/price",
        price_encoding="json",
        v1_paths=("/api/v1/client/txt2embedding",),
        v1_price_paths=("/api/v1/client/txt2embedding/price-calculation",),
        inference_types=("txt2embedding",),
        result="vectors",
        enhanced_as="embeddings",
        params=(
            Param(
                name="input",
                type="string|array",
                required=True,
                max_items=2048,
                max_tokens=8192,
                max_total_tokens=300000,
                limits=("max_input_tokens", "max_total_tokens"),
            ),
            _MODEL,
            _IN_RESPONSE,
            _WEBHOOK_URL,
            _WEBHOOK_SECRET,
        ),
        rules=(_SECRET_NEEDS_URL,),
    ),
    Endpoint(
        id="prompts.enhancements",
        family="prompts",
        title="Unified Prompt Booster (v2)",
        path="/api/v2/prompts/enhancements",
        encoding="multipart",
        price_path="/api/v2/prompts/enhancements/price",
        price_encoding="multipart",
        price_at="price",
        answers="inline",
        answer_at=("prompt", "negative_prompt"),
        result="prompt",
        replaces=(
            "/api/v1/client/prompt/image",
            "/api/v1/client/prompt/image2image",
            "/api/v1/client/prompt/video",
            "/api/v1/client/prompt/speech",
        ),
        decided_by="type",
        inference_types_of=ENHANCEMENT_TYPES,
        params=(
            replace(_PROMPT, min_length=3),
            replace(_NEGATIVE_PROMPT, min_length=3),
            Param(name="type", type="string", required=True, choices=tuple(ENHANCEMENT_TYPES)),
            replace(_MODEL, name="model_slug"),
            replace(_IMAGE, required=False, formats=("JPEG", "PNG", "BMP", "GIF", "WebP")),
        ),
        rules=(RequiredIf("image", "type", ("images.edits", "videos.animations")),),
    ),
    Endpoint(
        id="v1.prompt.image",
        family="prompts",
        title="Image Prompt Booster",
        path="/api/v1/client/prompt/image",
        encoding="json",
        price_path="/api/v1/client/prompt/image/price-calculation",
        price_encoding="json",
        price_at="price",
        answers="inline",
        answer_at=("prompt", "negative_prompt"),
        result="prompt",
        version="v1",
        replaced_by="/api/v2/prompts/enhancements",
        params=(
            replace(_PROMPT, min_length=3),
            replace(_NEGATIVE_PROMPT, required=True, min_length=3, must_be_present=True),
        ),
    ),
    Endpoint(
        id="v1.prompt.image2image",
        family="prompts",
        title="Image-to-Image Prompt Booster",
        path="/api/v1/client/prompt/image2image",
        encoding="multipart",
        price_path="/api/v1/client/prompt/image2image/price-calculation",
        price_encoding="multipart",
        price_at="price",
        answers="inline",
        answer_at=("prompt", "negative_prompt"),
        result="prompt",
        version="v1",
        replaced_by="/api/v2/prompts/enhancements",
        params=(
            _PROMPT,
            _IMAGE,
            replace(_NEGATIVE_PROMPT, required=True, must_be_present=True),
        ),
    ),
    Endpoint(
        id="v1.prompt.video",
        family="prompts",
        title="Video Prompt Booster",
        path="/api/v1/client/prompt/video",
        encoding="multipart",
        price_path="/api/v1/client/prompt/video/price-calculation",
        price_encoding="multipart",
        price_at="price",
        answers="inline",
        answer_at=("prompt", "negative_prompt"),
        result="prompt",
        version="v1",
        replaced_by="/api/v2/prompts/enhancements",
        params=(
            _PROMPT,
            replace(_NEGATIVE_PROMPT, required=True, must_be_present=True),
            replace(_IMAGE, required=False),
        ),
    ),
    Endpoint(
        id="v1.prompt.speech",
        family="prompts",
        title="Speech Prompt Booster",
        path="/api/v1/client/prompt/speech",
        encoding="json",
        price_path="/api/v1/client/prompt/speech/price-calculation",
        price_encoding="json",
        price_at="price",
        answers="inline",
        answer_at=("prompt",),
        result="prompt",
        version="v1",
        replaced_by="/api/v2/prompts/enhancements",
        params=(_PROMPT, Param(name="lang_code", type="string")),
    ),
    Endpoint(
        id="v1.prompts.samples",
        family="prompts",
        title="Sample Prompts",
        path="/api/v1/client/prompts/samples",
        encoding="query",
        price_path="/api/v1/client/prompts/samples/price-calculation",
        price_encoding="query",
        price_at="price",
        answers="inline",
        answer_at=("success", "data.type", "data.prompt"),
        result="prompt",
        method="GET",
        version="v1",
        params=(
            Param(name="type", type="string", required=True, choices=("text2image", "text2speech")),
            Param(name="topic", type="string", max_length=500),
            Param(name="lang_code", type="string", max_length=4),
        ),
    ),
)

MODELS = Call(
    id="models",
    path="/api/v2/models",
    v1_paths=("/api/v1/client/models",),
    params=(
        Param(
            name="filter[inference_types]",
            type="string",
            choices=(
                "txt2img",
                "img2txt",
                "txt2audio",
                "vid2txt",
                "aud2txt",
                "txt2video",
                "img2video",
                "img2img",
                "img_upscale",
                "img_rmbg",
                "vid_upscale",
                "vid_rmbg",
                "txt2embedding",
                "videofile2txt",
                "audiofile2txt",
            ),
        ),
        Param(name="per_page", type="integer"),
        Param(name="page", type="integer"),
        # The one that works on the live service, capped at 50 (gotchas §1).
        Param(name="limit", type="integer", maximum=50, source="live"),
    ),
)
JOB = Call(
    id="jobs",
    path="/api/v2/jobs/{request_id}",
    v1_paths=("/api/v1/client/request-status/{id}",),
    params=(Param(name="request_id", type="string", required=True),),
)
BALANCE = Call(id="balance", path="/api/v2/account/balance", v1_paths=("/api/v1/client/balance",))
CALLS: tuple[Call, ...] = (MODELS, JOB, BALANCE)

_BY_ID: Mapping[str, Endpoint] = {each.id: each for each in ENDPOINTS}


def written_for(at: Endpoint, params: Mapping[str, object]) -> tuple[Endpoint, ...]:
    """The endpoints that a prompt is meant for which `at` wrote with `params`."""
    kind = str(params.get("type", at.id))
    names = WRITTEN_FOR.get(kind, (kind,))
    return tuple(_BY_ID[name] for name in names if name in _BY_ID)


def rewriters(at: Endpoint) -> tuple[Endpoint, ...]:
    """The endpoints that rewrite a prompt for `at`, the one that does most first."""
    unified = (_BY_ID[ENHANCER],) if at.enhanced_as is not None else ()
    return (*unified, *(each for each in ENDPOINTS if at.id in WRITTEN_FOR.get(each.id, ())))


def endpoint(endpoint_id: str) -> Endpoint:
    """The endpoint called `endpoint_id`, e.g. `images.generations`; raises `KeyError`."""
    return _BY_ID[endpoint_id]
