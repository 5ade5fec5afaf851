"""Settings of messaging and of the log: defaults, values, and errors."""

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from numberkeep.carriers.hosted.settings import SendblueSettings
from numberkeep.carriers.settings import Carriers
from numberkeep.carriers.twilio.settings import TwilioSettings
from numberkeep.carriers.webhook.settings import WebhookSenderSettings
from numberkeep.config.settings import Remote, Settings, load_remote, load_settings, sender_warning
from numberkeep.config.values import ConfigError
from numberkeep.domain.identity import KeyPair

WEBHOOK = {"NUMBERKEEP_SENDER": "webhook", "NUMBERKEEP_SENDER_URL": "https://example.com/in"}
SENDBLUE = {
    "NUMBERKEEP_SENDER": "sendblue",
    "NUMBERKEEP_SENDBLUE_API_KEY": "their-key",
    "NUMBERKEEP_SENDBLUE_API_SECRET": "their-secret",
}
TWILIO = {
    "NUMBERKEEP_SENDER": "twilio",
    "NUMBERKEEP_TWILIO_ACCOUNT_SID": "AC1",
    "NUMBERKEEP_TWILIO_AUTH_TOKEN": "their-token",
}
LINE = "+14155550100"


def test_by_default_nothing_is_sent() -> None:
    """No sender, no private network, no carrier for all accounts; a reply is accepted for a day."""
    settings = load_settings(environ={})
    assert settings.sender is None
    assert settings.allowed_networks == ()
    assert settings.carriers == Carriers("", "", "")
    assert (settings.verification_seconds, settings.lease_seconds, settings.log) == (86_400, 30, "warning")


@pytest.mark.parametrize(
    ("environ", "changed"),
    [
        ({"NUMBERKEEP_VERIFICATION_SECONDS": "1"}, {"verification_seconds": 1}),
        ({"NUMBERKEEP_VERIFICATION_SECONDS": "100000000"}, {"verification_seconds": 10**8}),
        ({"NUMBERKEEP_LEASE_SECONDS": "3"}, {"lease_seconds": 3}),
        ({"NUMBERKEEP_LOG": "debug"}, {"log": "debug"}),
        ({"NUMBERKEEP_LOG": "info"}, {"log": "info"}),
        ({"NUMBERKEEP_HISTORY_DAYS": "0"}, {"history_days": 0}),
        ({"NUMBERKEEP_WEBHOOK_RETRY_DAYS": "1"}, {"webhook_retry_days": 1}),
        ({"NUMBERKEEP_LOG": ""}, {}),
        (
            {"NUMBERKEEP_ALLOWED_NETWORKS": "127.0.0.0/8, fd00::/8 10.1.2.3"},
            {"allowed_networks": (ip_network("127.0.0.0/8"), ip_network("fd00::/8"), ip_network("10.1.2.3"))},
        ),
        ({"NUMBERKEEP_SIGNING_SECRET": "ours"}, {"carriers": Carriers(signing_secret="ours")}),
        (
            {"NUMBERKEEP_PUBLIC_URL": "https://a.example"},
            {"carriers": Carriers(public_url="https://a.example")},
        ),
        ({"NUMBERKEEP_TWILIO_AUTH_TOKEN": "t"}, {"carriers": Carriers(twilio_auth_token="t")}),
        ({"NUMBERKEEP_SENDER": "log"}, {"sender": None}),
        (WEBHOOK, {"sender": WebhookSenderSettings("https://example.com/in")}),
        (
            WEBHOOK | {"NUMBERKEEP_SENDER_URL": "http://[::1]:8080/?a=b", "NUMBERKEEP_SENDER_SECRET": "ours"},
            {"sender": WebhookSenderSettings("http://[::1]:8080/?a=b", "ours")},
        ),
        (SENDBLUE, {"sender": SendblueSettings("their-key", "their-secret")}),
        (
            SENDBLUE | {"NUMBERKEEP_LINE": LINE, "NUMBERKEEP_SENDER_URL": "http://other:1"},
            {"sender": SendblueSettings("their-key", "their-secret", LINE, "http://other:1")},
        ),
        (
            TWILIO | {"NUMBERKEEP_LINE": LINE},
            {
                "sender": TwilioSettings("AC1", "their-token", LINE),
                "carriers": Carriers(twilio_auth_token="their-token"),
            },
        ),
    ],
)
def test_each_setting_has_its_variable(environ: dict[str, str], changed: dict[str, Any]) -> None:
    """It changes its own field, and nothing else."""
    assert load_settings(environ=environ) == replace(Settings(), **changed)


