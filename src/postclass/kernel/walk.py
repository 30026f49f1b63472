"""A batch of postings in, the model's numbers for each of them out: cleaning, masking and scoring in one walk."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from postclass import text
from postclass.judge import MIN_ENGLISH, MIN_KNOWN, MIN_LANGUAGE_WORDS, MIN_LINES, MIN_WORDS
from postclass.kernel import cleaning, masking, naming, scoring
from postclass.kernel.arrays import (
    EMPTY,
    JUDGED,
    NOT_ENGLISH,
    TOO_SHORT,
    Bytes,
    Ends,
    Numbers,
    Spans,
    Verdicts,
    verdicts,
)
from postclass.kernel.compiled import compiled
from postclass.kernel.matcher import Machine, machine
from postclass.kernel.patterns import Compiler
from postclass.kernel.vocabulary import Vocabulary, vocabulary
from postclass.opinion import Parts

_SPANS = 1 << 14  # to mask in one posting; beyond it the plain path takes the posting
_ROOM = 1 << 16  # code points there is room for at the least; the longest posting of 10,000 real ones has 30,000


class Scene(NamedTuple):
    """What one thread walks with: the tables of a model, and room to work in."""

    machine: Machine
    cleaning: cleaning.Tables
    masking: masking.Tables
    vocabulary: Vocabulary
    heads: scoring.Heads
    records: scoring.Records
    room: cleaning.Room
    bench: scoring.Bench
    spans: Spans  # to mask
    span_ends: Numbers  # of each line


@compiled
def _read_words(s: Scene, names: naming.Names, row: int, lines: int, text: Numbers, tally: Numbers) -> int:
    """Masks each line and reads its words into the bench; 0, or OVERFLOW.

    `text` gives the first line's and word's places, and takes where the words end and whether a line names the role.
    """
    room, spans, ends = s.room, s.spans, s.span_ends
    masked, names_role = masking.mask_lines(
        s.machine, s.masking, room.symbols, room.lowered, room.lines, lines, names, row, spans, ends
    )
    if masked < 0:
        return masked
    text[3] = scoring.add_words(
        s.vocabulary, s.machine.sets, s.bench, text[2], text[0], room.symbols, room.lowered, room.lines, lines, spans,
        ends, tally,
    )  # fmt: skip
    text[1], text[4], text[5] = lines, names_role, row
    return 0


@compiled
def _fault(lines: int, said: int, tally: Numbers) -> int:
    """JUDGED, or why there is nothing to judge, as `judge.Model` decides it; `said` are words between spaces."""
    if lines == 0:
        return EMPTY
    if tally[0] < MIN_LANGUAGE_WORDS:
        return TOO_SHORT
    if tally[1] / tally[0] < MIN_ENGLISH and tally[2] / tally[0] < MIN_KNOWN:
        return NOT_ENGLISH
    return TOO_SHORT if said < MIN_WORDS or lines < MIN_LINES else JUDGED


@compiled
def _score(s: Scene, count: int, tell: bool, out: Verdicts) -> None:
    for i in range(count):
        text = s.bench.texts[i]
        scoring.score(s.heads, s.vocabulary, s.records, s.bench, text, out, text[5], tell)


@compiled
def judge_postings(
    s: Scene,
    names: naming.Names,
    data: Bytes,
    ends: Ends,
    rows: Numbers,
    clean: bool,
    tell: bool,
    out: Verdicts,
) -> None:
    """Judges the texts between `ends` of `data`, whose postings' rows in `names` and `out` are `rows`."""
    tally, texts, count = np.zeros(3, np.int32), s.bench.texts, 0
    texts[0, 0] = texts[0, 2] = 0
    for i in range(len(rows)):
        row = rows[i]
        if names.plain[row]:
            out.status[row] = cleaning.RARE
            continue
        lines, said, cut = cleaning.read_lines(s.cleaning, s.machine, s.room, data, ends[i], ends[i + 1], clean)
        out.cut[row] = out.cut[row] or cut
        if lines < 0:
            out.status[row] = lines
            continue
        out.status[row] = _read_words(s, names, row, lines, texts[count], tally)
        if out.status[row] < 0:
            continue
        out.status[row] = _fault(lines, said, tally)
        if out.status[row] != JUDGED:
            continue
        end_line, end_word = texts[count, 0] + lines, texts[count, 3] + 2
        count += 1
        if count == scoring.GROUP or end_line >= scoring.GROUP_WORDS or end_word >= scoring.GROUP_WORDS:
            _score(s, count, tell, out)
            count = end_line = end_word = 0
        texts[count, 0], texts[count, 2] = end_line, end_word
    _score(s, count, tell, out)


