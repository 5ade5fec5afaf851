"""Every call on one contact: create, read, change, list, delete.

Run it with the three variables of the `export` line that `make serve` prints:

    .venv/bin/python examples/quickstart.py
"""

from sendblue_api import NotFoundError, SendblueAPI

PHONE = "+14155552672"


def main() -> None:
    """Create a contact, use every call on it, and delete it."""
    with SendblueAPI() as client:
        client.contacts.bulk.delete(contact_ids=[PHONE])  # if an earlier run was interrupted

        created = client.contacts.create(
            number="(415) 555-2672", first_name="Ada", tags=["vip", "beta"], custom_variables={"plan": "pro"}
        )
        print("created", created.contact.phone, created.contact.tags)

        # An update leaves omitted fields as they are. None clears a field. Variables are merged, tags are replaced.
        client.contacts.update(PHONE, last_name="Lovelace", tags=["vip"], custom_variables={"seats": "3"})
        contact = client.contacts.retrieve(PHONE).contact
        print("updated", contact.first_name, contact.last_name, contact.tags, contact.custom_variables)

        for each in client.contacts.list(phone_number=PHONE, order_by="first_name", limit=10):
            print("listed", each.phone, each.first_name)
        print("counted at least one:", client.contacts.count().count >= 1)

        client.contacts.delete(PHONE)
        try:
            client.contacts.retrieve(PHONE)
        except NotFoundError:
            print("deleted", PHONE)


if __name__ == "__main__":
    main()
