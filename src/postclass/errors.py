"""Everything that can go wrong, in one place: each error says what, where and what to do, and carries its exit code."""

EXIT_DONE = 0
EXIT_FINDINGS = 1  # done, with rejections or --fail-on findings
EXIT_USAGE = 2  # usage, bad header, missing or unreadable input or model
EXIT_IO = 5  # disk full, I/O error
EXIT_INTERRUPTED = 130  # Ctrl-C
EXIT_BROKEN_PIPE = 141
EXIT_TERMINATED = 143  # SIGTERM


class PostclassError(Exception):
    """The only kind of exception that leaves a door of postclass; its message is one line for the user."""

    exit_code = EXIT_USAGE


class InputError(PostclassError):
    """An input that is missing, unreadable, of an unknown format or without the columns that are needed."""


class RecordError(PostclassError):
    """One record that can't be read; sources turn it into a `Rejection` and go on."""


class OutputError(PostclassError):
    """An output that may not or can't be written as asked (it exists, or it is the input)."""


class StorageError(PostclassError):
    """The disk said no while writing: full, or an I/O error."""

    exit_code = EXIT_IO


class ModelError(PostclassError):
    """A model that is missing, tampered with, cut, or of a format this version does not know."""


class TrainingError(PostclassError):
    """Postings and labels from which no model can be trained."""


class EngineError(PostclassError):
    """The processes or machines that do the work are out of reach or can't work."""

    exit_code = EXIT_IO
