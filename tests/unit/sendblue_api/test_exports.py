"""The public names, what they cost, and that both clients offer the same."""

import inspect
import subprocess
import sys
import typing
from typing import Any

import pytest

import sendblue_api
from sendblue_api import resources, types
from sendblue_api.resources import AsyncBulkResource, AsyncContactsResource, BulkResource, ContactsResource
from sendblue_api.types import _params as params
from sendblue_api.types import contacts as bulk_types

PAIRS = [
    (sendblue_api.SendblueAPI, sendblue_api.AsyncSendblueAPI),
    (ContactsResource, AsyncContactsResource),
    (BulkResource, AsyncBulkResource),
]


def test_the_public_names() -> None:
    """The names a program may import. Taking one away, or adding one, is a change of the interface."""
    assert sendblue_api.__all__ == [
        "DEFAULT_CONNECTION_LIMITS",
        "DEFAULT_MAX_RETRIES",
        "DEFAULT_TIMEOUT",
        "NOT_GIVEN",
        "APIConnectionError",
        "APIError",
        "APIResponseValidationError",
        "APIStatusError",
        "APITimeoutError",
        "AsyncClient",
        "AsyncSendblueAPI",
        "AuthenticationError",
        "BadRequestError",
        "BaseModel",
        "Client",
        "ConflictError",
        "InternalServerError",
        "NotFoundError",
        "NotGiven",
        "Omit",
        "PermissionDeniedError",
        "RateLimitError",
        "SendblueAPI",
        "SendblueAPIError",
        "Timeout",
        "UnprocessableEntityError",
        "__title__",
        "__version__",
        "not_given",
        "omit",
        "types",
    ]


@pytest.mark.parametrize("package", [sendblue_api, types, bulk_types, resources])
def test_every_public_name_is_there(package: Any) -> None:
    """Names load when they are first used, so a wrong one would go unseen until then."""
    for name in package.__all__:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = package.nothing


def test_the_short_names_are_the_same_clients() -> None:
    """`Client` and `AsyncClient` are the official client's other names for the two."""
    assert sendblue_api.Client is sendblue_api.SendblueAPI
    assert sendblue_api.AsyncClient is sendblue_api.AsyncSendblueAPI


@pytest.mark.parametrize(
    ("program", "absent"),
    [
        ("import sendblue_api, sendblue_api.types", ("httpx2", "pydantic", "pydantic_core")),
        (
            "import sendblue_api; sendblue_api.SendblueAPI(api_key='k', api_secret='s').contacts.bulk",
            ("pydantic", "asyncio", "sendblue_api.types.contact"),
        ),
    ],
)
def test_what_is_not_used_is_not_loaded(program: str, absent: tuple[str, ...]) -> None:
    """Importing costs next to nothing, and a client loads the models and asyncio when it first needs them."""
    check = f"{program}; import sys; print(*[name for name in {absent} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize(("sync", "other"), PAIRS)
def test_both_clients_offer_the_same(sync: Any, other: Any) -> None:
    """Every public method has one signature on both, but for the names that say which client it is."""
    names = {name for name in dir(sync) if not name.startswith("_")}
    assert names == {name for name in dir(other) if not name.startswith("_")}
    for name in names:
        one, two = inspect.getattr_static(sync, name), inspect.getattr_static(other, name)
        assert type(one) is type(two), name
        if inspect.isfunction(one):
            assert inspect.signature(one) == inspect.signature(two), name
            assert inspect.iscoroutinefunction(two) or one is two, name
            assert typing.get_type_hints(one) == typing.get_type_hints(two), name


@pytest.mark.parametrize("resource", [ContactsResource, BulkResource])
def test_every_method_takes_the_extras(resource: Any) -> None:
    """Headers, query, body and timeout of one call, with the same defaults everywhere."""
    for name, method in inspect.getmembers(resource, inspect.isfunction):
        if not name.startswith("_"):
            extras = list(inspect.signature(method).parameters.values())[-4:]
            assert [(each.name, each.default) for each in extras] == [
                ("extra_headers", None),
                ("extra_query", None),
                ("extra_body", None),
                ("timeout", sendblue_api.not_given),
            ]


@pytest.mark.parametrize(
    ("method", "typed_dict"),
    [
        (ContactsResource.list, params.ContactListParams),
        (ContactsResource.create, params.ContactCreateParams),
        (ContactsResource.verify, params.ContactVerifyParams),
        (ContactsResource.update, params.ContactUpdateParams),
        (BulkResource.create, params.BulkCreateParams),
        (BulkResource.delete, params.BulkDeleteParams),
    ],
)
def test_params_are_the_arguments_of_their_call(method: Any, typed_dict: Any) -> None:
    """`client.contacts.create(**params)` type-checks and works because names and required ones agree."""
    extras = {"self", "phone_number"} if method is ContactsResource.update else {"self"}
    extras |= {"extra_headers", "extra_query", "extra_body", "timeout"}
    arguments = {name: each for name, each in inspect.signature(method).parameters.items() if name not in extras}
    required = {name for name, each in arguments.items() if each.default is inspect.Parameter.empty}
    assert set(arguments) == set(typed_dict.__annotations__)
    assert required == set(typed_dict.__required_keys__)
