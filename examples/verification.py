"""Ask a contact to confirm the number, answer in the contact's place, and read what happened.

numberkeep sends nothing unless it has a sender, so here the program writes the answer; on the hosted service, or with a
sender and a carrier's webhook, the person does.

Run it with the three variables of the `export` line that `make serve` prints:

    .venv/bin/python examples/verification.py
"""

from typing import Any

from sendblue_api import RateLimitError, SendblueAPI, Stream

PHONE = "+14155552671"


def ask(client: SendblueAPI, phone: str) -> str:
    """Send the verification message, unless the contact has answered one; gives what was done."""
    if client.contacts.retrieve(phone).contact.verified:
        return "verified already"
    try:
        client.contacts.verify(number=phone)
    except RateLimitError as error:
        return f"asked a moment ago, try again in {error.response.headers['retry-after']} s"
    return "asked"


def main() -> None:
    """Ask twice, answer, and show what was said and what followed from it."""
    with SendblueAPI() as client:
        client.contacts.create(number=PHONE, first_name="Ada", update_if_exists=True)
        print(ask(client, PHONE))
        print(ask(client, PHONE))

        for message in client.get("/_numberkeep/messages", cast_to=list[dict[str, Any]]):
            print(message["to"], message["content"])

        client.post("/_numberkeep/inbound", body={"from": PHONE, "content": "Yes"}, cast_to=dict[str, Any])
        print(ask(client, PHONE))

        # All that has happened; without `after`, what comes from now on. A real listener would go on for ever.
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
