"""What becomes of a value is decided by the name of its field."""

import pytest

from numberkeep.recording.fields import Kind, is_field_name, is_id, kind_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("status", Kind.WORD),
        ("orderBy", Kind.WORD),
        ("limit", Kind.COUNT),
        ("contact_ids", Kind.PHONE),
        ("fromNumber", Kind.PHONE),
        ("created_at_gte", Kind.TIME),
        ("sentAt", Kind.TIME),
        ("date_sent", Kind.TIME),
        ("date_of_birth", Kind.TEXT),
        ("metadata", Kind.LABELLED),
        ("content", Kind.CONTENT),
        ("error_message", Kind.MESSAGE),
        ("customVariables", Kind.LABELLED),
        ("request_id", Kind.LEFT_OUT),
        ("first_name", Kind.TEXT),
        ("anything", Kind.TEXT),
    ],
)
def test_a_field_has_a_kind_under_each_of_its_names(name: str, kind: Kind) -> None:
    """An unknown one is a text, and so it is replaced."""
    assert kind_of(name) is kind


def test_ids_are_recognised() -> None:
    """By the end of the name."""
    names = ("contact_id", "cid", "id", "message_handle", "cursor", "hash", "groupId")
    assert all(map(is_id, names))
    assert not any(map(is_id, ("contact_ids", "phone", "paid", "idea")))


def test_keys_that_are_data_are_no_names_of_fields() -> None:
    """Numbers, names of people, sentences."""
    assert all(map(is_field_name, ("first_name", "frist_name", "hasMore", "v2")))
    assert not any(map(is_field_name, ("+14158675309", "Ada", "a b", "", "é", "x" * 50, "p14158675309")))
