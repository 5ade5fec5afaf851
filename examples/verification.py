"""Ask a contact to confirm the number, respect the pause between two messages, and see what was sent.

numberkeep stores the message that it would send; on the hosted service it goes out, and the contact is `verified` when
the recipient has answered.

Run it with the three variables of the `export` line that `make serve` prints:

    .venv/bin/python examples/verification.py
"""

from sendblue_api import RateLimitError, SendblueAPI

PHONE = "+14155552671"


def ask(client: SendblueAPI, phone: str) -> str:
    """Send the verification message, unless the contact has answered one; gives what was done."""
    if client.contacts.retrieve(phone).contact.verified:
        return "verified already"
    try:
        # The client would wait for as long as the service says, and send then; this program says it instead.
        client.with_options(max_retries=0).contacts.verify(number=phone)
    except RateLimitError as error:
        return f"asked a moment ago, try again in {error.response.headers['retry-after']} s"
    return "asked"


def main() -> None:
    """Ask twice, and show the message."""
    with SendblueAPI() as client:
        client.contacts.create(number=PHONE, first_name="Ada", update_if_exists=True)
        print(ask(client, PHONE))
        print(ask(client, PHONE))

        for message in client.get("/_numberkeep/messages", cast_to=list[dict[str, str]]):
            print(message["to"], message["content"])


if __name__ == "__main__":
    main()
