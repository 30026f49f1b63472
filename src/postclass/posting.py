"""What goes in: a job posting as it was given, or a record that could not be read as one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a posting besides, which no verdict looks at but an audit tells or sorts by."""

    department: str | None = None
    seniority: str | None = None  # as a job board gave it, such as "Mid-Senior level"
    path: str | None = None  # of the file it stands in
    line: int | None = None  # of its title, where the file is its own
    ignored: frozenset[str] = frozenset()  # kinds of finding that its file says to set aside


@dataclass(frozen=True, slots=True)
class Posting:
    """A job posting as given; `row` is its 1-based record number in its input."""

    description: str
    title: str | None = None
    company: str | None = None
    id: str | None = None
    row: int = 1
    about: About = About()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that can't be read: which one, why, and where it stands (a line number, a column, a byte)."""

    row: int
    reason: str
    where: str
