"""Settings: an option beats the environment, the environment the config file, and that the default."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UsageError
from assistant.settings import Settings, load_settings

NAMES = ("writer", "embedder", "reranker", "store_url")


def config(home: Path, text: str | bytes) -> None:
    (home / "config.toml").write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize("name", NAMES)
def test_an_option_beats_the_environment_beats_the_file_beats_the_default(tmp_path: Path, name: str) -> None:
    variable = f"PINWRIGHT_{name.upper()}"
    options = {"home": tmp_path, name: "from-option"}
    default = getattr(Settings(home=tmp_path), name)
    assert getattr(load_settings({"home": tmp_path}, {}), name) == default
    config(tmp_path, f'{name} = "from-file"')
    assert getattr(load_settings({"home": tmp_path}, {}), name) == "from-file"
    assert getattr(load_settings({"home": tmp_path}, {variable: "from-environment"}), name) == "from-environment"
    assert getattr(load_settings(options, {variable: "from-environment"}), name) == "from-option"


def test_threads_are_found_in_the_same_order(tmp_path: Path) -> None:
    config(tmp_path, "threads = 3")
    assert load_settings({"home": tmp_path}, {}).threads == 3
    assert load_settings({"home": tmp_path}, {"PINWRIGHT_THREADS": "4"}).threads == 4
    assert load_settings({"home": tmp_path, "threads": 5}, {"PINWRIGHT_THREADS": "4"}).threads == 5
    assert load_settings({"home": tmp_path, "threads": 0}, {"PINWRIGHT_THREADS": "4"}).threads == 0


def test_an_option_that_was_not_given_and_an_empty_variable_say_nothing(tmp_path: Path) -> None:
    config(tmp_path, 'writer = "from-file"')
    assert load_settings({"home": tmp_path, "writer": None}, {"PINWRIGHT_WRITER": ""}).writer == "from-file"


def test_the_home_is_an_option_a_variable_or_the_users_folder(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert load_settings({"home": one}, {"PINWRIGHT_HOME": str(two)}).home == one
    assert load_settings({}, {"PINWRIGHT_HOME": str(two)}).home == two
    assert load_settings({}, {}).home.name == "pinwright"


def test_the_home_is_absolute_and_knows_the_users_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert load_settings({"home": "~/here"}, {}).home == tmp_path / "here"
    assert load_settings({"home": "there"}, {}).home == tmp_path / "there"


def test_the_config_file_is_that_of_the_home_that_was_chosen(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        config(tmp_path / name, f'writer = "of {name}"')
    assert load_settings({"home": tmp_path / "two"}, {"PINWRIGHT_HOME": str(tmp_path / "one")}).writer == "of two"


def test_models_and_store_lie_in_the_home(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert settings.models_folder.parent == settings.store_folder.parent == tmp_path
    assert settings.models_folder != settings.store_folder


def test_no_threads_means_one_a_core_that_may_be_used(tmp_path: Path) -> None:
    assert Settings(home=tmp_path, threads=7).worker_threads == 7
    assert 1 <= Settings(home=tmp_path).worker_threads <= (os.cpu_count() or 1)


@pytest.mark.parametrize("value", ["-1", "1025", "many", "1.5", "", "0x2", "1e2"])
def test_a_number_of_threads_that_is_none_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(UsageError, match=r"threads must be a number from 0 to 1024") as caught:
        load_settings({"home": tmp_path, "threads": value}, {})
    assert caught.value.hint


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"writer = ", "not valid TOML"),
        (b"\xff\xfe\x00", "not valid TOML"),
        (b'writer = "a"\nwriter = "b"', "not valid TOML"),
        (b'writr = "a"', "unknown setting: writr"),
        (b'home = "/elsewhere"', "unknown setting: home"),
        (b"[writer]\nname = 1\n[other]", "unknown setting: other"),
    ],
)
def test_a_config_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes, problem: str) -> None:
    config(tmp_path, content)
    with pytest.raises(UsageError, match=problem) as caught:
        load_settings({"home": tmp_path}, {})
    assert str(tmp_path / "config.toml") in str(caught.value)
    assert caught.value.hint


@given(st.binary(max_size=60))
def test_whatever_is_in_the_config_file_ends_in_settings_or_a_usage_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    home = tmp_path_factory.getbasetemp() / "any-config"
    home.mkdir(exist_ok=True)
    config(home, content)
    try:
        assert load_settings({"home": home}, {}).home == home
    except UsageError as error:
        assert str(home / "config.toml") in str(error)
