"""Keys in, what a person sees and has said out: the terminal's view of marking, without the terminal.

Capitals (with Shift) are commands and small letters are traits, so that no key means two things.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase

from postclass.labelling.marks import Answer, Marks
from postclass.labelling.sheet import Sheet
from postclass.labelling.suggestion import Suggestion
from postclass.labels import Gold
from postclass.traits import Trait

LEVEL_KEYS: dict[str, Gold] = {"D": "director", "P": "pm", "N": "neither"}
HELP = (
    "With Shift: D director  P PM  N neither  C clear or lean  O next open  U undo  T title  S suggestions  Q leave.  "
    "Without: a-u trait at the line  Up Down line  0-9 to a line  Right Left posting"
)
UNSAVED = "marked, and not saved yet: a label needs its level (Shift with D, P or N)"
_TO_POSTING = frozenset({"right", "left", "O"})


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at: a posting, a line of it (from 1), and what is shown besides."""

    place: int
    line: int = 1
    title: bool = False
    suggestions: bool = False


class Desk:
    """A person at work. `suggest` is asked only when suggestions are."""

    def __init__(self, marks: Marks, traits: Sequence[Trait], *, suggest: Callable[[Sheet], Suggestion]) -> None:
        self.marks, self.traits = marks, tuple(traits)
        self.look = Look(marks.first_open())
        self.message = ""
        self._suggest = suggest
        self._asked: str | None = None  # the key that was answered with what would be lost or left behind
        self._number = ""
        self._traits = dict(zip(ascii_lowercase, (trait.key for trait in traits), strict=False))
        self._keys = {trait: key for key, trait in self._traits.items()}

    @property
    def sheet(self) -> Sheet:
        """The posting that is looked at."""
        return self.marks.sheets[self.look.place]

    @property
    def answer(self) -> Answer:
        """What has been said of it."""
        return self.marks.answer(self.sheet)

    @property
    def suggestion(self) -> Suggestion | None:
        """What the model says of it, where that is asked for."""
        return self._suggest(self.sheet) if self.look.suggestions else None

    @property
    def unsaved(self) -> str:
        """What there is to say of a posting with marks but no level; nothing of any other."""
        return UNSAVED if self.answer.is_draft else ""

    def key_of(self, trait: str) -> str:
        """The key that marks a trait; a space where the letters have run out."""
        return self._keys.get(trait, " ")

    def keys_at(self, line: int) -> str:
        """The keys of the traits that a line was marked for."""
        return "".join(self.key_of(trait) for trait, lines in self.answer.traits.items() if line in lines)

    def press(self, key: str) -> bool:
        """Take a key; False once the person leaves."""
        asked, self._asked, self.message = self._asked, None, ""
        number, self._number = self._number, ""
        if key == "Q":
            return not self._may_leave(asked)
        if key in LEVEL_KEYS:
            self.marks.say(self.sheet, replace(self.answer, level=LEVEL_KEYS[key]))
        elif key == "C":
            self.marks.say(self.sheet, replace(self.answer, conf="lean" if self.answer.conf == "clear" else "clear"))
        elif key in self._traits:
            self.marks.say(self.sheet, self.answer.toggled(self._traits[key], self.look.line))
        elif key.isdecimal() and key.isascii():
            self._number = number + key
            self._to_line(int(self._number))
        elif key in _TO_POSTING:
            self._to_posting(key, asked)
        else:
            self._move(key)
        return True

    def go(self, line: int) -> None:
        """Look at a line that was clicked."""
        self._asked, self._number, self.message = None, "", ""
        self._to_line(line)

    def _move(self, key: str) -> None:
        look = self.look
        if key in {"up", "down", "pageup", "pagedown", "home", "end"}:
            size = len(self.sheet.lines)
            step = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10, "home": -size, "end": size}[key]
            self._to_line(look.line + step)
        elif key == "T":
            self.look = replace(look, title=not look.title)
        elif key == "S":
            self.look = replace(look, suggestions=not look.suggestions)
        elif key == "U":
            undone = self.marks.undo()
            self.message = "nothing left to undo" if undone is None else "undone"
            if undone is not None and undone != self.sheet:
                self.look = Look(self.marks.sheets.index(undone))
        elif key == "?":
            self.message = HELP

    def _to_line(self, line: int) -> None:
        self.look = replace(self.look, line=min(max(line, 1), max(1, len(self.sheet.lines))))

    def _to_posting(self, key: str, asked: str | None) -> None:
        """Go to another posting; that marks without a level would stay behind unsaved is said once."""
        place, last = self.look.place, len(self.marks.sheets) - 1
        wanted = {"right": place + 1, "left": place - 1, "O": self.marks.first_open()}[key]
        if wanted > last:
            self.message = f"this is the last posting; {self.marks.done} of {last + 1} have a level"
        wanted = min(max(wanted, 0), last)
        if wanted == place:
            return
        if self.answer.is_draft and asked != key:
            self._asked, self.message = key, f"{UNSAVED}; once more goes on all the same"
            return
        self.look = Look(wanted)  # title and suggestions are hidden again

    def _may_leave(self, asked: str | None) -> bool:
        """Whether the person may go: what has no level would be lost, so that is said once."""
        drafts = self.marks.drafts()
        if drafts and asked != "Q":
            self._asked = "Q"
            self.message = f"{len(drafts)} marked without a level will be lost; Q once more leaves all the same"
            return False
        return True
