"""What a program may call: the names and arguments of client-facts.md ("Surface"), alike on both clients."""

import inspect
import typing
from typing import Any

import pytest

import sendblue_api
from sendblue_api import AsyncSendblueAPI, RequestOptions, SendblueAPI, types
from sendblue_api._arguments import CallOptions
from sendblue_api._raw import APIResponse, AsyncAPIResponse
from sendblue_api._stream import AsyncStream, Stream
from sendblue_api.resources import AsyncBulkResource, AsyncContactsResource, BulkResource, ContactsResource, raw
from sendblue_api.types import _params as params
from sendblue_api.types import contacts as bulk_types

EXTRAS = {"extra_headers", "extra_query", "extra_body", "timeout"}
# Argument names by call; what stands in brackets there is optional here.
OFFICIAL: dict[Any, str] = {
    ContactsResource.list: "cid created_at_gte limit offset order_by order_direction phone_number",
    ContactsResource.create: "number body_assigned_to_email_1 body_assigned_to_email_2 custom_variables"
    " body_first_name_1 body_first_name_2 body_last_name_1 body_last_name_2 body_phone_number_1 body_phone_number_2"
    " body_sendblue_number_1 body_sendblue_number_2 tags update_if_exists",
    ContactsResource.count: "",
    ContactsResource.verify: "number",
    ContactsResource.opt_out: "number opted_out",
    ContactsResource.retrieve: "phone_number",
    ContactsResource.update: "phone_number body_assigned_to_email_1 body_assigned_to_email_2 body_company_name_1"
    " body_company_name_2 custom_variables body_first_name_1 body_first_name_2 body_last_name_1 body_last_name_2"
    " body_opt_out_1 body_opt_out_2 body_sendblue_number_1 body_sendblue_number_2 tags",
    ContactsResource.delete: "phone_number",
    BulkResource.create: "contacts",
    BulkResource.delete: "contact_ids",
}
PAIRS = [
    (SendblueAPI, AsyncSendblueAPI),
    (ContactsResource, AsyncContactsResource),
    (BulkResource, AsyncBulkResource),
    (APIResponse, AsyncAPIResponse),
    (Stream, AsyncStream),
    *(
        (getattr(raw, f"{name}With{kind}Response"), getattr(raw, f"Async{name}With{kind}Response"))
        for name in ("Contacts", "Bulk")
        for kind in ("Raw", "Streaming")
    ),
]


def arguments(method: Any) -> dict[str, bool]:
    """The names of what a method takes, those of its options too, and whether each is required."""
    taken: dict[str, bool] = {}
    for name, each in inspect.signature(method).parameters.items():
        if each.kind is inspect.Parameter.VAR_KEYWORD:
            (options,) = typing.get_args(typing.get_type_hints(method)[name])
            taken |= dict.fromkeys(options.__annotations__, False)
        elif name != "self":
            taken[name] = each.default is inspect.Parameter.empty
    return taken


@pytest.mark.parametrize("method", OFFICIAL, ids=lambda method: method.__qualname__)
def test_every_call_of_the_official_client_can_be_made(method: Any) -> None:
    """Its arguments are all there, and what it can leave out, we can."""
    ours = arguments(method)
    assert set(OFFICIAL[method].split()) | EXTRAS <= set(ours)
    assert {name for name in ours if ours[name]} <= {"number", "phone_number", "contacts", "contact_ids"}


