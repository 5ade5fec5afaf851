"""Project rules that import-linter cannot check. Its own are in pyproject.toml and run with `make lint`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sendblue_api
from support import pages

ROOT = Path(__file__).parents[2]
PACKAGES = [ROOT / "server" / "numberkeep", ROOT / "client" / "sendblue_api"]
MODULES = sorted(path for package in PACKAGES for path in package.rglob("*.py"))
EVERYTHING = MODULES + sorted(path for folder in ("tests", "bench") for path in (ROOT / folder).rglob("*.py"))

OLD_NAMES = {
    "firstName",
    "lastName",
    "companyName",
    "assignedToEmail",
    "sendblueNumber",
    "optOut",
    "phoneNumber",
}


def named(path: Path) -> str:
    """Return the path as a test's id shows it."""
    return str(path.relative_to(ROOT))


def strings(tree: ast.AST) -> Iterator[str]:
    """Return every text in a module's code, including docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_module_is_over_300_lines(path: Path) -> None:
    """Split a longer file by topic."""
    assert len(path.read_text().splitlines()) <= 300


@pytest.mark.parametrize("path", EVERYTHING, ids=named)
def test_no_file_is_over_400_lines(path: Path) -> None:
    """Tests and benchmarks may be a little longer."""
    assert len(path.read_text().splitlines()) <= 400


PAGES = sorted(page for page in (ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_the_files_that_docs_name_exist(page: Path) -> None:
    """By its path in the repository, a package or the tests; by its name alone if the text names the folder.

    Or the page has the reader save it.
    """
    text = page.read_text()
    saved = pages.files(str(page.relative_to(ROOT)))
    homes = (ROOT, *PACKAGES, PACKAGES[1].parent, ROOT / "tests")
    files = {path.name for home in homes[1:] for path in home.rglob("*.py")}
    for name in re.findall(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|sql|json))`", text):
        found = any((home / name).exists() for home in homes)
        assert found or name in files or name in saved, name


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_modules_are_named_after_their_contents(path: Path) -> None:
    """No module is a collection of unrelated functions."""
    assert path.stem.strip("_") not in {"utils", "util", "common", "helpers", "helper", "manager", "base", "misc"}


def test_legacy_names_are_in_one_module_of_each_package() -> None:
    """The camelCase names of older API versions are one table in the service and one in the client."""
    knowing = {
        named(path)
        for path in MODULES
        if OLD_NAMES & {word for text in strings(ast.parse(path.read_text())) for word in re.findall(r"\w+", text)}
    }
    assert knowing == {"server/numberkeep/wire/legacy_names.py", "client/sendblue_api/_casing.py"}


def test_few_modules_read_the_environment() -> None:
    """Each package reads its settings in one module; the client's log level, per process, is read in another.

    The test kit sets variables for clients.
    """
    reading = {named(path) for path in MODULES if re.search(r"\bos\.(environ|getenv)\b", path.read_text())}
    assert reading == {
        "server/numberkeep/config/settings.py",
        "server/numberkeep/testing/environment.py",
        "client/sendblue_api/_settings.py",
        "client/sendblue_api/_log.py",
    }


def test_the_client_exports_exactly_its_public_names() -> None:
    """Public names are pinned: adding one is a decision, losing one breaks programs."""
    assert sorted(sendblue_api.__all__) == sorted(
        [
            "DEFAULT_CONNECTION_LIMITS",
            "DEFAULT_MAX_RETRIES",
            "DEFAULT_TIMEOUT",
            "NOT_GIVEN",
            "APIConnectionError",
            "APIError",
            "APIResponse",
            "APIResponseValidationError",
            "APIStatusError",
            "APITimeoutError",
            "AsyncAPIResponse",
            "AsyncClient",
            "AsyncSendblueAPI",
            "AsyncStream",
            "AuthenticationError",
            "BadRequestError",
            "BaseModel",
            "Client",
            "ConflictError",
            "DefaultAioHttpClient",
            "DefaultAsyncHttpxClient",
            "DefaultHttpxClient",
            "InternalServerError",
            "NoneType",
            "NotFoundError",
            "NotGiven",
            "Omit",
            "PermissionDeniedError",
            "ProxiesTypes",
            "RateLimitError",
            "RequestOptions",
            "SendblueAPI",
            "SendblueAPIError",
            "Stream",
            "Timeout",
            "Transport",
            "UnprocessableEntityError",
            "__title__",
            "__version__",
            "file_from_path",
            "not_given",
            "omit",
            "types",
        ]
    )


def test_pins_name_no_index() -> None:
    """The constraints work on every machine, so they name no address."""
    assert "://" not in (ROOT / "constraints.txt").read_text()
