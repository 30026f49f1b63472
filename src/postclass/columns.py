"""Records of any source in, postings out: which column is the title, the description, the id and the company."""

import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from postclass.errors import InputError, RecordError
from postclass.posting import About, Posting

FIELDS = ("title", "description", "id", "company")
ABOUT_FIELDS = ("department", "seniority")  # found and read only where an audit asks for them

# The usual names, best first, as `plain_name` spells them. schema.org: title, description, identifier,
# hiringOrganization; JobSpy: title, description, id, company; Greenhouse: title, content, id, company_name;
# Ashby: title, descriptionHtml, descriptionPlain, id; Workable: title, description, shortcode; the others are common in
# published data sets.
USUAL_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "jobtitle", "positiontitle", "postingtitle", "position"),
    "description": (
        "description",
        "jobdescription",
        "fulldescription",
        "descriptionhtml",
        "descriptionplain",
        "descriptiontext",
        "content",
        "text",
    ),
    "id": ("id", "jobid", "postingid", "identifier", "identifiervalue", "shortcode", "requisitionid"),
    "company": ("company", "companyname", "hiringorganization", "hiringorganizationname", "employer", "employername"),
    # Greenhouse: departments; Ashby: department; Lever: categories; JobSpy: job_level; LinkedIn: seniority level
    "department": ("department", "departments", "departmentname", "categories", "team", "jobfunction"),
    "seniority": ("joblevel", "senioritylevel", "seniority", "formattedexperiencelevel", "experiencelevel"),
}
_NAMED = ("department", "team", "name")  # of a department that is an object, best first

# Lever calls the title `text` and spreads the description over an introduction, lists and a closing.
_LEVER_TITLE = "text"
_LEVER_MARKS = frozenset({"descriptionplain", "lists", "hostedurl"})
_LEVER_EMPLOYERS_MARKS = frozenset({"content", "categories"})  # its API for employers has an object `content`
_LEVER_CONTENT = frozenset({"descriptionHtml", "lists", "closingHtml"})
LEVER_LISTS = "lists"
_LEVER_PARTS = frozenset({LEVER_LISTS, "description", "descriptionPlain", "additional", "additionalPlain"})

# Records of one source repeat their keys; forget the answers when keys are made to differ without end.
_REMEMBERED_KEYS = 1000
TOO_DEEP = "the JSON is nested too deeply"
_NAMES_SHOWN = 20  # columns listed in a message: enough to see the mistake, short enough to read


@dataclass(frozen=True, slots=True)
class Record:
    """One record as its format gave it: its values by column, and where it stands in the input."""

    values: Mapping[str, object]
    where: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that its format could not give: why, and where it stands in the input."""

    reason: str
    where: str


def is_text(text: str) -> bool:
    """Whether a string is text through and through: no lone surrogates, which stand for bytes that are not text."""
    if text.isascii():
        return True
    try:
        text.encode()  # five times as fast as a search (3 KB of German)
    except UnicodeEncodeError:
        return False
    return True


def plain_name(name: str) -> str:
    """A column's name in, the same without case, spaces and punctuation out: `Job_Title` is `jobtitle`."""
    return "".join(filter(str.isalnum, name.casefold()))


