"""Where personal signals may go."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import ExitCode, PrivacyError
from assistant.privacy.remote import require_allowed
from assistant.settings import Settings, load_settings


@pytest.mark.parametrize(
    ("writer", "personal_to"),
    [
        ("qwen2.5-coder-1.5b", ""),
        ("scripted", ""),
        ("openai:http://127.0.0.1:8000/v1", ""),
        ("openai:http://localhost:8000/v1#m", ""),
        ("openai:http://[::1]:8000/v1", ""),
        ("openai:https://gpu.example:8000/v1", "gpu.example"),
        ("openai:https://GPU.example:8000/v1", "other.example, gpu.example:8000"),
    ],
)
def test_this_machine_and_a_host_that_is_named_may_have_signals(writer: str, personal_to: str) -> None:
    require_allowed(Settings(Path("home"), writer=writer, personal_to=personal_to))


@pytest.mark.parametrize("personal_to", ["", "example", "gpu.example.org", "gpu.example:9000", "*"])
def test_no_other_may(personal_to: str) -> None:
    with pytest.raises(PrivacyError, match=r"gpu\.example:8000") as caught:
        require_allowed(Settings(Path("home"), writer="openai:https://gpu.example:8000/v1", personal_to=personal_to))
    assert caught.value.exit_code is ExitCode.POLICY and "PINWRIGHT_PERSONAL_TO" in caught.value.hint


def test_the_setting_comes_from_the_environment_or_the_config(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('personal_to = "a.example"\n')
    assert load_settings({"home": tmp_path}, {}).personal_to == "a.example"
    assert load_settings({"home": tmp_path}, {"PINWRIGHT_PERSONAL_TO": "b.example"}).personal_to == "b.example"
