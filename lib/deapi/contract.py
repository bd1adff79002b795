"""What deAPI sells, as data.

Each endpoint is listed once: where it lives, how it is encoded, what it takes and what it gives.
The client, the forms, the sandbox and the documentation all read this list, and none repeats it.
`tests/contract/test_facts.py` compares it, fact by fact, with the specification's own list.

Facts come from `deapi.md` unless they carry `source="live"`: those were only seen on the live
service and are compared with a file of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ParamType = Literal["string", "integer", "number", "array", "file"]
Encoding = Literal["json", "multipart"]
Media = Literal["image"]
Source = Literal["spec", "live"]
Role = Literal["value", "model", "delivery"]

MIB = 1024 * 1024
IMAGE_BYTES = 10 * MIB
"""The largest image deAPI takes, in bytes (deapi.md, Pricing: 10 MB)."""

MEDIA_FORMATS: Mapping[Media, tuple[str, ...]] = {"image": ("JPEG", "PNG", "GIF", "BMP", "WEBP")}
"""What a file may contain where its parameter names no formats, by Pillow's names.

`source="live"`: gotchas §9 gives the list for every image; deapi.md only for some parameters.
"""

MINIMUM_BALANCE_USD = "0.49"
"""Below this balance new jobs are refused (gotchas §11, `source="live"`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One parameter of an endpoint.

    `limits` and `feature` name keys of a model's `info`; where a model publishes them, they bound
    the parameter further. `role` says who fills it: a person (`value`), the model picker (`model`)
    or the playground itself (`delivery`: where news of the job should go).
    """

    name: str
    type: ParamType
    required: bool = False
    role: Role = "value"
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    choices: tuple[str | int, ...] = ()
    scheme: str | None = None
    media: Media | None = None
    max_bytes: int | None = None
    random: int | None = None
    """The value that asks deAPI to choose (a seed of -1)."""
    limits: tuple[str, ...] = ()
    """Keys of `info.limits` that bound the value."""
    feature: str | None = None
    """Key of `info.features` without which the parameter is not offered."""
    listed: str | None = None
    """Where the model lists the legal values, e.g. its `loras`."""
    item: Mapping[str, ParamType] | None = None
    """What one item of an array holds."""
    source: Source = "spec"


@dataclass(frozen=True, slots=True)
class Requires:
    """`param` may only be sent together with `other`."""

    param: str
    other: str

    def __str__(self) -> str:
        return f"{self.param} requires {self.other}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One operation that costs money: a POST that answers `data.request_id` (a job)."""

    id: str
    family: str
    title: str
    path: str
    encoding: Encoding
    params: tuple[Param, ...]
    rules: tuple[Requires, ...] = ()
    price_path: str
    price_encoding: Encoding
    v1_paths: tuple[str, ...]
    v1_price_paths: tuple[str, ...]
    inference_types: tuple[str, ...]

    def param(self, name: str) -> Param:
        """The parameter called `name`; raises `KeyError` when the endpoint has none."""
        for param in self.params:
            if param.name == name:
                return param
        raise KeyError(name)

    def has(self, name: str) -> bool:
        return any(param.name == name for param in self.params)

    @property
    def files(self) -> tuple[Param, ...]:
        """The parameters that are files."""
        return tuple(param for param in self.params if param.type == "file")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A GET that costs nothing (deapi.md, Utility Endpoints)."""

    id: str
    path: str
    v1_paths: tuple[str, ...]
    params: tuple[Param, ...] = ()


_MODEL = Param(name="model", type="string", required=True, role="model")
_WEBHOOK_URL = Param(
    name="webhook_url", type="string", role="delivery", scheme="https", max_length=2048
)
_WEBHOOK_SECRET = Param(
    name="webhook_secret", type="string", role="delivery", min_length=32, max_length=255
)
_SECRET_NEEDS_URL = Requires("webhook_secret", "webhook_url")

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
        params=(
            Param(name="prompt", type="string", required=True),
            _MODEL,
            Param(
                name="width",
                type="integer",
                required=True,
                limits=("min_width", "max_width", "resolution_step"),
            ),
            Param(
                name="height",
                type="integer",
                required=True,
                limits=("min_height", "max_height", "resolution_step"),
            ),
            Param(name="guidance", type="number", required=True, feature="supports_guidance"),
            Param(
                name="steps",
                type="integer",
                required=True,
                limits=("min_steps", "max_steps"),
                feature="supports_steps",
            ),
            Param(name="seed", type="integer", required=True, random=-1),
            Param(name="negative_prompt", type="string", feature="supports_negative_prompt"),
            Param(
                name="loras",
                type="array",
                listed="loras",
                item={"name": "string", "weight": "number"},
            ),
            _WEBHOOK_URL,
            _WEBHOOK_SECRET,
        ),
        rules=(_SECRET_NEEDS_URL,),
    ),
    Endpoint(
        id="images.upscales",
        family="images",
        title="Image Upscale",
        path="/api/v2/images/upscales",
        encoding="multipart",
        price_path="/api/v2/images/upscales/price",
        price_encoding="multipart",
        v1_paths=("/api/v1/client/img-upscale",),
        v1_price_paths=("/api/v1/client/img-upscale/price-calculation",),
        inference_types=("img_upscale",),
        params=(
            Param(name="image", type="file", required=True, media="image", max_bytes=IMAGE_BYTES),
            _MODEL,
            _WEBHOOK_URL,
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


def endpoint(endpoint_id: str) -> Endpoint:
    """The endpoint called `endpoint_id`, e.g. `images.generations`; raises `KeyError`."""
    return _BY_ID[endpoint_id]
