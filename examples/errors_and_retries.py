"""The errors that the client raises, which calls it retries, and how long it waits.

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

PHONE = "+14155552673"


def main() -> None:
    """Cause each error that a program may meet, and print it."""
    # Ten seconds for each phase of an attempt, and up to five retries after a failure that may be temporary: a
    # connection error, 408, 409, 429, 500 and above. The client honors the service's Retry-After.
    with SendblueAPI(timeout=10, max_retries=5) as client:
        # Waiting does not resolve this conflict, so the call is made once. The copy shares the connections.
        once = client.with_options(max_retries=0)
        client.contacts.create(number=PHONE, first_name="Ada", update_if_exists=True)
        try:
            once.contacts.create(number=PHONE, first_name="Grace")
        except ConflictError as error:
            print(error.status_code, "a contact with this number exists")

        try:
            client.contacts.retrieve("+14155552674")
        except NotFoundError as error:
            print(error.status_code, "with a request_id to ask about:", error.request_id is not None)

        try:
            client.contacts.create(number="12")
        except BadRequestError as error:
            print(error.status_code, error.body["message"] if isinstance(error.body, dict) else error)

        try:
            client.with_options(api_secret="wrong").contacts.count()  # noqa: S106 - deliberately wrong
        except AuthenticationError as error:
            print(error.status_code, "wrong keys")

        # Nothing listens on this port. A timeout is also a connection error, so catch it first to treat it differently.
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