@compiled
def weigh_wordings(s: Scene, data: Bytes, ends: Ends, tell: bool, out: Verdicts) -> None:
    """The level head's log-odds of the texts between `ends` of `data`, taken as they are; with `tell` their terms."""
    room, text, tally = s.room, s.bench.texts[0], np.zeros(3, np.int32)
    for row in range(len(ends) - 1):
        size, holds, _ = cleaning.decode(
            s.cleaning.symbols, s.cleaning.holds, room.points, room.symbols, data, ends[row], ends[row + 1]
        )
        if holds & cleaning.HAS_RARE:
            out.status[row] = cleaning.RARE
            continue
        for i in range(size):
            room.lowered[i] = s.cleaning.lower[room.points[i]]
        room.lines[0, 0], room.lines[0, 1], s.span_ends[0] = 0, size, 0
        text[0], text[1], text[2] = 0, 1, 0
        text[3] = scoring.add_words(
            s.vocabulary, s.machine.sets, s.bench, 0, 0, room.symbols, room.lowered, room.lines, 1, s.spans,
            s.span_ends, tally,
        )  # fmt: skip
        out.log_odds[row], _ = scoring.weigh_wording(
            s.heads, s.vocabulary, s.records, s.bench, text, True, out, row, tell
        )


class Kernel:
    """A model's walk over batches. It has room for one thread: make one for each."""

    def __init__(self, parts: Parts) -> None:
        compiler = Compiler()
        for module in (cleaning, naming, masking):
            module.add_patterns(compiler)
        alphabet = compiler.alphabet()
        self._machine = machine(compiler, alphabet)
        self._cleaning = cleaning.tables(alphabet)
        self._naming = naming.tables(compiler, alphabet)
        self._masking = masking.tables(compiler, alphabet)
        self._vocabulary = vocabulary((parts.level_space, parts.line_space, parts.scope_space))
        self._heads = scoring.heads(parts)
        self._records = scoring.records(parts, self._vocabulary)
        self._traits = len(parts.traits)
        self._size = 0

    def walk(self, postings: pa.RecordBatch, *, tell: bool) -> Verdicts:
        """The numbers of each posting of a batch of `batches.POSTINGS`; with `tell` also its traits and top terms."""
        rows = postings.num_rows
        out = verdicts(rows, self._traits)
        if rows == 0:
            return out
        titles, companies = (postings.column(name).to_pylist() for name in ("title", "company"))
        names = naming.names_of(self._machine, self._naming, titles, companies)
        descriptions = postings.column("description")
        self._judge(descriptions, np.arange(rows, dtype=np.int32), names, out, clean=False, tell=tell)
        marked = np.flatnonzero(out.status == cleaning.MARKUP).astype(np.int32)
        if len(marked):
            raw = descriptions.take(pa.array(marked)).to_pylist()
            plain = [text.without_markup(description) for description in raw]
            self._judge(pa.array(plain, pa.string()), marked, names, out, clean=True, tell=tell)
        return out

    def wordings(self, texts: pa.StringArray, *, tell: bool) -> Verdicts:
        """The level head alone, of texts that are clean and masked: its log-odds and, with `tell`, its top terms."""
        out = verdicts(len(texts), self._traits)
        if len(texts):
            data, ends = _buffers(texts)
            weigh_wordings(self._scene(int(np.diff(ends).max())), data, ends, tell, out)
        return out

    def _judge(
        self, texts: pa.Array, rows: Numbers, names: naming.Names, out: Verdicts, *, clean: bool, tell: bool
    ) -> None:
        data, ends = _buffers(texts)
        judge_postings(self._scene(int(np.diff(ends).max())), names, data, ends, rows, clean, tell, out)

    def _scene(self, longest: int) -> Scene:
        """Room for texts of so many bytes, kept from batch to batch and made larger where it is needed."""
        size = min(max(longest, _ROOM), text.MAX_CHARACTERS)
        if size > self._size:
            self._size = size
            self._room, self._bench = cleaning.room(size), scoring.bench(self._heads, self._records, size)
            self._spans, self._span_ends = np.zeros((_SPANS, 2), np.int32), np.zeros(size + 16, np.int32)
        return Scene(
            self._machine, self._cleaning, self._masking, self._vocabulary, self._heads, self._records,
            self._room, self._bench, self._spans, self._span_ends,
        )  # fmt: skip


def _buffers(texts: pa.StringArray) -> tuple[Bytes, Ends]:
    """The bytes of an array of texts, and where each ends and the next begins."""
    _, ends, data = texts.buffers()
    spans = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data if data is not None else b"", np.uint8), spans
