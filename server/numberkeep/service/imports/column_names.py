"""The names that programs give to the columns of contact files, and what each is used for.

The programs are Google Contacts (its old and its new names), Outlook, Apple's, HubSpot, listmonk, Mailchimp, Twenty,
Chatwoot, the hosted service and numberkeep itself, in English, and for common columns in German, French and Spanish.
Names are compared without case, accents, spaces and punctuation.
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
    Use.PHONE: "number contactnumber contactno recipient",
    Use.FIRST_NAME: "firstname first fname givenname forename namefirstname vorname prenom nombre nombres",
    Use.LAST_NAME: "lastname last lname familyname surname namelastname nachname familienname nom nomdefamille "
    "apellido apellidos",
    Use.NAME: "name fullname displayname contactname customername formattedname vollername nomcomplet nombrecompleto",
    Use.COMPANY_NAME: "company companyname organization organisation organizationname organization1name org "
    "businessname associatedcompany firma unternehmen societe entreprise empresa",
    Use.ASSIGNED_TO_EMAIL: "assignedtoemail",
    Use.OWNER: "contactowner",
    Use.SENDBLUE_NUMBER: "sendbluenumber",
    Use.TAGS: "tags tag labels label groupmembership groups group categories category lists segments kategorien "
    "schlagworter etiquettes etiquetas categorias",
    Use.OPT_OUT: "optout optedout isoptedout hasoptedout smsoptout smsoptedout textoptout optedoutofsms optoutofsms "
    "optoutat optedoutat optoutdate optedoutdate unsubscribed isunsubscribed unsubscribe unsubscribedat "
    "unsubscribetime unsubtime unsubscribedfromall unsubscribedfromallemail hasoptedoutofemail emailoptout "
    "donotcontact donottext donotsms donotcall dnc dnd blocklisted blacklisted blocked suppressed abgemeldet "
    "abbestellt desabonne desinscrit baja dadodebaja",
    Use.OPT_IN: "optin optedin isoptedin smsoptin smsoptedin textoptin optintime optinat optindate subscribed "
    "issubscribed consent smsconsent textconsent marketingconsent acceptssmsmarketing smsmarketingconsent angemeldet "
    "abonne suscrito",
    Use.STATUS: "status subscriptionstatus subscriberstatus smsstatus smsmarketingstatus consentstatus marketingstatus "
    "emailmarketingstatus emailstatus optinstatus optstatus statut estado",
    Use.COUNTRY: "country countrycode phonecountrycode phonesprimaryphonecountrycode land pays pais",
    Use.CALLING_CODE: "callingcode phonecallingcode phonesprimaryphonecallingcode dialcode countrycallingcode",
    Use.IGNORED: "contactid createdat verified",
}
"""By their words joined. The last are of our own answers: only the service sets them."""

_USES: Final[Mapping[str, Use]] = {name: use for use, names in _NAMES.items() for name in names.split()}

MOBILE_WORDS: Final = word_set(
    "mobile mobil mobiltelefon mobilephone mobilenumber mobilnummer cell cellular cellphone handy handynummer movil "
    "celular portable gsm iphone"
)
FAX_WORDS: Final = word_set("fax faxnummer telefax pager beeper telex")
_PHONE_WORDS: Final = MOBILE_WORDS | word_set(
    "phone phones telephone tel telefon telefonnummer telefono phonenumber phonenumbers telephonenumber rufnummer "
    "msisdn whatsapp sms"
)
_BESIDE_PHONE: Final = word_set(
    "home work business company main primary other secondary private privat office personal direct car radio no nr num "
    "number numbers numero nummer value default contact client customer user de du domicile trabajo casa principal "
    "geschaftlich"
)
"""Words that leave a column with a phone word one of phone numbers. `Phone Type` and `Home Fax` are not."""

_OUT_OF: Final = (["opted", "out"], ["opt", "out"], ["unsubscribed", "from"])
"""How names of columns begin that opt out of something: `Opted out of email: Newsletter`."""
_ABOUT_OPT_OUTS: Final = word_set("url link token id code count page message text")

CUSTOM_FIELD: Final = "Custom Field "
"""Begins the names of Google's pairs of columns: `Custom Field 1 - Label` (`Type` in older files) and `... - Value`."""

_lower_then_upper = re.compile(r"(?<=[a-z])(?=[A-Z])")
_words = re.compile(r"[^\W\d_]+|[0-9]+").findall


def words_of(name: str) -> list[str]:
    """Return the words and numbers of a name, in lower case and without accents."""
    text = _lower_then_upper.sub(" ", name)
    if not text.isascii():
        text = "".join(each for each in normalize("NFKD", text) if not combining(each))
    return [word.casefold() for word in _words(text)]


def known_use(name: str) -> Use | None:
    """Return what a column of this name is used for, or None if it is not known."""
    words = words_of(name)
    use = _USES.get("".join(words))
    if use is not None:
        return use
    if words[:2] in _OUT_OF and _ABOUT_OPT_OUTS.isdisjoint(words):
        return Use.OPT_OUT
    if not _PHONE_WORDS.isdisjoint(words) and all(
        word in _PHONE_WORDS or word in _BESIDE_PHONE or word.isdigit() for word in words
    ):
        return Use.PHONE
    return Use.PHONE_LABEL if is_phone_label(words) else None


def is_phone_label(words: list[str]) -> bool:
    """Return whether a column says what kind of number another one has: `Phone 1 - Label`, in older files `- Type`."""
    return len(words) == len(("phone", "1", "label")) and words[0] == "phone" and words[2] in {"label", "type"}


def is_known(name: str) -> bool:
    """Return whether a text is the name of a column that contact files have."""
    words = words_of(name)
    return known_use(name) is not None or words[:1] in (["email"], ["e"]) or "".join(words) in _OTHERS


_OTHERS: Final = word_set(
    "notes note birthday address jobtitle title department website url emailaddress primaryemail middlename city "
    "nickname zip postalcode state street recordid homefax businessfax"
)
"""Common names of columns that become custom variables."""
