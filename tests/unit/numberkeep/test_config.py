"""Settings: flags override the environment, which overrides the defaults; errors name the setting."""

from pathlib import Path
from typing import Any

import pytest

from numberkeep.config.database_url import database_file, postgres_url, sqlite_path
from numberkeep.config.settings import Settings, load_settings
from numberkeep.config.values import ConfigError
from numberkeep.domain.identity import KeyPair

FULL = {
    "NUMBERKEEP_HOST": "0.0.0.0",  # noqa: S104 - a value, not a socket
    "NUMBERKEEP_PORT": "9000",
    "NUMBERKEEP_DATABASE": "sqlite:////var/lib/numberkeep.db",
    "NUMBERKEEP_WORKERS": "4",
    "NUMBERKEEP_UNKNOWN_FIELDS": "ignore",
    "NUMBERKEEP_RESEND_SECONDS": "0",
    "NUMBERKEEP_API_KEY": "my-key",
    "NUMBERKEEP_API_SECRET": "my secret!",
}


def test_the_defaults() -> None:
    """The documented defaults: loopback, port 8181, a file in the working directory, one process."""
    assert load_settings(environ={}) == Settings(
        "127.0.0.1", 8181, "sqlite:///numberkeep.db", 1, ignore_unknown_fields=False, resend_seconds=60, first_key=None
    )


def test_the_environment_sets_everything() -> None:
    """Each setting has a variable."""
    assert load_settings(environ=FULL) == Settings(
        FULL["NUMBERKEEP_HOST"],
        9000,
        "sqlite:////var/lib/numberkeep.db",
        4,
        ignore_unknown_fields=True,
        resend_seconds=0,
        first_key=KeyPair("my-key", "my secret!"),
    )


@pytest.mark.parametrize(
    ("flag", "value"),
    [("host", "::1"), ("port", 1), ("port", 0), ("database", "sqlite://:memory:"), ("workers", 2)],
)
def test_a_flag_overrides_the_environment(flag: str, value: object) -> None:
    """A given flag takes precedence, even 0; other settings still come from the environment."""
    flags: dict[str, Any] = {flag: value}
    settings = load_settings(environ=FULL, **flags)
    assert getattr(settings, flag) == value
    assert settings.resend_seconds == 0


@pytest.mark.parametrize("name", sorted(FULL))
def test_an_empty_variable_is_not_set(name: str) -> None:
    """As compose files set them; the two halves of the key pair go together."""
    pair = {"NUMBERKEEP_API_KEY", "NUMBERKEEP_API_SECRET"}
    emptied = pair if name in pair else {name}
    without = {key: value for key, value in FULL.items() if key not in emptied}
    assert load_settings(environ=FULL | dict.fromkeys(emptied, "")) == load_settings(environ=without)
    assert load_settings(environ=without) != load_settings(environ=FULL)


def test_other_names_are_not_read() -> None:
    """Only names that begin with NUMBERKEEP_ are read, not the client's SENDBLUE_API_ names."""
    environ = {"PORT": "1", "HOST": "x", "SENDBLUE_API_API_KEY": "k", "DATABASE": "x"}
    assert load_settings(environ=environ) == load_settings(environ={})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("NUMBERKEEP_PORT", "http", "a whole number from 0 to 65535, not 'http'"),
        ("NUMBERKEEP_PORT", "-1", "a whole number"),
        ("NUMBERKEEP_PORT", "65536", "from 0 to 65535"),
        ("NUMBERKEEP_PORT", "80.5", "a whole number"),
        ("NUMBERKEEP_PORT", "9" * 5000, "a whole number"),
        ("NUMBERKEEP_WORKERS", "0", "from 1 to"),
        ("NUMBERKEEP_WORKERS", "two", "from 1 to"),
        ("NUMBERKEEP_RESEND_SECONDS", "1000001", "from 0 to 1000000"),
        ("NUMBERKEEP_RESEND_SECONDS", "\u00b2", "a whole number"),
        ("NUMBERKEEP_UNKNOWN_FIELDS", "drop", "refuse or ignore, not 'drop'"),
        ("NUMBERKEEP_API_KEY", "k\u00e9y", "printable ASCII"),
        ("NUMBERKEEP_API_KEY", " key", "printable ASCII"),
        ("NUMBERKEEP_API_SECRET", "secret\n", "printable ASCII"),
        ("NUMBERKEEP_API_SECRET", "a\tb", "printable ASCII"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: str, says: str) -> None:
    """ConfigError names the setting and what it must be."""
    with pytest.raises(ConfigError, match=f"^{name} must be .*{says}"):
        load_settings(environ=FULL | {name: value})


