"""Files in the shapes in which programs export contacts; the people in them are made up."""

from io import BytesIO
from typing import Final, NamedTuple

import pytest

from numberkeep.formats.reading import read_rows
from numberkeep.service.imports.column_names import Use
from numberkeep.service.imports.column_uses import is_known
from numberkeep.service.imports.mapping import Mapper
from numberkeep.service.imports.options import Options

NAMES: Final = (Use.FIRST_NAME, Use.LAST_NAME, Use.COMPANY_NAME)


class Read(NamedTuple):
    """What was read of a row."""

    phone: str
    first: str = ""
    last: str = ""
    company: str = ""
    tags: tuple[str, ...] = ()
    opt_out: bool | None = None


def read(text: str | bytes, region: str = "US") -> list[Read]:
    """Return what the rows of a file say; no row may be at fault."""
    mapper = Mapper(Options(region))
    found = []
    for row in read_rows(BytesIO(text if isinstance(text, bytes) else text.encode()), is_known):
        [phone], content, _ = mapper.read(row)
        first, last, company = (content.texts.get(use, "") for use in NAMES)
        found.append(Read(phone, first, last, company, tuple(content.tags), content.opt_out))
    return found


ADA: Final = Read("+14155550101", "Ada", "Lovelace")
PROGRAMS: Final[dict[str, tuple[str, list[Read]]]] = {
    "google": (
        (
            "First Name,Middle Name,Last Name,Organization Name,Labels,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,"
            "Phone 2 - Value\nAda,,Lovelace,,* myContacts ::: * starred,Home,(415) 555-0109,* Mobile,(415) 555-0101\n"
        ),
        [ADA._replace(tags=("starred",))],
    ),
    "outlook": (
        (
            "First Name,Last Name,Company,Business Fax,Business Phone,Callback,Home Phone,"
            "Mobile Phone,Primary Phone,Pager,"
            "Assistant's Phone,Manager's Name,Categories\nAda,Lovelace,AE,4155550108,4155550107,,"
            "4155550106,4155550101,,,"
            "4155550105,Bo B,Friends\n"
        ),
        [ADA._replace(company="AE", tags=("Friends",))],
    ),
    "shopify": (
        (
            "Customer ID,First Name,Last Name,Accepts Email Marketing,Default Address Company,"
            "Default Address Country Code,"
            "Default Address Phone,Phone,Accepts SMS Marketing,Tags\n"
            "'1,Ada,Lovelace,no,AE,US,'+14155550109,'+14155550101,yes,\"vip, new\"\n"
            "'2,Bo,B,yes,,GB,020 7946 0102,,no,\n"
            "'3,Cy,C,no,,,,'+14155550103,,\n"
        ),
        [
            ADA._replace(company="AE", tags=("vip", "new"), opt_out=False),
            Read("+442079460102", "Bo", "B", opt_out=True),
            Read("+14155550103", "Cy", "C"),
        ],
    ),
    "square": (
        (
            "Reference ID,First Name,Last Name,Phone Number,Company Name,Email Subscription Status,Instant Profile\n"
            ",Ada,Lovelace,'+14155550101,,unsubscribed,No\n,Bo,B,'+14155550102,,unknown,No\n"
        ),
        [ADA._replace(opt_out=True), Read("+14155550102", "Bo", "B")],
    ),
    "klaviyo": (
        (
            "Email,First Name,Last Name,Organization,Phone Number,Email Marketing Consent,SMS Marketing Consent\n"
            "a@a.example,Ada,Lovelace,,+14155550101,SUBSCRIBED,UNSUBSCRIBED\n"
            "b@a.example,Bo,B,,+14155550102,NEVER_SUBSCRIBED,SUBSCRIBED\n"
            "c@a.example,Cy,C,,+14155550103,UNSUBSCRIBED,\n"
        ),
        [
            ADA._replace(opt_out=True),
            Read("+14155550102", "Bo", "B", opt_out=False),
            Read("+14155550103", "Cy", "C", opt_out=True),
        ],
    ),
    "brevo": (
        (
            "CONTACT ID;EMAIL;LASTNAME;FIRSTNAME;SMS;LANDLINE_NUMBER;DOUBLE_OPT-IN;Email blocklisted;SMS blocklisted\n"
            "1;;Lovelace;Ada;14155550101;;No;No;Yes\n2;;B;Bo;14155550102;;Yes;Yes;No\n3;;C;Cy;;4155550103;No;No;No\n"
        ),
        [
            ADA._replace(opt_out=True),
            Read("+14155550102", "Bo", "B", opt_out=True),
            Read("+14155550103", "Cy", "C", opt_out=False),
        ],
    ),
    "mailchimp": (
        (
            "Email Address,First Name,Last Name,Phone Number,OPTIN_TIME,OPTIN_IP,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,TAGS\n"
            'a@a.example,Ada,Lovelace,(415) 555-0101,2026-01-01 10:00:00,,2026-02-02 10:00:00,News,"""vip"",""a, b"""\n'
        ),
        [ADA._replace(tags=("vip", "a, b"), opt_out=True)],
    ),
    "constant contact": (
        (
            "Email address,First name,Last name,Phone - mobile,Email permission status,Confirmed Opt-Out Date\n"
            ",Ada,Lovelace,4155550101,Unsubscribed,\n,Bo,B,4155550102,Implied,2026-01-01\n,Cy,C,4155550103,Implied,\n"
        ),
        [
            ADA._replace(opt_out=True),
            Read("+14155550102", "Bo", "B", opt_out=True),
            Read("+14155550103", "Cy", "C"),
        ],
    ),
    "salesforce": (
        (
            "FirstName,LastName,MobilePhone,AssistantPhone,HasOptedOutOfEmail,HasOptedOutOfFax,"
            "x__HasOptedOutOfMobile__c\n"
            "Ada,Lovelace,4155550101,4155550109,false,true,true\nBo,B,4155550102,,false,true,false\n"
        ),
        [ADA._replace(opt_out=True), Read("+14155550102", "Bo", "B", opt_out=False)],
    ),
    "pipedrive": (
        (
            "Person - Name,Person - Phone - Work,Person - Phone - Mobile,Organization - Name,Person - Label,"
            "Person - Marketing status\nAda Lovelace,4155550109,4155550101,AE,Hot lead,Unsubscribed\n"
            "Bo B,,4155550102,,,No consent\n"
        ),
        [ADA._replace(company="AE", tags=("Hot lead",), opt_out=True), Read("+14155550102", "Bo", "B")],
    ),
    "zoho": (
        (
            "Record Id,Contact Owner,First Name,Last Name,Account Name,Mobile,Asst Phone,"
            "Email Opt Out,Unsubscribed Mode,"
            "Unsubscribed Time,Tag\nz1,Oz,Ada,Lovelace,AE,4155550101,4155550109,false,Manual,2026-01-01,vip\n"
        ),
        [ADA._replace(company="AE", tags=("vip",), opt_out=True)],
    ),
    "mautic": (
        '"id","firstname","lastname","mobile","doNotContact"\n1,Ada,Lovelace,4155550101,0\n2,Bo,B,4155550102,3\n',
        [ADA._replace(opt_out=False), Read("+14155550102", "Bo", "B", opt_out=True)],
    ),
    "intercom": (
        (
            "User ID,Name,Phone,Unsubscribed from Emails,Has Hard Bounced,Tags,Owner\n"
            'u1,Ada Lovelace,+14155550101,true,false,"a, b",Oz\n'
        ),
        [ADA._replace(tags=("a", "b"), opt_out=True)],
    ),
    "woocommerce": (
        (
            "customer_id,user_login,billing_first_name,billing_last_name,billing_company,billing_phone,shipping_phone\n"
            "1,ada1,Ada,Lovelace,AE,4155550101,4155550102\n"
        ),
        [ADA._replace(company="AE")],
    ),
    "keap": (
        (
            "Id,First Name,Last Name,Phone 1,Phone 1 Type,Phone 1 Ext,Email Status\n"
            "1,Ada,Lovelace,(415) 555-0101,Mobile,12,Opt-Out\n"
        ),
        [ADA._replace(opt_out=True)],
    ),
    "apple": (
        (
            "First name,Last name,Phone : home,Phone : mobile,Phone (WORK FAX),Organization\n"
            "Ada,Lovelace,4155550108,4155550101,4155550109,AE\n"
        ),
        [ADA._replace(company="AE")],
    ),
    "airtable": (
        "Name,Phone,Opted out,Subscribed\nAda Lovelace,4155550101,checked,\nBo,4155550102,,\nCy,4155550103,,checked\n",
        [ADA._replace(opt_out=True), Read("+14155550102", "Bo"), Read("+14155550103", "Cy", opt_out=False)],
    ),
    "pandas": (
        "phone,unsubscribed\n14155550101.0,0.0\n14155550102.0,1.0\n14155550103.0,\n",
        [
            Read("+14155550101", opt_out=False),
            Read("+14155550102", opt_out=True),
            Read("+14155550103"),
        ],
    ),
    "another service with contact_id": (
        "contact_id,name,phone,opt_out\n7,Ada Lovelace, 4155550101,no\n",
        [ADA._replace(opt_out=False)],
    ),
    "a label that opts out": (
        "Name,Phone,Labels\nAda Lovelace,4155550101,* myContacts ::: Unsubscribed\n",
        [ADA._replace(tags=("Unsubscribed",), opt_out=True)],
    ),
    "a column for each channel": (
        "Name,Phone,Email,SMS\nAda Lovelace,4155550101,Yes,No\nBo,4155550102,No,Yes\n",
        [ADA._replace(opt_out=True), Read("+14155550102", "Bo")],
    ),
    "a contact that is a number": ("Name,Contact\nAda Lovelace,415-555-0101\n", [ADA]),
    "a contact that is a name": ("Contact,Cell #\nAda Lovelace,415-555-0101\n", [ADA]),
    "a customer beside a name": ("Customer,Name,Cell\nC-17,Ada Lovelace,415-555-0101\n", [ADA]),
    "a surname and a name": ("Surname,Name,Mobile No.\nLovelace,Ada,4155550101\n", [ADA]),
    "a title in the name": ("Name,First name,Tel.\nDr. Ada Lovelace,Ada,4155550101\n", [ADA]),
    "letters after the name": ('Name,Tel.\n"Ada Lovelace, PhD",4155550101\n', [ADA._replace(last="Lovelace, PhD")]),
    "calls of segment": (
        '{"type":"identify","traits":{"phone":"+14155550101","firstName":"Ada","lastName":"Lovelace"}}\n',
        [ADA],
    ),
    "an answer of hubspot": (
        (
            '{"results":[{"id":"1","properties":{"firstname":"Ada","lastname":"Lovelace","phone":"4155550101",'
            '"hs_email_optout":"true"}}],"paging":{}}'
        ),
        [ADA._replace(opt_out=True)],
    ),
    "an answer of our own API": (
        (
            '{\n  "contacts": [\n    {\n      "phone": "+14155550101",\n      "firstName": "Ada",\n'
            '      "lastName": "Lovelace",\n      "optOut": true,\n      "tags": ["a"]\n    }\n  ],'
            '\n  "status": "OK"\n}\n'
        ),
        [ADA._replace(tags=("a",), opt_out=True)],
    ),
    "consent by channel in JSON": (
        '{"phone":"4155550101","consent":{"sms":false}}\n',
        [Read("+14155550101", opt_out=True)],
    ),
}


