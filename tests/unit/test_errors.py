"""Errors: each that a user may meet is a sentence, a hint and an exit code; a defect is seen whole."""

from __future__ import annotations

import errno
import re
import subprocess
import sys

import pytest

from assistant import errors
from assistant.errors import ExitCode, PinwrightError, UnknownIdError, defect, describe
from prompts.errors import PromptError
from store import errors as store_errors
from store.errors import StoreError

SENTENCE = re.compile(r"[A-Z].*[.!?]", re.DOTALL)


def all_kinds(base: type[Exception]) -> list[type[Exception]]:
    return [base, *(deeper for kind in base.__subclasses__() for deeper in all_kinds(kind))]


def test_the_exit_codes_are_what_scripts_rely_on() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "PARTIAL": 1,
        "USAGE": 2,
        "MISSING": 3,
        "ENGINE": 4,
        "POLICY": 5,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.UsageError, 2),
        (errors.InputError, 2),
        (errors.UnknownIdError, 2),
        (errors.MissingError, 3),
        (errors.ModelError, 4),
        (errors.EngineError, 4),
    ],
)
def test_an_error_keeps_its_message_its_hint_and_its_exit_code(kind: type[PinwrightError], code: int) -> None:
    assert describe(kind("The lamp is broken.", hint="Mend it.")) == ("The lamp is broken.", "Mend it.", code)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (store_errors.StoreError, 4),
        (store_errors.StoreUsageError, 2),
        (store_errors.StoreMissingError, 3),
        (store_errors.StoreBusyError, 2),
        (store_errors.StoreVersionError, 2),
        (store_errors.StoreUnreachableError, 4),
        (store_errors.StoreDamagedError, 4),
    ],
)
def test_an_error_of_the_store_is_translated(kind: type[StoreError], code: int) -> None:
    assert describe(kind("The store is broken.", hint="Mend it.")) == ("The store is broken.", "Mend it.", code)


@pytest.mark.parametrize("kind", all_kinds(PinwrightError) + all_kinds(StoreError))
def test_no_error_of_the_program_is_taken_for_a_defect(kind: type[Exception]) -> None:
    described = describe(kind("Something is wrong."))
    assert described and described[2] in ExitCode and described[2] is not ExitCode.OK


def test_a_prompt_that_is_broken_says_what_to_restore() -> None:
    described = describe(PromptError("Prompt write is missing."))
    assert described and described[0] == "Prompt write is missing." and "prompts" in described[1]
    assert described[2] is ExitCode.USAGE


def test_an_interrupt_ends_with_130() -> None:
    described = describe(KeyboardInterrupt())
    assert described and described[0] == "Interrupted." and described[1] and described[2] == 130


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "No space left"),
        (errno.EDQUOT, "No space left"),
        (errno.EACCES, "Not allowed"),
        (errno.EPERM, "Not allowed"),
        (errno.EROFS, "Not allowed"),
    ],
)
def test_a_full_disk_or_a_closed_door_is_told_with_the_place_and_what_to_do(code: int, words: str) -> None:
    described = describe(OSError(code, "raw words", "/home/x/config.toml"))
    assert described
    message, hint, exit_code = described
    assert message.startswith(words) and "/home/x/config.toml" in message and SENTENCE.fullmatch(message)
    assert hint
    assert exit_code in (ExitCode.USAGE, ExitCode.ENGINE)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EIO, "Input/output error", "/data/feed.csv"),
        FileNotFoundError(errno.ENOENT, "No such file or directory", "/data/feed.csv"),
        IsADirectoryError(errno.EISDIR, "Is a directory", "/data/feed.csv"),
    ],
)
def test_any_other_error_of_the_system_is_a_sentence_with_the_place(error: OSError) -> None:
    described = describe(error)
    assert described and SENTENCE.fullmatch(described[0]) and "/data/feed.csv" in described[0]
    assert described[0].startswith(str(error.strerror)) and described[2] is not ExitCode.OK


def test_an_error_of_the_system_without_a_number_keeps_its_words() -> None:
    described = describe(OSError("the cable is loose"))
    assert described and "the cable is loose" in described[0]


@pytest.mark.parametrize("defect", [ValueError("x"), KeyError("x"), RuntimeError("x"), AssertionError()])
def test_a_defect_is_not_described(defect: Exception) -> None:
    assert describe(defect) is None


def test_an_unknown_id_suggests_the_nearest_or_where_to_look() -> None:
    assert UnknownIdError.of("pin", "P1", ["P10", "P11"]).hint == "Did you mean P10 or P11?"
    nothing = UnknownIdError.of("pin", "P1", [])
    assert "P1" in str(nothing) and "pinwright" in nothing.hint


def test_a_defect_is_told_with_its_kind_and_its_place() -> None:
    try:
        {}["lamp"]
    except KeyError as error:
        told = defect(error)
    assert re.match(r"A defect of the program: KeyError in test_errors\.py, line \d+\. Please report it", told)
    assert SENTENCE.fullmatch(told) and "PYTHONDEVMODE=1" in told


@pytest.mark.parametrize("error", [errors.UsageError("No."), StoreError("No."), OSError(errno.ENOSPC, "full")])
def test_what_is_no_defect_is_raised_again(error: Exception) -> None:
    with pytest.raises(type(error)):
        defect(error)


def test_in_development_mode_a_defect_is_seen_whole() -> None:
    code = "from assistant.errors import defect; defect(KeyError('lamp'))"
    ended = subprocess.run([sys.executable, "-X", "dev", "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 1 and "Traceback" in ended.stderr and "KeyError: 'lamp'" in ended.stderr
