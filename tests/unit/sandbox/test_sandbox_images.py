"""What passes for a picture."""

from io import BytesIO

import pytest
from PIL import Image

from lib.sandbox import images


def test_a_picture_of_more_pixels_than_we_decode_is_refused_though_it_is_valid() -> None:
    file = BytesIO()
    Image.new("1", (8000, 7000)).save(file, "PNG")
    assert images.size(file) == (8000, 7000)
    with pytest.raises(images.NotAPicture):
        images.prove(file)


def test_a_picture_is_proven_by_decoding_all_of_it() -> None:
    file = BytesIO()
    Image.radial_gradient("L").save(file, "PNG")
    images.prove(file)
    cut = BytesIO(file.getvalue()[:-2000])
    assert images.size(cut) == (256, 256)
    with pytest.raises(images.NotAPicture):
        images.prove(cut)
