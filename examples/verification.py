"""Ask a contact to confirm the number, answer on behalf of the contact, and read the events.

numberkeep sends nothing unless a sender is configured, so this program writes the answer. On the hosted service, or
with a sender and a carrier's webhook, the person does.

Run it with the three variables of the `export` line that `make serve` prints:

    .venv/bin/python examples/verification.py
"""

from typing import Any

from sendblue_api import RateLimitError, SendblueAPI, Stream

PHONE = "+14155552671"


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
        client.contacts.create(number=PHONE, first_name="Ada", update_if_exists=True)
        print(ask(client, PHONE))
        print(ask(client, PHONE))

        for message in client.get("/_numberkeep/messages", cast_to=list[dict[str, Any]]):
            print(message["to"], message["content"])

        client.post("/_numberkeep/inbound", body={"from": PHONE, "content": "Yes"}, cast_to=dict[str, Any])
        print(ask(client, PHONE))

        # With `after=0`, all events so far; without `after`, only new ones. A real listener would run indefinitely.
        with client.get(
            "/api/v2/events",
            cast_to=dict[str, Any],
            options={"params": {"after": 0}},
            stream=True,
            stream_cls=Stream[dict[str, Any]],
        ) as events:
            for event in events:
                if event["type"].startswith("verification."):
                    print(event["type"], event["data"]["number"])
                if event["type"] == "verification.approved":
                    break


if __name__ == "__main__":
    main()