@pytest.mark.parametrize("value", ["k\u00e9y", "secret\n"])
def test_an_unusable_secret_is_not_repeated(value: str) -> None:
    """The error does not contain the secret."""
    with pytest.raises(ConfigError) as refused:
        load_settings(environ=FULL | {"NUMBERKEEP_API_SECRET": value})
    assert value not in str(refused.value)


@pytest.mark.parametrize("name", ["NUMBERKEEP_API_KEY", "NUMBERKEEP_API_SECRET"])
def test_half_a_key_pair_is_refused(name: str) -> None:
    """A key without a secret, or a secret without a key, is an error."""
    with pytest.raises(ConfigError, match="set both or neither"):
        load_settings(environ={name: "x"})


@pytest.mark.parametrize(
    ("database", "path"),
    [
        ("sqlite:///numberkeep.db", Path("numberkeep.db")),
        ("sqlite:///data/my file?.db", Path("data/my file?.db")),
        ("sqlite:////var/lib/numberkeep.db", Path("/var/lib/numberkeep.db")),
        ("sqlite://:memory:", None),
    ],
)
def test_a_sqlite_url_names_a_file_or_the_memory(database: str, path: Path | None) -> None:
    """Three slashes lead to a relative path, four to an absolute one."""
    assert sqlite_path(database) == path


@pytest.mark.parametrize(
    "database",
    [
        "",
        "numberkeep.db",
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite://numberkeep.db",
        "sqlite:///:memory:",
        "SQLITE:///x.db",
        "mysql://localhost/x",
    ],
)
def test_another_url_is_refused_with_the_fix(database: str) -> None:
    """ConfigError repeats the URL and shows the supported forms."""
    with pytest.raises(ConfigError) as refused:
        sqlite_path(database)
    assert repr(database) in str(refused.value)
    assert "sqlite:///numberkeep.db" in str(refused.value)
    assert "sqlite://:memory:" in str(refused.value)


@pytest.mark.parametrize(
    ("database", "says"),
    [
        ("sqlite://:memory:", "name a file with --database"),
        ("postgresql://ada:hunter2@db/contacts", "pg_dump.*pg_restore"),
        ("postgres://ada:hunter2@db/contacts", "pg_dump.*pg_restore"),
        ("mysql://ada:hunter2@db/contacts", "use sqlite:///"),
    ],
)
def test_commands_for_files_refuse_other_databases(database: str, says: str) -> None:
    """ConfigError says what to do instead, without the password."""
    with pytest.raises(ConfigError, match=says) as refused:
        database_file(database)
    assert "hunter2" not in str(refused.value)
    assert database_file("sqlite:////a/b.db") == Path("/a/b.db")


def test_a_refused_url_keeps_its_password() -> None:
    """The user and password of a URL are not repeated."""
    with pytest.raises(ConfigError) as refused:
        sqlite_path("mysql://ada:hunter@2@db.example/contacts")
    assert "'mysql://db.example/contacts'" in str(refused.value)
    assert "hunter" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:hun/ter@db.example/contacts",
        "postgresql://ada:hun#ter@db.example/contacts",
        "postgresql://ada:hun?ter@db.example/contacts",
        "postgresql://ada:hun[ter@db.example/contacts",
        "postgresql://ada@db.example/?password=hunter",
        "postgresql://ada@db.example/?password=hun@ter",
        "postgresql://ada:hunter@db.example:99999/contacts",
    ],
)
def test_a_postgresql_url_that_cannot_be_used_keeps_its_password(url: str) -> None:
    """The error explains what splits a URL in the wrong place, and contains no part of the password."""
    with pytest.raises(ConfigError) as refused:
        postgres_url(url)
    assert "hun" not in str(refused.value)
    assert "ter@" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "url", ["postgres:/ada:hunter@db/x", "mysql://ada:hun?ter@db/x", "hunter@db", "x://h?a=hunter"]
)
def test_a_malformed_url_keeps_its_password(url: str) -> None:
    """Even if the scheme or the slashes are wrong."""
    with pytest.raises(ConfigError) as refused:
        sqlite_path(url)
    assert "hun" not in str(refused.value)


def test_a_postgresql_url_may_name_several_hosts() -> None:
    """Like those of libpq, for a server with a standby."""
    url = "postgresql://ada:hunter@one:5432,two:5433/contacts?target_session_attrs=read-write"
    assert postgres_url(url) == url
