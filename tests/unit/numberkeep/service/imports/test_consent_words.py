"""Columns and cells about consent, in the words of many programs."""

import pytest

from numberkeep.service.imports.column_names import Use
from numberkeep.service.imports.column_uses import known_use
from numberkeep.service.imports.consent_words import opted_out

OPT_OUTS = (
    "Opt-Out,SMS Opt Out,Has Opted Out Of SMS,hasoptedoutofemail,optOutAt,Opted out of email: News,isUnsubscribed,"
    "Unsubscribed Time,Do Not Text,doNotCall,DND,SMS blocklisted,emailBlacklisted,Suppressions,No SMS,"
    "Confirmed Opt-Out Date,Abmeldung,Désinscrit,Dado de baja"
)
OPT_INS = (
    "Opt-In,SMS Opt-In,optInTime,Subscribed,SMS Consent,Consent to text,marketing_consent,Accepts SMS Marketing,"
    "Accepts WhatsApp Marketing,OK to text,May we text you?,SMS alerts,Receive SMS updates,Text reminders,SMS erlaubt,"
    "SMS Marketing Consent,consent.sms,Express written consent,TCPA consent,Einwilligung,SMS permission"
)
STATUSES = (
    "Status,Email Subscription Status,SMS Marketing Status,Subscriber status,smsStatus,Opt-in status,"
    "Email Marketing Consent,Email opt-in,Subscribed to newsletter,Statut,Estado"
)


@pytest.mark.parametrize(("use", "names"), [(Use.OPT_OUT, OPT_OUTS), (Use.OPT_IN, OPT_INS), (Use.STATUS, STATUSES)])
def test_columns_about_consent(use: Use, names: str) -> None:
    """An opt-in to e-mail alone is a status: only a clear refusal in it counts."""
    assert {name: known_use(name) for name in names.split(",")} == dict.fromkeys(names.split(","), use)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "direct_mail_opt_out",
            "Permissions",
            "Text",
            "Text messages",
            "Context",
            "Can swim",
            "Fax Opt Out",
            "Opt-out link",
            "Unsubscribe URL",
            "Opt-out text",
            "Opt-in source",
            "OPTIN_IP",
            "Double opt-in",
        ),
        *("Parental consent", "Cookie consent", "Consent form", "Photo permission", "Lead Status", "Order status"),
        *("Accepts Email Marketing", "Newsletter", "Unsubscribe count", "Options", "Laptop", "Phone No SMS"),
    ],
)
def test_columns_that_are_not_about_consent(name: str) -> None:
    """They become custom variables, or are numbers."""
    assert known_use(name) in {None, Use.PHONE}


@pytest.mark.parametrize(
    ("use", "cells", "expected"),
    [
        (Use.OPT_OUT, "yes|true|1|1.0|x|2026-01-31|Unsubscribed|✓|☑|STOP|by mail|HARD_BOUNCE", True),
        (Use.OPT_OUT, "no|FALSE|0|0.0|never|nein|clear|☐|Subscribed|Opted in|not opted out|00:00", False),
        (Use.OPT_OUT, "-|—|n/a|NaN|null|0000-00-00 00:00:00|unknown", None),
        (Use.OPT_IN, "no|0|0.0|never|revoked|withdrawn|Declined|denied|unsubscribed|Opted Out|not given|❌", True),
        (Use.OPT_IN, "yes|1|2026-01-31|granted|subscribed|✓|not unsubscribed", False),
        (Use.OPT_IN, "-|n/a|NaN|pending|0000-00-00", None),
        (Use.STATUS, "unsubscribed|Opted-Out|opt out via SMS|user_unsubscribed|Do not contact|blocklisted|DNC", True),
        (Use.STATUS, "subscribed|Opted In", False),
        (Use.STATUS, "customer|active|not subscribed|never_subscribed|not unsubscribed|Implied|-|0", None),
    ],
)
def test_cells_about_consent(use: Use, cells: str, expected: bool | None) -> None:  # noqa: FBT001
    """In doubt they opt out; what says nothing does nothing."""
    assert {cell: opted_out(use, cell) for cell in cells.split("|")} == dict.fromkeys(cells.split("|"), expected)


def test_a_note_is_no_refusal() -> None:
    """A long text about other things may contain the words."""
    assert opted_out(Use.STATUS, "asked how to unsubscribe from the printed catalogue, " * 3) is None
