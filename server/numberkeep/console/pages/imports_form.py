"""The form of the columns and options of an import: what it offers, and what was chosen in it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from numberkeep.wire.decoding import Decoder
from numberkeep.wire.imports import ColumnOut, ImportOptionsBody, ImportOptionsOut

FIELDS: Final = {
    "phone": "Phone number",
    "name": "Full name",
    "first_name": "First name",
    "last_name": "Last name",
    "company_name": "Company",
    "assigned_to_email": "Assigned to (e-mail)",
    "sendblue_number": "Line",
    "tags": "Tags",
    "opt_out": "Opted out",
    "opt_in": "Opted in",
    "status": "Status",
    "country": "Country",
    "calling_code": "Calling code",
    "variable": "Variable",
    "ignore": "Leave out",
}
"""What a column can be used for, by the field's name."""

_DETECTED: Final = {"owner": "Owner", "phone_label": "Kind of number"}
"""What a column is only by its name."""
_VARIABLE: Final = "custom_variables."

EXISTING: Final = {
    "update": "Update them: cells that are not empty replace their values, and tags are added",
    "fill": "Only fill in what is empty",
    "skip": "Leave them as they are",
}
NUMBERS: Final = {
    "mobile": "The mobile one, else the first",
    "first": "The first",
    "best": "The first that is a mobile number by the numbering plan",
    "each": "Each becomes a contact of its own",
}

_decoder: Final = Decoder(ignore_unknown=False)


def label_of(field: str) -> str:
    """Return how a field is called on pages."""
    if field.startswith(_VARIABLE):
        return f"Variable “{field.removeprefix(_VARIABLE)}”"
    return FIELDS.get(field) or _DETECTED.get(field, field)


def changed_label(name: str) -> str:
    """Return how a field that changes is called in a preview."""
    return name.removeprefix(_VARIABLE) if name.startswith(_VARIABLE) else label_of(name)


def choices_for(column: ColumnOut, entered: str | None = None) -> Sequence[tuple[str, str, bool]]:
    """Return what a column can be used for: the value to send, what it is called, and whether it is chosen.

    An empty value leaves the choice to the column's name.

    Args:
        column: the column.
        entered: what was chosen in a form that was refused; None if none was.
    """
    chosen = entered if entered is not None else column.field if column.chosen else ""
    if chosen.startswith(_VARIABLE):  # its label is in a field of its own
        chosen = "variable"
    choices = {"": f"{label_of(column.detected)} (detected)"} | FIELDS
    if chosen not in choices:
        choices[chosen] = label_of(chosen)
    return [(value, label, value == chosen) for value, label in choices.items()]


def is_variable(field: str) -> bool:
    """Return whether a field is a custom variable."""
    return field == "variable" or field.startswith(_VARIABLE)


def label_field(column: ColumnOut, entered: str | None = None) -> tuple[str, str]:
    """Return the label that a column has as a variable, `""` if that is not chosen, and what it has without a choice.

    Args:
        column: the column.
        entered: the label in a form that was refused; None if there is none.
    """
    chosen = column.field.removeprefix(_VARIABLE) if column.chosen and column.field.startswith(_VARIABLE) else ""
    detected = column.detected
    usual = detected.removeprefix(_VARIABLE) if detected.startswith(_VARIABLE) else column.name
    return chosen if entered is None else entered, usual


def options_in(form: Mapping[str, str]) -> ImportOptionsBody:
    """Return the options that a form chooses.

    Args:
        form: its fields: `column-N` with the name of a column, `field-N` with its use, `detected-N` with what that is
            if it is empty, and `label-N` with the label that it has as a variable; and the options by name.

    Raises:
        InvalidInput: an option is not valid.
    """
    places = [name.removeprefix("column-") for name in form if name.startswith("column-")]
    columns = {form[f"column-{place}"]: field for place in places if (field := _use(form, place))}
    body: dict[str, Any] = {
        "columns": columns,
        "tags": [tag for text in form.get("tags", "").split(",") if (tag := text.strip())],
        "unmapped": "drop" if form.get("unmapped") == "drop" else "variables",
        "replace_tags": bool(form.get("replace_tags")),
    }
    body |= {name: value for name in ("region", "numbers", "existing", "encoding") if (value := form.get(name))}
    return _decoder.body(msgspec.json.encode(body), ImportOptionsBody)


def _use(form: Mapping[str, str], place: str) -> str:
    """Return what a form uses a column for; `""` for what its name says."""
    use, label = form.get(f"field-{place}", ""), form.get(f"label-{place}", "").strip()
    return f"{_VARIABLE}{label}" if label and is_variable(use or form.get(f"detected-{place}", "")) else use


def options_entered(form: Mapping[str, str]) -> ImportOptionsOut:
    """Return the options in a form as they were entered, to show them again."""
    return msgspec.convert(
        {
            "columns": {},
            "unmapped": form.get("unmapped", "variables"),
            "tags": [form.get("tags", "")],
            "region": form.get("region", ""),
            "numbers": form.get("numbers", "mobile"),
            "existing": form.get("existing", "update"),
            "replace_tags": bool(form.get("replace_tags")),
            "encoding": None,
        },
        ImportOptionsOut,
    )


def shown_options(options: ImportOptionsOut) -> Sequence[tuple[str, str]]:
    """Return what was chosen and is not the default, in words."""
    shown = [("Numbers without a country code are from", options.region)]
    if options.existing != "update":
        shown.append(("Contacts that exist", EXISTING[options.existing]))
    if options.numbers != "mobile":
        shown.append(("Of several numbers in a row", NUMBERS[options.numbers]))
    if options.tags:
        shown.append(("Added tags", ", ".join(options.tags)))
    if options.replace_tags:
        shown.append(("Tags", "replace those of contacts that exist"))
    if options.unmapped == "drop":
        shown.append(("Other columns", "are left out"))
    return shown
