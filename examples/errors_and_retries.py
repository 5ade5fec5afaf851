"""What can go wrong, what the client repeats by itself, and how long it waits.

Run it with the three variables of the `export` line that `make serve` prints:

    .venv/bin/python examples/errors_and_retries.py
"""

from sendblue_api import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    SendblueAPI,
)

PHONE = "+14155552671"


def main() -> None:
    """Provoke the errors that a program meets, and show what each says."""
    # Ten seconds for each phase of an attempt, and five more attempts after a failure that may pass: a connection
    # error, 408, 409, 429, 500 and above. The service's Retry-After is kept to.
    with SendblueAPI(timeout=10, max_retries=5) as client:
        # A conflict will not pass by waiting, so this call is made once. The copy shares the connections.
        once = client.with_options(max_retries=0)
        client.contacts.create(number=PHONE, first_name="Ada", update_if_exists=True)
        try:
            once.contacts.create(number=PHONE, first_name="Grace")
        except ConflictError as error:
            print(error.status_code, "there is one with this number")

        try:
            client.contacts.retrieve("+14155550000")
        except NotFoundError as error:
            print(error.status_code, "with a request_id to ask about:", error.request_id is not None)

        try:
            client.contacts.create(number="12")
        except BadRequestError as error:
            print(error.status_code, error.body["message"] if isinstance(error.body, dict) else error)

        try:
            client.with_options(api_secret="wrong").contacts.count()  # noqa: S106 - it is meant to be wrong
        except AuthenticationError as error:
            print(error.status_code, "wrong keys")

        # Nobody listens there. A timeout is a connection error too, so it is caught first where the two differ.
        try:
            once.with_options(base_url="http://127.0.0.1:9").contacts.count(timeout=2)
        except APITimeoutError:
            print("too slow")
        except APIConnectionError as error:
            print("not reached:", error)
        except APIStatusError as error:
            print("refused:", error.status_code)

        client.contacts.delete(PHONE)


if __name__ == "__main__":
    main()
