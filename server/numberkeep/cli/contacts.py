"""`numberkeep contacts`: read and change contacts."""

import click

from numberkeep.cli.contacts_changing import rm, set_contact, tag, untag
from numberkeep.cli.contacts_consent import opt_in, opt_out, verify
from numberkeep.cli.contacts_reading import count, get, list_contacts


@click.group()
def contacts() -> None:
    """Read and change contacts.

    Calls the service that SENDBLUE_API_BASE_URL, SENDBLUE_API_API_KEY and SENDBLUE_API_API_SECRET name, or with
    --database URL works on that database. NUMBERS may be written as people write them, and may be piped in, one a line.
    """


for _command in (list_contacts, get, count, set_contact, rm, tag, untag, verify, opt_out, opt_in):
    contacts.add_command(_command)
