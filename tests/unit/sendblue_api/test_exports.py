"""The public names, what they cost, and that both clients offer the same."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sendblue_api
from sendblue_api import resources, types
from sendblue_api.resources import AsyncBulkResource, AsyncContactsResource, BulkResource, ContactsResource
from sendblue_api.types import contacts as bulk_types

PAIRS = [
    (sendblue_api.SendblueAPI, sendblue_api.AsyncSendblueAPI),
    (ContactsResource, AsyncContactsResource),
    (BulkResource, AsyncBulkResource),
]


@pytest.mark.parametrize("package", [sendblue_api, types, bulk_types, resources])
def test_every_public_name_is_there(package: Any) -> None:
    """Names load when they are first used, so a wrong one would go unseen until then."""
    for name in package.__all__:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = package.nothing


@pytest.mark.parametrize("package", ["sendblue_api", "sendblue_api.types", "sendblue_api.types.contacts"])
def test_names_show_before_they_are_loaded(package: str) -> None:
    """`dir()`, and so the completion of a shell, lists the public names of a fresh import."""
    check = f"import {package} as p; print(sorted(n for n in dir(p) if n in p.__all__) == sorted(p.__all__))"
    said = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert said.stdout == "True\n", said.stderr


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
            (
                "pydantic",
                "asyncio",
                "aiohttp",
                "httpx",
                "sendblue_api._http",
                "sendblue_api._legacy",
                "sendblue_api._raw",
                "sendblue_api._verbs",
                "sendblue_api.resources._pages",
                "sendblue_api.resources.raw",
                "sendblue_api.types.contact",
            ),
        ),
    ],
)
def test_what_is_not_used_is_not_loaded(program: str, absent: tuple[str, ...]) -> None:
    """Importing costs next to nothing, and a client loads the models and asyncio when it first needs them."""
    check = f"{program}; import sys; print(*[name for name in {absent} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_an_old_python_is_told_which_one_is_needed() -> None:
    """One line, before anything that an old Python could not import; the package itself must be readable to it."""
    ast.parse(Path(sendblue_api.__file__).read_text(), feature_version=(3, 7))
    program = "import sys; sys.version_info = (3, 10, 13, 'final', 0); import sendblue_api"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    needed = "ImportError: sendblue_api needs Python 3.11 or newer, and this is Python "
    assert done.stderr.splitlines()[-1].startswith(needed)
    assert done.stderr.count('File "') == 2, "the program and the package, and nothing that the package imports"
