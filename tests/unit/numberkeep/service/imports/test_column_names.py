"""The columns of the programs that people export from."""

import time

import pytest

from numberkeep.service.imports.column_names import Use
from numberkeep.service.imports.column_uses import is_known, known_use

FILES: dict[str, dict[str, Use | None]] = {
    "google old": {
        "Given Name": Use.FIRST_NAME,
        "Family Name": Use.LAST_NAME,
        "Group Membership": Use.TAGS,
        "Phone 1 - Type": Use.PHONE_LABEL,
        "Phone 1 - Value": Use.PHONE,
        "E-mail 1 - Value": None,
        "Organization 1 - Name": Use.COMPANY_NAME,
    },
    "google new": {
        "First Name": Use.FIRST_NAME,
        "Labels": Use.TAGS,
        "Organization Name": Use.COMPANY_NAME,
        "Phone 2 - Label": Use.PHONE_LABEL,
        "Phone 2 - Value": Use.PHONE,
    },
    "outlook": {
        "Mobile Phone": Use.PHONE,
        "Primary Phone": Use.PHONE,
        "Home Phone 2": Use.PHONE,
        "Company Main Phone": Use.PHONE,
        "Business Fax": None,
        "Assistant's Phone": None,
        "Company": Use.COMPANY_NAME,
        "Categories": Use.TAGS,
    },
    "hubspot": {
        "Record ID": None,
        "Contact owner": Use.OWNER,
        "Phone Number": Use.PHONE,
        "Mobile Phone Number": Use.PHONE,
        "WhatsApp Phone Number": Use.PHONE,
        "Company Name": Use.COMPANY_NAME,
        "Unsubscribed from all email": Use.OPT_OUT,
        "Lead Status": None,
    },
    "apple": {"Phone : iPhone": Use.PHONE, "iPhone": Use.PHONE, "Phone (WORK FAX)": None, "ID Number": None},
    "brevo": {"WHATSAPP": Use.PHONE, "SMS": Use.PHONE, "LANDLINE_NUMBER": Use.PHONE, "FIRSTNAME": Use.FIRST_NAME},
    "listmonk": {"email": None, "name": Use.NAME, "status": Use.STATUS, "attributes": None},
    "mailchimp": {"TAGS": Use.TAGS, "OPTIN_TIME": Use.OPT_IN, "UNSUB_TIME": Use.OPT_OUT, "UNSUB_REASON": None},
    "twenty": {
        "Name / First Name": Use.FIRST_NAME,
        "Phones / Primary Phone Number": Use.PHONE,
        "Phones / Primary Phone Calling Code": Use.CALLING_CODE,
        "Phones / Primary Phone Country Code": Use.COUNTRY,
    },
    "chatwoot": {"phone_number": Use.PHONE, "blocked": Use.OPT_OUT, "identifier": None},
    "hosted": {"phoneNumber": Use.PHONE, "number": Use.PHONE, "opt_out": Use.OPT_OUT, "contact_id": Use.IGNORED},
    "german": {
        "Vorname": Use.FIRST_NAME,
        "Nachname": Use.LAST_NAME,
        "Firma": Use.COMPANY_NAME,
        "Handynummer": Use.PHONE,
        "Telefon (privat)": Use.PHONE,
        "Telefax": None,
        "Schlagwörter": Use.TAGS,
        "Abgemeldet": Use.OPT_OUT,
    },
    "french": {
        "Prénom": Use.FIRST_NAME,
        "Nom de famille": Use.LAST_NAME,
        "Société": Use.COMPANY_NAME,
        "Téléphone portable": Use.PHONE,
        "Étiquettes": Use.TAGS,
        "Désabonné": Use.OPT_OUT,
    },
    "spanish": {
        "Nombre": Use.FIRST_NAME,
        "Apellidos": Use.LAST_NAME,
        "Empresa": Use.COMPANY_NAME,
        "Teléfono móvil": Use.PHONE,
        "Dado de baja": Use.OPT_OUT,
    },
}


@pytest.mark.parametrize(("name", "use"), [(name, use) for columns in FILES.values() for name, use in columns.items()])
def test_a_column_is_matched_by_its_name(name: str, use: Use | None) -> None:
    """In any case."""
    assert known_use(name) is use
    assert known_use(name.upper()) is use or name != name.lower()  # capitals hide where a word of camelCase begins


@pytest.mark.parametrize(
    "name", ["Phone Type", "Phone Consent", "Phone Provider", "Telephone status", "", "123", "Headphones"]
)
def test_what_is_only_about_a_phone_is_no_number(name: str) -> None:
    """A word that is not of a kind of phone makes it another column."""
    assert known_use(name) is not Use.PHONE


def test_a_long_name_is_not_known() -> None:
    """It takes no time, although a line may have a million characters."""
    begin = time.process_time()
    for part in ("a", "a ", "consent", "opt out ", "1", "é"):
        assert known_use(part * 300_000) is None
        assert not is_known(part * 300_000)
    assert time.process_time() - begin < 5


def test_common_columns_without_a_use_show_that_a_row_is_a_header() -> None:
    """Names of people and numbers do not."""
    assert all(map(is_known, ["Notes", "E-mail Address", "Job Title", "Handy"]))
    assert not any(map(is_known, ["Ada", "+14155550101", "", "Ada Lovelace"]))
