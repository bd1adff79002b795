"""Is an upload what it should be? Decodes it: call this off the loop."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import cast

from starlette.datastructures import UploadFile

from lib.deapi.contract import MEDIA_FORMATS, Endpoint, Param
from lib.sandbox import images, media
from lib.sandbox.catalogue import Model
from lib.sandbox.order import Measured
from lib.sandbox.validate.bounds import Bounds, between, of_model
from lib.sandbox.validate.wrong import Wrong, plain

_WORDS = {"image": "an image", "audio": "an audio file", "video": "a video"}


def taken(
    endpoint: Endpoint, param: Param, value: object, model: Model | None
) -> tuple[tuple[UploadFile, ...], tuple[Measured, ...]]:
    """The files of one parameter and their measures. Raises `Wrong`."""
    several = isinstance(value, list)
    files = cast(Sequence[object], value) if several else [value]
    if several and param.type != "file[]":
        raise Wrong("must be a file.")
    most = most_items(param, model)
    if len(files) > most:
        raise Wrong(f"must not have more than {most} items.")
    uploads = tuple(_file(param, file) for file in files)
    return uploads, tuple(_measured(endpoint, param, each, model) for each in uploads)


def most_items(param: Param, model: Model | None) -> int:
    own = model.limits.get(param.max_items_limit or "") if model else None
    return int(own) if own is not None and own >= 1 else (param.max_items_default or 1)


def lasts(endpoint: Endpoint, param: Param, seconds: float, model: Model | None) -> None:
    """Raises `Wrong` when a file of `param` may not last so long, or so short."""
    most: list[float] = []
    if param.max_seconds is not None:
        most.append(param.max_seconds)
    if param.max_minutes is not None:
        most.append(param.max_minutes * 60)
    if model and param.media == "video" and (own := longest_video(model)):
        most.append(own)
    if param.min_seconds is not None and seconds < param.min_seconds:
        raise Wrong(f"must be at least {param.min_seconds} seconds long.")
    if most and seconds > min(most):
        raise Wrong(f"must not be longer than {plain(min(most))} seconds.")


def longest_video(model: Model) -> float | None:
    return model.limits.get("max_video_duration_seconds")


def sides(endpoint: Endpoint, model: Model | None) -> tuple[Bounds, Bounds]:
    """What a picture's or video's width and height may be.

    Only where there is no width to choose, the model's limits are about the file; and where the
    model is only told about (a prompt's enhancement), they are about nothing that is sent.
    """
    bounding = bool(endpoint.inference_types) and not endpoint.has("width")
    own = model if bounding else None
    return of_model(own, "width"), of_model(own, "height")


def _file(param: Param, value: object) -> UploadFile:
    if not isinstance(value, UploadFile):
        raise Wrong("must be a file.")
    if param.max_bytes is not None and (value.size or 0) > param.max_bytes:
        raise Wrong(f"must not be greater than {param.max_bytes // 1024} kilobytes.")
    return value


def _measured(
    endpoint: Endpoint, param: Param, upload: UploadFile, model: Model | None
) -> Measured:
    if param.media == "image":
        return _picture(endpoint, upload, model)
    measured = _recording(param, upload)
    if measured.width is not None and measured.height is not None:
        _sized(endpoint, measured.width, measured.height, model)
    lasts(endpoint, param, measured.seconds or 0, model)
    return measured


def _picture(endpoint: Endpoint, upload: UploadFile, model: Model | None) -> Measured:
    try:
        size = images.size(upload.file)
        _sized(endpoint, size.width, size.height, model)
        images.prove(upload.file)
    except images.NotAPicture as error:
        formats = ", ".join(MEDIA_FORMATS["image"]).lower()
        raise Wrong(f"must be an image ({formats}).") from error
    return Measured(size.width, size.height)


def _sized(endpoint: Endpoint, width: int, height: int, model: Model | None) -> None:
    wide, high = sides(endpoint, model)
    between(width, wide, " pixels wide")
    between(height, high, " pixels high")


def _recording(param: Param, upload: UploadFile) -> Measured:
    kind = param.media or "recording"
    with NamedTemporaryFile() as copy:
        upload.file.seek(0)
        shutil.copyfileobj(upload.file, copy)
        copy.flush()
        try:
            recording = media.look(Path(copy.name), kind)
        except media.Unreadable as error:
            what = _WORDS.get(kind, "an audio or video file")
            raise Wrong(f"must be {what} that can be played.") from error
    formats = param.formats or MEDIA_FORMATS.get(kind, ())
    if formats and not media.accepted(recording.format, formats):
        raise Wrong(f"must be a file of type: {', '.join(formats)}.".lower())
    return recording.measured
