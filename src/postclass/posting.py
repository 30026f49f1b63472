"""What goes in: a job posting as it was given, or a record that could not be read as one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Posting:
    """A job posting as given; `row` is its 1-based record number in its input."""

    description: str
    title: str | None = None
    company: str | None = None
    id: str | None = None
    row: int = 1


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that can't be read: which one, why, and where it stands (a line number, a column, a byte)."""

    row: int
    reason: str
    where: str