def test_the_constructor_and_the_verbs() -> None:
    """All by keyword but the path of a verb, as the official client has it."""
    constructor = inspect.signature(SendblueAPI).parameters
    assert " ".join(constructor) == (
        "api_key api_secret base_url timeout max_retries default_headers default_query http_client"
        " _strict_response_validation"
    )
    assert {each.kind for each in constructor.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert constructor["max_retries"].default == 2
    for name in ("get", "post", "put", "patch", "delete"):
        taken = arguments(getattr(SendblueAPI, name))
        more = [] if name == "get" else ["body", "content", "files"]
        more += ["stream", "stream_cls"] if name in ("get", "post") else []
        assert taken == {"path": True, "cast_to": True, "options": False, **dict.fromkeys(more, False)}
    assert {"params", "headers", "timeout", "max_retries", "extra_json", "follow_redirects"} <= set(
        RequestOptions.__annotations__
    )


def test_the_names_of_the_official_package_are_here() -> None:
    """A program's imports keep working, as far as contacts go."""
    names = """BaseModel APIResponse AsyncAPIResponse Stream AsyncStream Timeout Transport ProxiesTypes RequestOptions
        NoneType NotGiven NOT_GIVEN not_given Omit omit DEFAULT_TIMEOUT DEFAULT_MAX_RETRIES DEFAULT_CONNECTION_LIMITS
        DefaultHttpxClient DefaultAsyncHttpxClient DefaultAioHttpClient file_from_path types __version__ __title__
        SendblueAPI AsyncSendblueAPI Client AsyncClient SendblueAPIError APIError APIStatusError BadRequestError
        AuthenticationError PermissionDeniedError NotFoundError ConflictError UnprocessableEntityError RateLimitError
        InternalServerError APIConnectionError APITimeoutError APIResponseValidationError"""
    assert set(names.split()) <= set(sendblue_api.__all__) | {"APIResponse", "AsyncAPIResponse"}
    answers = ["List", "Create", "Count", "Verify", "Retrieve", "Update", "Delete", "OptOut"]
    asked = ["List", "Create", "Verify", "Update", "OptOut"]
    assert {"Contact", *(f"Contact{each}Response" for each in answers)} <= set(types.__all__)
    assert {f"Contact{each}Params" for each in asked} <= set(types.__all__)
    assert {"BulkCreateResponse", "BulkDeleteResponse", "BulkCreateParams", "BulkDeleteParams"} <= set(
        bulk_types.__all__
    )


@pytest.mark.parametrize(("sync", "other"), PAIRS, ids=lambda kind: kind.__name__)
def test_both_clients_offer_the_same(sync: Any, other: Any) -> None:
    """Every public method has one signature on both, but for the names that say which client it is."""
    names = {name for name in dir(sync) if not name.startswith("_")}
    assert names == {name for name in dir(other) if not name.startswith("_")}
    for name in names:
        one, two = inspect.getattr_static(sync, name), inspect.getattr_static(other, name)
        assert type(one) is type(two), name
        if inspect.isfunction(one):
            first, second = dict(inspect.signature(one).parameters), dict(inspect.signature(two).parameters)
            if name == "create_all":  # the rows of the async client may come from an async iterable too
                rows = first.pop("contacts").annotation
                assert second.pop("contacts").annotation == f"{rows} | Async{rows}"
            assert first == second, name
            assert inspect.getdoc(two), name


@pytest.mark.parametrize(("sync", "other"), PAIRS[1:3], ids=lambda kind: kind.__name__)
def test_raw_and_streaming_have_every_call(sync: Any, other: Any) -> None:
    """What sends one request is there in all six variants, and says what `parse()` gives."""
    name = sync.__name__.removesuffix("Resource")
    calls = {call for call, _ in inspect.getmembers(sync, inspect.isfunction) if not call.startswith("_")}
    calls -= {"iter", "create_all"}
    for variant in (f"{name}WithRawResponse", f"{name}WithStreamingResponse"):
        for kind in (getattr(raw, variant), getattr(raw, f"Async{variant}")):
            assert {call for call, _ in inspect.getmembers(kind, inspect.isfunction) if call[0] != "_"} == calls
    assert all(inspect.iscoroutinefunction(getattr(other, call)) for call in calls)


@pytest.mark.parametrize(
    ("method", "typed_dict"),
    [
        (ContactsResource.list, params.ContactListParams),
        (ContactsResource.create, params.ContactCreateParams),
        (ContactsResource.verify, params.ContactVerifyParams),
        (ContactsResource.opt_out, params.ContactOptOutParams),
        (ContactsResource.update, params.ContactUpdateParams),
        (BulkResource.create, params.BulkCreateParams),
        (BulkResource.delete, params.BulkDeleteParams),
    ],
)
def test_params_are_the_arguments_of_their_call(method: Any, typed_dict: Any) -> None:
    """`client.contacts.create(**params)` type-checks and works because names and required ones agree."""
    taken = {name: required for name, required in arguments(method).items() if name not in CallOptions.__annotations__}
    if method is ContactsResource.update:
        del taken["phone_number"]
    assert set(taken) == set(typed_dict.__annotations__)
    assert {name for name in taken if taken[name]} == set(typed_dict.__required_keys__)
