"""What a result becomes where it is used next."""

from lib.deapi import fields
from lib.deapi.models import NO_MODEL
from lib.ui import further


def test_a_text_arrives_in_every_form_that_offers_to_take_it() -> None:
    assert further.readers()
    for each in further.readers():
        given = further.as_given(each.param, "One line\n\nAnother line")
        form = [
            field for field in fields.fields(each.at, NO_MODEL) if field.name == each.param.name
        ]
        assert fields.adapt(form, {each.param.name: given}) == {each.param.name: given}
        assert given
