"""The names that programs give to the columns of contact files, and what each is used for.

The programs are Google Contacts (its old and its new names), Outlook, Apple's, HubSpot, listmonk, Mailchimp, Twenty,
Chatwoot, the hosted service and numberkeep itself, in English, and for common columns in German, French, Spanish,
Italian, Portuguese and Dutch. Names are compared without case, accents, spaces and punctuation.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from unicodedata import combining, normalize


class Use(StrEnum):
    """What a column is used for; the values are those of `--map`."""

    PHONE = "phone"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    COMPANY_NAME = "company_name"
    ASSIGNED_TO_EMAIL = "assigned_to_email"
    OWNER = "owner"
    """`assigned_to_email` if it is an e-mail address, else a custom variable."""
    SENDBLUE_NUMBER = "sendblue_number"
    TAGS = "tags"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    STATUS = "status"
    """A custom variable some of whose values opt out."""
    COUNTRY = "country"
    """A custom variable that is the region of the row's numbers if it is a region's code."""
    CALLING_CODE = "calling_code"
    PHONE_LABEL = "phone_label"
    VARIABLE = "variable"
    """A custom variable with the name of the column."""
    IGNORED = "ignore"


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(words.split())


_NAMES: Final = {
    Use.PHONE: "number contactnumber contactno recipient phonenumbere164",
    Use.FIRST_NAME: "firstname first fname givenname forename namefirstname vorname rufname prenom nombre nombres nome "
    "voornaam primeironome",
    Use.LAST_NAME: "lastname last lname familyname surname namelastname nachname familienname zuname nom nomdefamille "
    "apellido apellidos primerapellido cognome sobrenome apelido achternaam",
    Use.NAME: "name fullname displayname fullnames lastfirst lastnamefirstname contact contactname contactperson "
    "customer customername client clientname person personname formattedname vollername vollstandigername kontakt "
    "kontaktname ansprechpartner kunde kundenname nomcomplet nometprenom prenomnom nomprenom contactnom "
    "nombrecompleto nombreyapellidos nombreyapellido cliente contacto nomecompleto naam volledigenaam",
    Use.COMPANY_NAME: "company companyname organization organisation organizationname organisationname "
    "organization1name org orgname accountname employer businessname associatedcompany primaryassociatedcompany firma "
    "firmenname unternehmen societe nomdelasociete entreprise empresa organizacion azienda bedrijf bedrijfsnaam",
    Use.ASSIGNED_TO_EMAIL: "assignedtoemail",
    Use.OWNER: "contactowner",
    Use.SENDBLUE_NUMBER: "sendbluenumber",
    Use.TAGS: "tags tag taglist labels label groupmembership groups group categories category lists segments "
    "kategorien kategorie schlagworter etiquettes categorie etiquetas etiqueta categorias categoria etichette",
    Use.COUNTRY: "country countrycode phonecountrycode phonesprimaryphonecountrycode land pays pais paese landcode",
    Use.CALLING_CODE: "callingcode phonecallingcode phonesprimaryphonecallingcode dialcode dialingcode "
    "countrycallingcode phoneprefix landesvorwahl indicatif",
    Use.IGNORED: "contactid createdat verified",
}
"""By their words joined. The last are of our own answers: only the service sets them."""

NAMED: Final[Mapping[str, Use]] = {name: use for use, names in _NAMES.items() for name in names.split()}

_lower_then_upper = re.compile(r"(?<=[a-z])(?=[A-Z])(?<!Whats(?=App))(?<!\bi(?=Phone))")
"""Where a word of camelCase ends; `WhatsApp` and `iPhone` are one word each."""
_words = re.compile(r"[^\W\d_]+|[0-9]+").findall


def words_of(name: str) -> list[str]:
    """Return the words and numbers of a name, in lower case and without accents."""
    text = _lower_then_upper.sub(" ", name)
    if not text.isascii():
        text = "".join(each for each in normalize("NFKD", text) if not combining(each))
    return [word.casefold() for word in _words(text)]