class Columns:
    """Finds the columns of postings by their usual names, or by the names the user gave.

    `given` maps a field (`title`, `description`, `id`, `company`) to the column the user named for it. With `about`
    postings say their department and seniority too; readers then give records one by one.
    """

    def __init__(self, given: Mapping[str, str | None] | None = None, *, about: bool = False) -> None:
        self.about = about
        self._fields = (*FIELDS, *ABOUT_FIELDS) if about else FIELDS
        self._given = {field: name for field, name in (given or {}).items() if name is not None}
        self._known: dict[tuple[str, ...], dict[str, list[str]]] = {}

    def find(self, names: Iterable[str]) -> dict[str, list[str]]:
        """Column names in, the columns that may hold each field out, best first (at most one if named by the user)."""
        key = tuple(names)
        if key not in self._known:
            if len(self._known) >= _REMEMBERED_KEYS:
                self._known.clear()
            self._known[key] = {field: self._candidates(field, key) for field in self._fields}
        return self._known[key]

    def hints(self) -> tuple[str, ...]:
        """What a person should know of the columns taken so far: which else could have been meant, which is missing."""
        hints = {}
        for names, found in self._known.items():
            titles = [repr(name) for name in found["title"]]
            if len(titles) > 1:
                others = ", ".join(titles[1:])
                hints["several"] = (
                    f"titles were taken from column {titles[0]}; {others} could hold them too: choose with --title-col"
                )
            elif not titles:
                shown = ", ".join(repr(name) for name in names[:_NAMES_SHOWN])
                hints["none"] = f"no column of titles was found among {shown}; name it with --title-col"
        return tuple(hints.values())

    def missing(self, names: Iterable[str]) -> list[str]:
        """Column names in, the fields out that are needed and not among them: the description and what was named."""
        found = self.find(names)
        return [
            field for field in self._fields if not found[field] and (field == "description" or field in self._given)
        ]

    def require(self, names: Iterable[str], *, source: str) -> None:
        """Raise `InputError` naming the columns found and the flag to give if a needed column is missing."""
        columns = list(dict.fromkeys(names))
        for field in self.missing(columns):
            shown = ", ".join(repr(name) for name in columns[:_NAMES_SHOWN]) or "none"
            more = f" and {len(columns) - _NAMES_SHOWN} more" if len(columns) > _NAMES_SHOWN else ""
            what = f"no column {self._given[field]!r}" if field in self._given else f"no {field} column"
            raise InputError(f"{source}: {what}; columns found: {shown}{more}. Name one with --{field}-col.")

    def used(self, names: Iterable[str]) -> list[str]:
        """Column names in, those out that a posting is made of, in their order; the others need not be read."""
        columns = list(names)
        wanted = {name for found in self.find(columns).values() for name in found}
        if LEVER_LISTS in columns and "description" not in self._given:
            wanted |= _LEVER_PARTS
        return [name for name in columns if name in wanted]

    def posting(self, record: Record, *, row: int) -> Posting:
        """A record in, its posting out; a missing or null description is an empty text.

        Raises `RecordError` if a value can't be text.
        """
        values, found = record.values, self.find(record.values)
        fields = {
            field: as_text(values[names[0]]) if names else None
            for field, names in found.items()
            if field in FIELDS and field != "description"
        }
        description = self._description(values, found["description"])
        for field, text in {**fields, "description": description}.items():
            if text is not None and not is_text(text):
                raise RecordError(f"the {field} holds bytes that are not text")
        return Posting(
            description=description,
            title=fields["title"],
            company=fields["company"],
            id=fields["id"],
            row=row,
            about=self._about(values, found) if self.about else About(),
        )

    def _about(self, values: Mapping[str, object], found: Mapping[str, list[str]]) -> About:
        """What an audit wants to know besides; a value that is no text is none."""
        told = {field: _named(values[found[field][0]]) if found[field] else None for field in ABOUT_FIELDS}
        texts = {field: text if text and is_text(text) else None for field, text in told.items()}
        return About(department=texts["department"], seniority=texts["seniority"])

    def _candidates(self, field: str, names: tuple[str, ...]) -> list[str]:
        if field in self._given:
            wanted = self._given[field]
            folded = [name for name in names if name.casefold() == wanted.casefold()]
            return [wanted] if wanted in names else folded[:1]
        plain: dict[str, str] = {}
        for name in names:
            plain.setdefault(plain_name(name), name)
        usual = USUAL_NAMES[field]
        if _LEVER_TITLE in plain and (_LEVER_MARKS & plain.keys() or plain.keys() >= _LEVER_EMPLOYERS_MARKS):
            others = tuple(name for name in usual if name != _LEVER_TITLE)
            usual = (*others, _LEVER_TITLE) if field == "title" else others
        return [plain[name] for name in usual if name in plain]

    def _description(self, values: Mapping[str, object], names: list[str]) -> str:
        if "description" not in self._given and isinstance(values.get(LEVER_LISTS), list):
            return _lever_description(values)
        for name in names:
            value = values[name]
            if isinstance(value, dict):
                if not _LEVER_CONTENT & value.keys():
                    raise RecordError("the description is an object, not text")
                return _lever_description(value)
            text = "\n".join(filter(None, map(as_text, value))) if isinstance(value, list) else as_text(value)
            if text and not text.isspace():
                return text
        return (as_text(values[names[0]]) if names else None) or ""


def _named(value: object) -> str | None:
    """A department or seniority in, its name out; of several the first."""
    while isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        return next((str(value[key]) for key in _NAMED if isinstance(value.get(key), str)), None)
    return as_text(value)


def as_text(value: object) -> str | None:
    """A value in, the text out that stood in the input; of an organisation its name, of an identifier its value."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict):
        for key in ("value", "name"):
            if isinstance(value.get(key), str):
                return str(value[key])
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, bool | dict | list):
        try:
            return json.dumps(value, ensure_ascii=False, default=str)
        except RecursionError as error:
            raise RecordError(TOO_DEEP) from error
    return str(value)


def _lever_description(values: Mapping[str, object]) -> str:
    """A Lever posting, or its `content`, in, one HTML text out: introduction, headed lists, closing."""
    parts = [_html(values, ("descriptionHtml", "description"), "descriptionPlain")]
    lists = values.get(LEVER_LISTS)
    for item in lists if isinstance(lists, list) else []:
        if isinstance(item, dict):
            parts.append(f"<h3>{html.escape(as_text(item.get('text')) or '')}</h3>")
            parts.append(f"<ul>{as_text(item.get('content')) or ''}</ul>")
    parts.append(_html(values, ("closingHtml", "additional", "closing"), "additionalPlain"))
    return "\n".join(filter(None, parts))


def _html(values: Mapping[str, object], marked_up: tuple[str, ...], plain: str) -> str:
    told = next(filter(None, (as_text(values.get(name)) for name in marked_up)), None)
    return told or html.escape(as_text(values.get(plain)) or "").replace("\n", "<br>\n")