@pytest.mark.parametrize(("text", "expected"), PROGRAMS.values(), ids=PROGRAMS)
def test_an_export_is_read(text: str, expected: list[Read]) -> None:
    """Each name in its field, every unsubscribe, and no number of somebody else."""
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        (
            (
                "Vorname;Nachname;Firma;Fax geschäftlich;Telefon geschäftlich;Telefon (privat);Mobiltelefon;"
                "Telefon Assistent;Kategorien\nZoë;Müller;AE GmbH;030 1;030 2345678;;0151 23456789;030 9;Kunde\n"
            ),
            "DE",
            Read("+4915123456789", "Zoë", "Müller", "AE GmbH", ("Kunde",)),
        ),
        ("Name;Vorname;Telefon\nMüller;Zoë;0151 23456789\n", "DE", Read("+4915123456789", "Zoë", "Müller")),
        (
            (
                "Prénom,Nom,Société,Télécopie (bureau),Téléphone (bureau),Tél. mobile,Catégories\n"
                "Zoë,Hugo,AE,01 23 45 67 80,01 23 45 67 81,06 12 34 56 78,Clients\n"
            ),
            "FR",
            Read("+33612345678", "Zoë", "Hugo", "AE", ("Clients",)),
        ),
        ("Nom;Téléphone\nZoë Hugo;06 12 34 56 78\n", "FR", Read("+33612345678", "Zoë", "Hugo")),
        (
            (
                "Nombre,Apellidos,Organización,Fax del trabajo,Teléfono del trabajo,Teléfono móvil\n"
                "Zoë,Pérez,AE,,912345678,612345678\n"
            ),
            "ES",
            Read("+34612345678", "Zoë", "Pérez", "AE"),
        ),
        ("Nombre;Teléfono\nZoë Pérez;612 345 678\n", "ES", Read("+34612345678", "Zoë", "Pérez")),
    ],
)
def test_an_export_in_another_language_is_read(text: str, region: str, expected: Read) -> None:
    """Also in the encodings of Excel: Windows-1252, and UTF-16 with tabs."""
    assert read(text, region) == [expected]
    assert read(text.encode("cp1252"), region) == [expected]
    assert read(text.replace(";", "\t").replace(",", "\t").encode("utf-16"), region) == [expected]
