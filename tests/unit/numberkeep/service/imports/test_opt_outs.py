"""An opt-out that a row states is never lost, whatever else the row says."""

from hypothesis import given, settings
from hypothesis import strategies as st

from numberkeep.formats.rows import Row
from numberkeep.service.imports.content import Fault
from numberkeep.service.imports.mapping import Mapper
from numberkeep.service.imports.numbers import Numbers
from numberkeep.service.imports.options import Options

PHONE = "+14155550101"

OPT_OUTS = st.sampled_from(
    [
        *(("opt_out", "true"), ("Unsubscribed", "2026-01-31"), ("SMS Opt Out", "1.0"), ("DND", "x"), ("sms", "No")),
        *(("Status", "unsubscribed"), ("SMS Consent", "revoked"), ("subscribed", "0"), ("Labels", "a ::: Opted out")),
        *(("Email Subscription Status", "Unsubscribed (by admin)"), ("attributes", '{"opt_out": true}')),
    ]
)
NAMES = [
    *("phone", "Mobile", "Name", "First Name", "Tags", "status", "opt_in", "opt_out", "Unsubscribed", "Country", "Fax"),
    *("Phone 1 - Label", "Phone 1 - Value", "sendblue_number", "Company", "Note", "attributes", "custom_variables"),
]
CELLS = st.one_of(
    st.sampled_from(["yes", "no", "false", "subscribed", "opted in", "", "-", "US", "+44", "fax", "x" * 5000, "{}"]),
    st.sampled_from(["+14155550102", "12", "1.4E+10", '{"opt_out": false}', "a;b", "+1 415 555 0101 / 4155550103"]),
    st.text(max_size=10),
)
OTHERS = st.lists(st.tuples(st.sampled_from(NAMES), CELLS), max_size=8)


@settings(deadline=None)  # tables of numbers and countries load in the first example that needs them
@given(before=OTHERS, opt_out=OPT_OUTS, after=OTHERS, numbers=st.sampled_from(Numbers))
def test_a_row_that_opts_out_opts_out(
    before: list[tuple[str, str]], opt_out: tuple[str, str], after: list[tuple[str, str]], numbers: Numbers
) -> None:
    """The number that it has without doubt, whether it becomes a contact, is another one of it, or is rejected."""
    columns, cells = zip(("Cell", PHONE), *before, opt_out, *after, strict=True)
    try:
        phones, content, others = Mapper(Options("US", numbers)).read(Row(2, columns, cells))
    except Fault as fault:
        opted_out = list(fault.opt_outs)
    else:
        opted_out = [*phones, *others] if content.opt_out else []
    assert PHONE in opted_out