@pytest.mark.parametrize(
    ("given", "names", "says"),
    [
        ({"NUMBERKEEP_SENDER": "pigeon"}, "SENDER", "log, webhook, sendblue or twilio, not 'pigeon'"),
        ({"NUMBERKEEP_LOG": "loud"}, "LOG", "warning, info or debug, not 'loud'"),
        ({"NUMBERKEEP_LOG": "DEBUG"}, "LOG", "warning, info or debug"),
        ({"NUMBERKEEP_VERIFICATION_SECONDS": "0"}, "VERIFICATION_SECONDS", "from 1 to 100000000"),
        ({"NUMBERKEEP_VERIFICATION_SECONDS": "a day"}, "VERIFICATION_SECONDS", "a whole number"),
        ({"NUMBERKEEP_LEASE_SECONDS": "2"}, "LEASE_SECONDS", "from 3 to"),
        ({"NUMBERKEEP_HISTORY_DAYS": "-1"}, "HISTORY_DAYS", "from 0 to"),
        ({"NUMBERKEEP_WEBHOOK_RETRY_DAYS": "0"}, "WEBHOOK_RETRY_DAYS", "from 1 to"),
        ({"NUMBERKEEP_SIGNING_SECRET": "s\u00e9cret"}, "SIGNING_SECRET", "printable ASCII"),
        ({"NUMBERKEEP_SIGNING_SECRET": " ours"}, "SIGNING_SECRET", "printable ASCII"),
        (WEBHOOK | {"NUMBERKEEP_SENDER_SECRET": "a\nb"}, "SENDER_SECRET", "printable ASCII"),
        (SENDBLUE | {"NUMBERKEEP_SENDBLUE_API_SECRET": "s\u00e9cret"}, "SENDBLUE_API_SECRET", "printable ASCII"),
        (TWILIO | {"NUMBERKEEP_LINE": "call me"}, "LINE", "E.164 form, for example"),
        (TWILIO | {"NUMBERKEEP_LINE": "(415) 555-0100"}, "LINE", "E.164 form, for example"),
        (SENDBLUE | {"NUMBERKEEP_LINE": "+1"}, "LINE", "or a short code"),
        (SENDBLUE | {"NUMBERKEEP_LINE": "123456789"}, "LINE", "or a short code"),
        (TWILIO | {"NUMBERKEEP_TWILIO_AUTH_TOKEN": "a\tb"}, "TWILIO_AUTH_TOKEN", "printable ASCII"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(given: dict[str, str], names: str, says: str) -> None:
    """ConfigError names the setting and what it must be, and repeats no secret."""
    with pytest.raises(ConfigError, match=f"^NUMBERKEEP_{names} must be .*{says}") as refused:
        load_settings(environ=given)
    for name, value in given.items():
        assert "SECRET" not in name or value not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "line"), [("+1 (415) 555-0100", "+14155550100"), ("+14155550100", "+14155550100"), ("72345", "72345")]
)
def test_the_line_to_send_from_is_e164_or_a_short_code(given: str, line: str) -> None:
    """In any spelling, so that carriers accept it."""
    sender = load_settings(environ=TWILIO | {"NUMBERKEEP_LINE": given}).sender
    assert isinstance(sender, TwilioSettings)
    assert sender.line == line


@pytest.mark.parametrize("text", ["127.0.0.1/8", "localhost", "10.0.0.0/8;127.0.0.0/8", "10.0.0.0/33"])
def test_invalid_networks_are_an_error(text: str) -> None:
    """The error says what is wrong, and shows the form."""
    with pytest.raises(
        ConfigError, match=r"^NUMBERKEEP_ALLOWED_NETWORKS .* such as 127\.0\.0\.0/8,10\.1\.0\.0/16 \(.+\)"
    ):
        load_settings(environ={"NUMBERKEEP_ALLOWED_NETWORKS": text})


@pytest.mark.parametrize(
    ("sender", "needs"),
    [
        (WEBHOOK, ["NUMBERKEEP_SENDER_URL"]),
        (SENDBLUE, ["NUMBERKEEP_SENDBLUE_API_KEY", "NUMBERKEEP_SENDBLUE_API_SECRET"]),
        (TWILIO, ["NUMBERKEEP_TWILIO_ACCOUNT_SID", "NUMBERKEEP_TWILIO_AUTH_TOKEN"]),
    ],
)
def test_a_sender_needs_its_settings(sender: dict[str, str], needs: list[str]) -> None:
    """A missing or empty setting is an error at the start, not at the first message."""
    for name in needs:
        for without in ({}, {name: ""}):
            environ = {key: value for key, value in sender.items() if key != name} | without
            with pytest.raises(ConfigError, match=f"^NUMBERKEEP_SENDER={sender['NUMBERKEEP_SENDER']} needs {name}$"):
                load_settings(environ=environ)


TO_POST = {"NUMBERKEEP_SENDER_URL": "http://other:1", "NUMBERKEEP_SENDER_SECRET": "sender-hunter"}


@pytest.mark.parametrize(
    ("given", "names", "sender", "others"),
    [
        (TO_POST, "NUMBERKEEP_SENDER_URL, NUMBERKEEP_SENDER_SECRET", "log", "webhook or sendblue or twilio"),
        (SENDBLUE | {"NUMBERKEEP_SENDER": ""}, ", ".join(list(SENDBLUE)[1:]), "log", "sendblue"),
        (SENDBLUE | {"NUMBERKEEP_SENDER": "twilio"} | TWILIO, ", ".join(list(SENDBLUE)[1:]), "twilio", "sendblue"),
        (TWILIO | {"NUMBERKEEP_SENDER": "log"}, "NUMBERKEEP_TWILIO_ACCOUNT_SID", "log", "twilio"),
        ({"NUMBERKEEP_LINE": LINE}, "NUMBERKEEP_LINE", "log", "sendblue or twilio"),
        (WEBHOOK | {"NUMBERKEEP_LINE": LINE}, "NUMBERKEEP_LINE", "webhook", "sendblue or twilio"),
        (SENDBLUE | TO_POST, "NUMBERKEEP_SENDER_SECRET", "sendblue", "webhook"),
    ],
)
def test_settings_that_the_sender_does_not_use_are_warned_about(
    given: dict[str, str], names: str, sender: str, others: str
) -> None:
    """Otherwise an operator who forgets to choose the sender waits for messages; no value is repeated."""
    assert sender_warning(given) == f"NUMBERKEEP_SENDER={sender} does not use {names}; choose {others} to use it."


@pytest.mark.parametrize(
    "given",
    [{}, WEBHOOK | TO_POST, SENDBLUE, TWILIO, {"NUMBERKEEP_TWILIO_AUTH_TOKEN": "t", "NUMBERKEEP_LINE": ""}],
)
def test_settings_in_use_are_not_warned_about(given: dict[str, str]) -> None:
    """Twilio's token is also for incoming messages."""
    assert sender_warning(given) == ""


@pytest.mark.parametrize("name", ["NUMBERKEEP_SENDER_URL", "NUMBERKEEP_PUBLIC_URL"])
@pytest.mark.parametrize(
    "url",
    [
        "example.com",
        "example.com:8080/in",
        "ftp://ada:hunter2@example.com",
        "file:///etc/passwd",
        "https:example.com",
        "https://",
        "https:///in",
        "https://:443/in",
        "https://example.com:99999",
        "https://example.com:port",
        "https://[::1",
        "https://example.com/a b",
        "https://ex\u00e4mple.com",
        " https://example.com",
        "https://example.com\n",
    ],
)
@pytest.mark.parametrize("sender", [WEBHOOK, SENDBLUE, TWILIO], ids=["webhook", "sendblue", "twilio"])
def test_an_invalid_url_is_refused_at_the_start(name: str, url: str, sender: dict[str, str]) -> None:
    """Not when the first message is due; and the error does not repeat it, because it may contain a password."""
    with pytest.raises(ConfigError, match=f"^{name} must be a URL that begins with http:// or https://") as refused:
        load_settings(environ=sender | {name: url})
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_settings_show_no_secret() -> None:
    """Their repr contains no secret: of the first key, a sender, a carrier or a database."""
    secrets = {
        "NUMBERKEEP_API_SECRET": "first-hunter",
        "NUMBERKEEP_SIGNING_SECRET": "signing-hunter",
        "NUMBERKEEP_SENDER_SECRET": "sender-hunter",
        "NUMBERKEEP_SENDBLUE_API_SECRET": "sendblue-hunter",
        "NUMBERKEEP_TWILIO_AUTH_TOKEN": "twilio-hunter",
        "NUMBERKEEP_DATABASE": "postgresql://ada:database-hunter@db/contacts",
    }
    for sender in (WEBHOOK, SENDBLUE, TWILIO):
        settings = load_settings(environ=sender | secrets | {"NUMBERKEEP_API_KEY": "key"})
        assert settings.first_key == KeyPair("key", "first-hunter")
        assert "hunter" not in repr(settings)
        assert "hunter" not in repr(replace(settings, log="debug"))


def test_a_remote_service_is_named_by_the_client_s_variables() -> None:
    """All three; the error names missing ones. The repr does not show the secret."""
    environ = {
        "SENDBLUE_API_BASE_URL": "http://127.0.0.1:8181/",
        "SENDBLUE_API_API_KEY": "key",
        "SENDBLUE_API_API_SECRET": "remote-hunter",
    }
    remote = load_remote(environ)
    assert remote == Remote("http://127.0.0.1:8181", KeyPair("key", "remote-hunter"))
    assert "hunter" not in repr(remote)
    with pytest.raises(
        ConfigError, match=r"^set SENDBLUE_API_BASE_URL, SENDBLUE_API_API_SECRET: eval .*numberkeep env"
    ):
        load_remote({"SENDBLUE_API_API_KEY": "key", "SENDBLUE_API_API_SECRET": ""})
