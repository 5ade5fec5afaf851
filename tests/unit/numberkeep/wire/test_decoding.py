"""Bodies from other services, and fields whose name on the wire differs from the attribute's."""

from typing import Annotated, Any

import msgspec
import pytest

from numberkeep.carriers.hosted.inbound import ReceiveBody
from numberkeep.carriers.twilio.inbound import TwilioForm
from numberkeep.domain.errors import InvalidInput
from numberkeep.wire.contacts import BulkRow
from numberkeep.wire.decoding import Decoder, convert_loosely, decode_loosely
from numberkeep.wire.messages import InboundBody
from numberkeep.wire.tags import TagBody
from support.slices import result_of

BOM = b"\xef\xbb\xbf"
DECODERS = [Decoder(ignore_unknown=True), Decoder(ignore_unknown=False)]


def errors_of(error: InvalidInput) -> dict[str, str]:
    """Return the errors by field."""
    return {field.field: field.message for field in error.fields}


def test_unknown_fields_of_other_services_are_ignored() -> None:
    """Of any type, even if they contain NUL."""
    deep: Any = "\0"
    for _ in range(50):
        deep = {"a": [deep], "\0": None}
    data = msgspec.json.encode({"number": "+14155552671", "deep": deep, "\0": 1.5e300, "phoneNumber": []})
    assert decode_loosely(data, ReceiveBody).number == "+14155552671"


@pytest.mark.parametrize(
    "value", ["[]", "1", '"x"', "null", "true", "1.5", "", "{", '{"number": "\\ud800"}', "[" * 10**5]
)
def test_a_body_that_is_not_an_object_is_refused(value: str) -> None:
    """InvalidInput for the whole body."""
    with pytest.raises(InvalidInput, match="body"):
        decode_loosely(value.encode(), ReceiveBody)


def test_every_invalid_field_is_reported() -> None:
    """Each by its own name, with what it must be."""
    data = msgspec.json.encode({"number": {"a": [1]}, "content": "\0", "is_outbound": 0, "message_handle": "x" * 201})
    with pytest.raises(InvalidInput) as refused:
        decode_loosely(data, ReceiveBody)
    assert errors_of(refused.value) == {
        "number": "must be a string or null, not an object",
        "content": "must not contain a NUL character",
        "is_outbound": "must be true or false or null, not a whole number",
        "message_handle": "must have at most 200 characters",
    }


@pytest.mark.parametrize(("name", "shape", "nearest"), [("number", BulkRow, "phone"), ("phone", TagBody, "numbers")])
def test_the_other_name_of_a_number_is_suggested(name: str, shape: type[msgspec.Struct], nearest: str) -> None:
    """Routes differ in what they call it, and the name that looks most similar is that of another field."""
    with pytest.raises(InvalidInput) as refused:
        Decoder(ignore_unknown=False).body(msgspec.json.encode({name: "+14155552671"}), shape)
    assert errors_of(refused.value)[name] == f"is not a field of the API: did you mean {nearest}?"


@pytest.mark.parametrize("decoder", DECODERS)
def test_a_leading_byte_order_mark_is_skipped(decoder: Decoder) -> None:
    """In every kind of body, without changing errors."""
    assert decoder.body(BOM + b'{"content": "Hi"}', InboundBody).content == "Hi"
    rows = result_of(decoder.rows(BOM + b'{"contacts": [{"phone": "+14155552671"}]}'))
    assert [row.phone for _, row in rows.good] == ["+14155552671"]
    assert decode_loosely(BOM + b'{"number": "+14155552671"}', ReceiveBody).number == "+14155552671"
    for body in (b"", b'{"content": 5}', b'{"content": "\\u0000"}', b"{"):
        with pytest.raises(InvalidInput) as refused:
            decoder.body(body, InboundBody)
        with pytest.raises(InvalidInput) as marked:
            decoder.body(BOM + body, InboundBody)
        assert (str(marked.value), errors_of(marked.value)) == (str(refused.value), errors_of(refused.value))
    with pytest.raises(InvalidInput):
        decoder.body(BOM + BOM + b"{}", InboundBody)


@pytest.mark.parametrize("decoder", DECODERS)
def test_errors_use_the_name_on_the_wire(decoder: Decoder) -> None:
    """`from` is reported as `from`, in JSON and in a form."""
    with pytest.raises(InvalidInput) as refused:
        decoder.body(b'{"from": 5}', InboundBody)
    assert errors_of(refused.value) == {"from": "must be a string or null, not a whole number"}
    with pytest.raises(InvalidInput) as refused:
        convert_loosely({"From": "\0", "More": "\0"}, TwilioForm)
    assert errors_of(refused.value) == {"From": "must not contain a NUL character"}


class Bounded(msgspec.Struct):
    """A shape with a required field and bounded numbers."""

    kind: str
    share: Annotated[float, msgspec.Meta(gt=0, le=1.5)] = 1.0
    seconds: Annotated[float, msgspec.Meta(lt=300)] = 1.0


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (b"{}", {"kind": "is required"}),
        (b'{"share": 0}', {"share": "must be more than 0", "kind": "is required"}),
        (
            b'{"kind": "x", "share": 2, "seconds": 300}',
            {"share": "must be at most 1.5", "seconds": "must be less than 300"},
        ),
    ],
)
def test_required_fields_and_bounds_are_named(decoder: Decoder, body: bytes, errors: dict[str, str]) -> None:
    """In words, whatever the bound."""
    with pytest.raises(InvalidInput) as refused:
        decoder.body(body, Bounded)
    assert errors_of(refused.value) == errors
