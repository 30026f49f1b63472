"""A `Desk` in, its view in the terminal out, until the person leaves: lines above, traits and keys below."""

from collections.abc import Iterator
from textwrap import wrap

from prompt_toolkit.application import Application, get_app
from prompt_toolkit.data_structures import Point
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import FormattedTextControl, HSplit, Layout, Window
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from postclass.errors import PostclassError
from postclass.labelling.desk import HELP, Desk
from postclass.report.words import one_line, percent

SHORT_HELP = "with Shift: D P N level  C clear/lean  U undo  Q leave    without: a-u trait at the line  ? all keys"
INDENT = 11  # columns before a line: a pointer, its number, and up to four traits
LABEL_WIDTH = 36  # columns of a trait in the list below: its key, its words and the lines that were marked
# Told by weight and reversal, not by colour alone, so that it reads on any terminal and for any eye.
STYLE = Style([("here", "reverse"), ("marked", "bold"), ("head", "bold"), ("quiet", ""), ("message", "bold")])


def mark(desk: Desk) -> None:
    """Show the postings one by one until the person leaves; raises what saving raises, after the screen is restored."""
    failed: list[PostclassError] = []
    keys = KeyBindings()

    @keys.add(Keys.Any)
    @keys.add("up")
    @keys.add("down")
    @keys.add("left")
    @keys.add("right")
    @keys.add("pageup")
    @keys.add("pagedown")
    @keys.add("home")
    @keys.add("end")
    def _(event: KeyPressEvent) -> None:
        key = event.key_sequence[0].key
        try:
            stays = desk.press(key.value if isinstance(key, Keys) else key)
        except PostclassError as error:
            failed.append(error)
            stays = False
        if not stays:
            event.app.exit()

    @keys.add("c-c")
    @keys.add("c-d")
    def _(event: KeyPressEvent) -> None:
        event.app.exit()

    Application(
        layout=_layout(desk), key_bindings=keys, style=STYLE, full_screen=True, color_depth=ColorDepth.DEPTH_1_BIT
    ).run()
    if failed:
        raise failed[0]


def _layout(desk: Desk) -> Layout:
    body = FormattedTextControl(
        lambda: _body(desk),
        focusable=True,
        show_cursor=False,
        get_cursor_position=lambda: Point(0, _row(desk)),
    )
    return Layout(
        HSplit(
            [
                Window(FormattedTextControl(lambda: _head(desk)), dont_extend_height=True, wrap_lines=True),
                Window(height=1, char="─"),
                Window(body, wrap_lines=True),
                Window(height=1, char="─"),
                _TraitWindow(desk),
                Window(FormattedTextControl(lambda: _foot(desk)), dont_extend_height=True, wrap_lines=True),
            ]
        )
    )


class _TraitWindow(Window):
    """The traits in as many columns as fit."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(FormattedTextControl(lambda: _traits(desk)), dont_extend_height=True)


def _head(desk: Desk) -> StyleAndTextTuples:
    answer, marks = desk.answer, desk.marks
    level = f"{answer.level} ({answer.conf})" if answer.level else "no level yet"
    drafts = f", {count} not saved" if (count := len(marks.drafts())) else ""
    shown = f"{desk.look.place + 1} of {len(marks.sheets)}   {marks.done} done{drafts}   "
    text: StyleAndTextTuples = [("class:head", shown), ("class:marked" if answer.level else "", level)]
    if desk.look.title:
        posting = desk.sheet.posting
        text.append(("", one_line(f"   {posting.title or 'no title'}, {posting.company or 'no company'}")))
    if (suggestion := desk.suggestion) is not None:
        text.append(("", f"\nThe model leans to {suggestion.level} ({percent(suggestion.p_director)} director)"))
    return text


def _body(desk: Desk) -> StyleAndTextTuples:
    return [piece for number in range(1, len(desk.sheet.lines) + 1) for piece in _line(desk, number)]


def _row(desk: Desk) -> int:
    """The row that the line which is looked at begins in."""
    return sum(len(_rows(desk, number)) for number in range(1, desk.look.line))


def _line(desk: Desk, number: int) -> Iterator[tuple[str, str]]:
    style = "class:here" if number == desk.look.line else "class:marked" if desk.keys_at(number) else ""
    yield style, "\n".join(_rows(desk, number))
    if number < len(desk.sheet.lines):
        yield "", "\n"


def _rows(desk: Desk, number: int) -> list[str]:
    """A line with its number and its traits' keys, wrapped between words."""
    suggestion = desk.suggestion
    told = "" if suggestion is None else "".join(desk.key_of(t) for t, at in suggestion.traits.items() if number in at)
    pointer = ">" if number == desk.look.line else " "
    text = f"{pointer}{number:4} {desk.keys_at(number):4} "
    return wrap(
        f"{f'({told}) ' if told else ''}{one_line(desk.sheet.shown[number - 1])}",
        width=max(INDENT + 20, get_app().output.get_size().columns),
        initial_indent=text,
        subsequent_indent=" " * INDENT,
        break_on_hyphens=False,
    ) or [text]


def _traits(desk: Desk) -> StyleAndTextTuples:
    columns = max(1, get_app().output.get_size().columns // LABEL_WIDTH)
    answer = desk.answer
    text: StyleAndTextTuples = []
    height = -(-len(desk.traits) // columns)
    for row in range(height):
        for trait in desk.traits[row::height]:
            lines = ",".join(map(str, answer.traits.get(trait.key, ())))
            told = f"{desk.key_of(trait.key)} {trait.label} {lines}"[: LABEL_WIDTH - 1]
            text.append(("class:marked" if lines else "", ("*" if lines else " ") + told.ljust(LABEL_WIDTH - 1)))
        text.append(("", "\n"))
    return text[:-1]


def _foot(desk: Desk) -> StyleAndTextTuples:
    told = desk.message or desk.unsaved
    return [("class:message", told)] if told and told != HELP else [("", told or SHORT_HELP)]
