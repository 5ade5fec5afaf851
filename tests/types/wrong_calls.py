"""Calls that a type checker refuses. A comment has mypy's error code, then a part of its message.

`make types` excludes this file; test_wrong_calls.py compares mypy's errors with the comments. Nothing here is ever run.
"""

from collections.abc import AsyncIterator

import httpx2

from sendblue_api import AsyncSendblueAPI, SendblueAPI
from sendblue_api.types.contacts import ContactInput


async def some_rows() -> AsyncIterator[ContactInput]:
    """Yield rows that only the async client can wait for."""
    yield {"phone": "+14155552671"}


def refused(client: SendblueAPI) -> None:
    """Wrong names and values of arguments."""
    client.contacts.create()  # call-arg: Missing named argument "number"
    client.contacts.create("+14155552671")  # call-arg: Too many positional arguments
    client.contacts.create(number=14155552671)  # arg-type: "number"
    client.contacts.create(number="+14155552671", firstname="Ada")  # call-arg: "firstname"
    client.contacts.create(number="+14155552671", tags=["vip", 1])  # list-item: "int"
    client.contacts.create(number="+14155552671", custom_variables={"seats": 3})  # dict-item: "str": "int"
    client.contacts.create(number="+14155552671", update_if_exists=None)  # arg-type: "bool | Omit"
    client.contacts.update("+14155552671", verified=True)  # call-arg: "verified"
    client.contacts.update(phone_number=None)  # arg-type: "phone_number"
    client.contacts.list(order_direction="up")  # arg-type: Literal['asc', 'desc']
    client.contacts.list(limit="10")  # arg-type: "limit"
    client.contacts.bulk.create(contacts=[{"first_name": "Ada"}])  # typeddict-item: Missing key "phone"
    client.contacts.bulk.create(contacts=[{"phone": "+1", "firstname": "Ada"}])  # typeddict-unknown-key: "firstname"
    client.contacts.bulk.create(contacts={"phone": "+14155552671"})  # dict-item: "ContactInput"
    client.contacts.bulk.delete(contact_ids=[14155552671])  # list-item: "int"
    client.contacts.bulk.create_all(some_rows())  # arg-type: expected "Iterable[ContactInput]"


def misread(client: SendblueAPI) -> None:
    """Wrong attributes of results."""
    _ = client.contacts.create(number="+14155552671").contact.surname  # attr-defined: "surname"
    _ = client.contacts.retrieve("+14155552671").phone  # attr-defined: "phone"
    _ = client.contacts.list().contacts  # attr-defined: "contacts"


async def mixed_up(client: SendblueAPI, waiting: AsyncSendblueAPI) -> None:
    """One client used like the other."""
    await client.contacts.count()  # misc: Incompatible types in "await"
    waiting.contacts.count()  # unused-coroutine: must be used
    _ = waiting.contacts.count().count  # attr-defined: "count"
    SendblueAPI(http_client=httpx2.AsyncClient())  # arg-type: "http_client"
    with waiting:  # attr-defined: "__exit__"
        pass
