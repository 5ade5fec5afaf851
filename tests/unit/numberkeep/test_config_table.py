"""The table of settings: parsing, flags and warnings follow from it."""

import pytest

from numberkeep.cli.serve import serve
from numberkeep.config.settings import load_settings, setting_warnings
from numberkeep.config.table import SETTINGS, Setting
from numberkeep.config.values import ConfigError


def test_every_setting_is_named_once() -> None:
    """Each has its own variable and a help text; each flag has a metavar."""
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        assert setting.name.startswith("NUMBERKEEP_")
        assert setting.help.endswith(".")
        assert bool(setting.flag) == bool(setting.metavar)


def test_the_flags_of_serve_are_those_of_the_table() -> None:
    """With the same variables and defaults; those for tests have no variable."""
    options = {each.opts[0]: (each.envvar, each.default) for each in serve.params}
    for flag in ("--test", "--seed", "--stop-on-eof"):
        assert options.pop(flag)[0] is None
    assert options == {each.flag: (each.name, each.default) for each in SETTINGS if each.flag}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_read(setting: Setting[object]) -> None:
    """A value that no setting accepts is an error that names the setting; a secret is not repeated."""
    value = "hunter\u00e9\udcff"
    needs = {"NUMBERKEEP_SENDER": setting.senders[0]} if setting.senders else {}
    if setting.name == "NUMBERKEEP_SENDER_SECRET":
        needs["NUMBERKEEP_SENDER_URL"] = "https://example.com/"
    if setting.name == "NUMBERKEEP_SENDBLUE_API_SECRET":
        needs["NUMBERKEEP_SENDBLUE_API_KEY"] = "key"
    with pytest.raises(ConfigError, match=f"^{setting.name} is not valid UTF-8"):
        load_settings(environ=needs | {setting.name: value})
    if setting.secret and setting.name != "NUMBERKEEP_DATABASE":
        with pytest.raises(ConfigError, match=f"^{setting.name} must be ") as refused:
            load_settings(environ=needs | {setting.name: value[:-1]})
        assert "hunter" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("NUMBERKEEP_PROT", "NUMBERKEEP_PORT"),
        ("NUMBERKEEP_LOG_LEVEL", "NUMBERKEEP_LOG"),
        ("NUMBERKEEP_APIKEY", "NUMBERKEEP_API_KEY"),
        ("NUMBERKEEP_WORKER", "NUMBERKEEP_WORKERS"),
    ],
)
def test_an_unknown_variable_has_the_nearest_name(name: str, nearest: str) -> None:
    """Whatever its value is."""
    for value in ("hunter2", ""):
        assert setting_warnings({name: value}) == [f"{name} is not a setting; did you mean {nearest}?"]


def test_known_and_other_variables_are_not_warned_about() -> None:
    """Only names with our prefix count."""
    assert setting_warnings([*(setting.name for setting in SETTINGS), "PORT", "NUMBERKEEPER", "numberkeep_port"]) == []
