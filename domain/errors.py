"""The expected failures, each one line for a person and an exit code for a machine.

    WhylostError                     1   one line: what, where, what to do
    |-- SettingsError                1   whylost.toml or an environment variable is wrong
    |-- InputError                   1   a given file, line or value can't be read
    |-- StoreError                   1   the database can't be opened, read or written
    |   |-- SchemaError              1   its tables are older or newer than this program
    |   |-- KeyMismatch              1   it was written with another key file
    |   `-- Outdated                 1   what a person saw is no longer what is stored
    |-- SourceError                  -   one source failed; the run goes on with the others
    |   |-- Unreachable              -   no answer: name not found, refused, timed out
    |   |-- Refused                  -   the source said no for good (401, 403, 404, 410, 451)
    |   |   `-- Gone                 -   what was asked for is not there (404, 410)
    |   |-- Throttled                -   the source asks for a longer pause than the budget has
    |   |-- BadAnswer                -   the answer is not what the source's documentation says
    |   `-- BudgetSpent              -   the run's limit of requests, bytes, time or money is met
    |-- ModelError                   1   the model file is missing, damaged or of another version
    |-- PartlyDone                   3   some source or line failed, the rest is kept
    `-- LockHeld                    75   another run is going

Anything else that is raised is a bug and keeps its traceback.
"""

from __future__ import annotations


class WhylostError(Exception):
    """An expected failure.

    `what` names the thing that failed and where; `fix` says what the reader can do about it.
    """

    exit_code = 1

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what} {self.fix}".rstrip()


class SettingsError(WhylostError):
    """A setting is missing, misspelt or out of range."""


class InputError(WhylostError):
    """A file, a line or a value that was given can't be read."""


class StoreError(WhylostError):
    """The database can't be opened, read or written."""


class SchemaError(StoreError):
    """The database's tables don't fit this version of the program."""


class KeyMismatch(StoreError):
    """The database was written with another key file: its hashes would not match ours."""


class Outdated(StoreError):
    """What a person decided about has changed since he saw it: nothing was written."""


class SourceError(WhylostError):
    """One source could not be read to its end; what was read before is kept.

    `served` is False where it is certain that the service gave nothing: then nothing is to be paid.
    """

    served = True


class Unreachable(SourceError):
    """No answer came."""


class Refused(SourceError):
    """The source answered no, and asking again would not help.

    `status` is HTTP's, `word` the service's own name for the reason, where it gives one.
    """

    served = False

    def __init__(self, what: str, fix: str = "", *, status: int = 0, word: str = "") -> None:
        super().__init__(what, fix)
        self.status = status
        self.word = word


class Gone(Refused):
    """What was asked for is not there, or no longer."""


class Throttled(SourceError):
    """The source asks us to wait longer than this run may."""

    served = False

    def __init__(self, what: str, fix: str = "", *, wait_seconds: float) -> None:
        super().__init__(what, fix)
        self.wait_seconds = wait_seconds


class BadAnswer(SourceError):
    """The answer can't be decoded as the source's documentation describes it."""


class BudgetSpent(SourceError):
    """The run's own limit of requests, bytes, seconds or money is reached; the next run goes on."""


class ModelError(WhylostError):
    """The model file is missing, damaged, or made for another version of the program."""


class PartlyDone(WhylostError):
    """Some of the work failed; the rest is kept."""

    exit_code = 3


class LockHeld(WhylostError):
    """Another run holds the lock."""

    exit_code = 75
