"""Writing samples as a sound file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av import AudioFrame

from lib.sandbox.engines.audio.measure import Samples

MADE_BY = "Made by the sandbox of deAPI Playground"


@dataclass(frozen=True, slots=True)
class _Format:
    container: str
    codec: str
    samples: str
    """FFmpeg's name of how the encoder takes them."""
    bit_rate: int = 0
    """Bits a second for each channel; 0 where nothing is lost."""
    options: Mapping[str, str] = field(default_factory=dict[str, str])


_FORMATS = {
    "wav": _Format("wav", "pcm_s16le", "s16"),
    "flac": _Format("flac", "flac", "s16"),
    "mp3": _Format("mp3", "libmp3lame", "s16p", 80_000, {"compression_level": "7"}),
    "m4a": _Format("ipod", "aac", "fltp", 80_000, {"aac_coder": "fast"}),
    "opus": _Format("ogg", "libopus", "flt", 56_000),
    "ogg": _Format("ogg", "libopus", "flt", 56_000),  # FFmpeg's own Vorbis encoder is a poor one
}
FORMATS = tuple(_FORMATS)


def write(
    samples: Samples,
    rate: int,
    path: Path,
    format: str,  # noqa: A002 (deAPI's name for it)
    *,
    sample_rate: int | None = None,
    comment: str | None = None,
) -> None:
    """Write mono (n) or (n, channels) samples from -1 to 1, taken at `rate`, to `path`.

    `format` is one of `FORMATS`. The file has `sample_rate`, or the nearest that its codec knows;
    without one it has `rate`. `comment` goes into its metadata, else the line that the sandbox made
    it. The same samples give the same bytes.
    """
    kind = _FORMATS[format]
    channels = samples.reshape(len(samples), -1).shape[1]
    out: Any = av.open(str(path), "w", format=kind.container, options={"fflags": "+bitexact"})
    with out:
        stream = out.add_stream(kind.codec, _near(kind.codec, sample_rate or rate))
        stream.options = {"flags": "+bitexact", **kind.options}
        stream.layout = "mono" if channels == 1 else "stereo"
        stream.format = kind.samples
        if kind.bit_rate:
            stream.bit_rate = kind.bit_rate * channels
        out.metadata["comment"] = comment or MADE_BY
        for frame in _frames(samples, rate):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def _near(codec: str, rate: int) -> int:
    """The rate that a codec can do: the next one up, so that nothing of the sound is lost."""
    known = av.Codec(codec, "w").audio_rates
    if not known:
        return rate
    return min((one for one in known if one >= rate), default=max(known))


def _frames(samples: Samples, rate: int) -> Iterator[AudioFrame]:
    """A second each."""
    layout = "mono" if samples.ndim == 1 else "stereo"
    for start in range(0, len(samples), rate):
        block = samples[start : start + rate].reshape(-1, 1 if samples.ndim == 1 else 2).T
        tidy = np.clip(np.nan_to_num(block), -1, 1).astype(np.float32)
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(tidy), "fltp", layout)
        frame.sample_rate = rate
        frame.time_base = Fraction(1, rate)
        frame.pts = start
        yield frame
