"""Ask a contact to confirm the number, answer on behalf of the contact, and read the events.

numberkeep sends nothing unless a sender is configured, so this program writes the answer. On the hosted service, or
with a sender and a carrier's webhook, the person does.

Run it with the three variables of the `export` line that `make serve` prints:

    .venv/bin/python examples/verification.py
"""

import secrets
from typing import Any

from sendblue_api import RateLimitError, SendblueAPI, Stream

# A new number in each run, because the service sends a number one message a minute. No phone has it.
PHONE = f"+1{200 + secrets.randbelow(800)}555{2000 + secrets.randbelow(8000)}"


def ask(client: SendblueAPI, phone: str) -> str:
    """Send the verification message unless the contact is verified; return what was done."""
    if client.contacts.retrieve(phone).contact.verified:
        return "verified already"
    try:
        client.contacts.verify(number=phone)
    except RateLimitError as error:
        return f"asked a moment ago, try again in {error.response.headers['retry-after']} s"
    return "asked"


def main() -> None:
    """Ask twice, answer, and print the messages and the events that followed."""
    with SendblueAPI() as client:
        client.contacts.create(number=PHONE, first_name="Ada")

        # The stream has the events from now on, of all contacts. A real listener would run indefinitely.
        with client.get(
            "/api/v2/events", cast_to=dict[str, Any], stream=True, stream_cls=Stream[dict[str, Any]]
        ) as events:
            print(ask(client, PHONE))
            print(ask(client, PHONE))

            for message in client.get("/_numberkeep/messages", cast_to=list[dict[str, Any]]):
                if message["to"] == PHONE:
                    print(message["to"], message["content"])

            client.post("/_numberkeep/inbound", body={"from": PHONE, "content": "Yes"}, cast_to=dict[str, Any])
            print(ask(client, PHONE))

            for event in events:
                if event["type"].startswith("verification.") and event["data"]["number"] == PHONE:
                    print(event["type"], event["data"]["number"])
                    if event["type"] == "verification.approved":
                        break

        client.contacts.delete(PHONE)


if __name__ == "__main__":
    main()
