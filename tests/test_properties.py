"""Invariances over generated postings: round trips, formats, offsets, TF-IDF values, masks, verdicts, rows, batches.

`POSTCLASS_EXAMPLES=10000 pytest tests/test_properties.py` tries so many examples of each property that names no number.
"""

import csv
import io
import json
import re
import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import soup
from fourways import FORMATS, Block
from own import own_postings, shipped
from postclass.batch import classify
from postclass.batches import from_batch, to_batch, verdicts_of
from postclass.features import Space, Tf, read_posting, words_of
from postclass.judge import JudgeSettings
from postclass.opinion import logit
from postclass.posting import Posting, Rejection
from postclass.scorer import Scorer
from postclass.sinks import open_sink
from postclass.sources import open_source
from postclass.text import read_text
from postclass.titles import MASK, claimed_level, mask, self_mentions
from reference import vectorizer
from scorers import Lengths

# Words that no splitting rule knows, in scripts that grow, shrink or combine when they change case.
WORD = st.sampled_from(
    "river straße İzmir naïve cafe\u0301 ﬁsh naval 12 3.5 R&D <5 co-op don't 🚢 東京 “so” (or) road; map, ß x86 "
    "C++ a/b €9".split()
)
PHRASE = st.lists(WORD, min_size=1, max_size=8).map(lambda words: "Now " + " ".join(words) + " here")
SENTENCE = PHRASE.map(lambda phrase: phrase + ".")
BLOCK = st.one_of(
    PHRASE.map(lambda phrase: Block("heading", (phrase,))),
    st.lists(SENTENCE, min_size=1, max_size=3).map(lambda pieces: Block("paragraph", tuple(pieces))),
    st.lists(PHRASE, min_size=1, max_size=4).map(lambda pieces: Block("bullets", tuple(pieces))),
)
STRUCTURE = st.lists(BLOCK, min_size=1, max_size=5).map(tuple)
MARKUP = st.text(
    st.one_of(st.sampled_from("<>/&;#*_`[]()!-.\"'= \n\tpliaLt123\\"), st.characters(exclude_categories=["Cs"])),
    max_size=200,
)


@settings(max_examples=60)
@given(STRUCTURE)
def test_every_format_gives_the_same_lines(blocks: tuple[Block, ...]) -> None:
    """Whatever a posting's blocks are, plain text, HTML, escaped HTML and Markdown give its pieces as lines."""
    expected = [piece for block in blocks for piece in block.pieces]

    for name, render in FORMATS.items():
        assert (name, expected) == (name, [line.text for line in read_text(render(blocks)).lines])


@settings(max_examples=300)
@given(MARKUP)
def test_spans_quote_any_text(description: str) -> None:
    """Of any text each line is quoted by its span, holds a word, and ends before the next begins."""
    text = read_text(description)
    end = 0
    for line in text.lines:
        assert text.text[line.start : line.end] == line.text == line.text.strip()
        assert any(character.isalnum() or character == "_" for character in line.text)
        assert end <= line.start
        end = line.end


@settings(max_examples=100)
@given(MARKUP)
def test_reading_what_is_shown_again(description: str) -> None:
    """Text as shown that holds no markup any more has the same lines when it is read again."""
    shown = read_text(description)
    assume(not set("<&*_`[]#\\") & set(shown.text))
    again = read_text(shown.text)

    assert [line.text for line in shown.lines] == [line.text for line in again.lines]


VOCABULARY = (
    "own",
    "map",
    "İ",
    "i\u0307",
    "straße",
    "own map",
    "map own map",
    "東京",
    "+",
    "8 +",
    "café",
    "cafe",
    "\u01c6",
    "9",
)


@settings(max_examples=100)
@given(
    st.lists(
        st.sampled_from([*VOCABULARY, "OWN", "İ", "STRASSE", "ẞ", "Ǆ", "cafe\u0301", "8+", "\n", "_", "²"]), max_size=30
    ),
    st.integers(1, 3),
    st.sampled_from(["binary", "sublinear"]),
    st.lists(st.floats(1, 10), min_size=len(VOCABULARY), max_size=len(VOCABULARY)),
)
def test_values_are_scikit_learns(pieces: list[str], longest: int, tf: Tf, idf: list[float]) -> None:
    """Over any text the TF-IDF values are those of a TfidfVectorizer, within 1e-12."""
    text = " ".join(pieces)
    space = Space(VOCABULARY, {term: i for i, term in enumerate(VOCABULARY)}, idf, longest, tf)
    terms, values = space.values(words_of(text))
    got = np.zeros(len(VOCABULARY))
    got[terms] = values
    expected = vectorizer(VOCABULARY, idf, longest=longest, tf=tf).transform([text]).toarray()[0]

    assert np.abs(expected - got).max() <= 1e-12


@settings(max_examples=200)
@given(st.text(max_size=80), st.one_of(st.none(), st.text(max_size=20)), st.one_of(st.none(), st.text(max_size=20)))
def test_masks_of_any_line(line: str, title: str | None, company: str | None) -> None:
    """Of any line, title and company the spans are sorted, apart and within, and what is not masked stays."""
    spans = self_mentions(line, title=title, company=company)
    kept = "".join(
        line[a:b] for a, b in zip([0, *(b for _, b in spans)], [*(a for a, _ in spans), len(line)], strict=True)
    )

    assert all(0 <= a < b <= len(line) for a, b in spans)
    assert all(a[1] < b[0] for a, b in pairwise(spans))
    assert kept == mask(line, spans).replace(MASK, "") or MASK in line
    assert claimed_level(line) in {"director", "lead", "pm", "other"}


RANK = st.sampled_from(["", "Senior ", "Sr. ", "Lead ", "Principal ", "Group ", "Staff ", "Associate ", "Global "])
CORE = st.sampled_from(
    ["Product Manager", "Product Owner", "Director of Product", "Head of Product", "VP of Product", "Product Director"]
)
DOMAIN = st.sampled_from(
    ["", ", Payments", " - Growth & Search", " (Remote)", ", Data Platform", " – Mid-Market", " II"]
)
TITLE = st.tuples(RANK, CORE, DOMAIN).map("".join)
FRAME = st.sampled_from(
    [
        "{}",
        "Job title: {}",
        "As our {} you will write",
        "The {} will write it",
        "We are hiring a {}",
        "You will join us as a {}",
    ]
)


@settings(max_examples=150)
@given(TITLE, FRAME, TITLE)
def test_titles_leave_no_trace(title: str, frame: str, other: str) -> None:
    """A frame that holds any product title reads as if it held any other, with any field or none."""
    lines = [frame.format(name) for name in (title, other)]
    masked = {mask(line, self_mentions(line, title=field)) for line in lines for field in (title, other, None)}

    assert 1 == len(masked)
    assert MASK in masked.pop()


@settings(max_examples=25)
@given(st.sampled_from(own_postings()), TITLE)
def test_titles_change_no_verdict(posting: Posting, title: str) -> None:
    """A heading and a sentence that name the role make the same difference whatever the title is."""
    settings_ = JudgeSettings(explain="none")
    verdicts = [
        shipped().judge_one(
            Posting(
                f"{name}\nAs our {name} you will meet us.\n{posting.description}", title=name, company=posting.company
            ),
            settings=settings_,
        )
        for name in (title, "Product Manager")
    ]

    assert verdicts[0].p_director == verdicts[1].p_director
    assert verdicts[0].level == verdicts[1].level


LINES = st.lists(
    st.sampled_from([line.text for posting in own_postings()[::5] for line in read_posting(posting).text.lines]),
    min_size=4,
    max_size=25,
)


@settings(max_examples=25)
@given(LINES, st.floats(0.01, 0.99))
def test_any_posting_is_explained_exactly(lines: list[str], prior: float) -> None:
    """Of any posting made of real lines, and for any prior, shares add up, spans quote, and the flip crosses."""
    verdict = shipped().judge_one(Posting("\n".join(lines)), settings=JudgeSettings(explain="full", prior=prior))
    assume(verdict.p_director is not None)
    assert verdict.p_director is not None
    assert verdict.explanation is not None
    why = verdict.explanation

    assert np.isclose(logit(verdict.p_director), sum(reason.log_odds for reason in why.reasons), rtol=0, atol=1e-9)
    assert all(why.text[e.start : e.end] == e.quote for e in why.evidence)
    assert not set(why.missing) & {e.trait for e in why.evidence}
    if why.flip is not None:
        assert (why.flip.p_director > 0.5) != (verdict.p_director > 0.5)


ODD_PIECES = "İ ß ﬁ 👩\u200d💻 e\u0301 \u0130\u0307 🚢 ŉ ẞ \u202e".split()
ODD = st.lists(st.tuples(st.sampled_from(ODD_PIECES), st.integers(0, 99)), min_size=1, max_size=8)


@settings(max_examples=25)
@given(LINES, ODD)
def test_what_is_marked_is_what_was_judged(lines: list[str], odd: list[tuple[str, int]]) -> None:
    """Among letters that grow, shrink, combine or hide, each span holds its quote: words that the model read there."""
    words = "\n".join(lines).split(" ")
    for piece, place in odd:
        words.insert(place % len(words), piece)
    posting = Posting(" ".join(words))
    why = shipped().judge_one(posting, settings=JudgeSettings(explain="full")).explanation
    assume(why is not None)
    assert why is not None
    of_line = {(line.start, line.end): words_of(line.text) for line in read_posting(posting).text.lines}

    for evidence in why.evidence:
        quoted = why.text[evidence.start : evidence.end]
        told = words_of(quoted)
        (line,) = [read for (a, b), read in of_line.items() if a <= evidence.start and evidence.end <= b]
        assert evidence.quote == quoted
        assert told
        assert any(told == line[at : at + len(told)] for at in range(len(line)))


@settings(max_examples=25)
@given(MARKUP)
def test_any_text_gets_a_verdict(description: str) -> None:
    """Any text at all is judged without an error."""
    verdict = shipped().judge_one(Posting(description, title=description[:30], company=description[-9:]))

    assert verdict.level in {"director", "pm", "unclear", "out_of_scope"}


# What formats are made of, and what some readers take for the end of a record, a field or a text.
MARKS = st.sampled_from(
    [*"\0\r\n\u2028\u2029\x85\x0b\x0c\x1c\x1e\x1a\ufeff\"',;\t\\{}[]=é\U0001f6a2a ", "\r\n", '""', "\\n"]
)
CELL = st.lists(MARKS | st.characters(exclude_categories=["Cs"]), max_size=12).map("".join)
RECORDS = st.lists(st.tuples(CELL, CELL, CELL, CELL), max_size=5)
FIELDS = ("id", "title", "company", "description")


def written(records: list[tuple[str, ...]], kind: str, end: str) -> bytes:
    """Records as a file of that format, made by others than this project."""
    rows = [dict(zip(FIELDS, record, strict=True)) for record in records]
    if kind == "csv":
        text = io.StringIO()
        # A blank line is no record, and a blank cell alone makes one: so all cells are quoted.
        csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([FIELDS, *records])
        return text.getvalue().encode()
    if kind == "jsonl":
        return "".join(f"{json.dumps(row, ensure_ascii=False)}{end}" for row in rows).encode()
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in FIELDS])), stream)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
@given(RECORDS, st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_is_read(kind: str, records: list[tuple[str, ...]], end: str) -> None:
    """NUL, CR, U+2028 and line breaks in quotes split nothing: records come out as they went in, none more or less."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{kind}"
        path.write_bytes(written(records, kind, end))
        with open_source(path) as source:
            read = list(source)

    assert [
        Posting(description, title=title, company=company, id=key, row=row)
        for row, (key, title, company, description) in enumerate(records, 1)
    ] == read


@given(st.lists(st.tuples(st.lists(st.sampled_from(["a", "\n", "\r\n", "\r", '""']), max_size=6), st.integers(1, 4))))
def test_rejections_tell_the_line(rows: list[tuple[list[str], int]]) -> None:
    """However many line breaks the quotes before it hold, a ragged row is told with the line on which it begins."""
    lines, expected, here = ["a,description"], [], 2
    for row, (pieces, fields) in enumerate(rows, 1):
        cell = "".join(pieces)
        lines.append(",".join([f'"{cell}"', *["b"] * (fields - 1)]))
        if fields != 2:
            expected.append((row, f"line {here}"))
        here += 1 + len(re.findall("\r\n|\r|\n", cell))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes("\n".join([*lines, ""]).encode())
        with open_source(path) as source:
            read = [record for record in source if isinstance(record, Rejection)]

    assert expected == [(record.row, record.where.removeprefix(f"{path}, ")) for record in read]


@given(
    st.lists(st.sampled_from(['{"description":"x"}', '{"description":', "[", '"', "{}", "\xff", " ", "\r", "\t", ""])),
    st.sampled_from([1, 7, 1000]),
)
def test_rows_in_are_verdicts_and_rejections(lines: list[str], size: int) -> None:
    """Of any lines each that is not blank is one verdict or one rejection, from the file read to the files written."""
    data = b'{"description":"first"}\n' + "\n".join(lines).encode("latin-1")
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        path.write_bytes(data)
        with pytest.MonkeyPatch.context() as patch, open_source(path) as source, open_sink(out) as sink:
            patch.setattr("postclass.sources.CHUNK_ROWS", size)
            run = classify(source, sink, Lengths())
        rows = [json.loads(line)["row"] for line in out.read_text("utf-8").splitlines()]
        rejects = Path(f"{out}.rejects.jsonl")
        lost = [json.loads(line)["row"] for line in rejects.read_text().splitlines()] if rejects.exists() else []
    expected = sum(bool(line.strip(b" \t\r")) for line in data.split(b"\n"))

    assert list(range(1, expected + 1)) == sorted(rows + lost)
    assert (expected, len(rows), len(lost)) == (run.rows, run.verdicts, run.rejected)


MUTATIONS = st.lists(st.sampled_from(list(soup.mutations(60, seed=9))), min_size=1, max_size=12)


@settings(max_examples=25)
@given(MUTATIONS, st.sampled_from([1, 7, 1000]))
def test_batches_judge_as_single_postings_do(postings: list[Posting], size: int) -> None:
    """Whichever postings come together in chunks of whatever size, each has the verdict that it has alone."""
    batch = to_batch([replace(posting, row=row) for row, posting in enumerate(postings, 1)])
    scorer = Scorer(shipped(), JudgeSettings(), way="numpy")
    parts = [scorer.judge(batch.slice(start, size)) for start in range(0, batch.num_rows, size)]
    together = [verdict for part in parts for verdict in verdicts_of(part)]
    alone = list(shipped().judge(from_batch(batch)))

    for name in ("row", "level", "traits", "notes"):
        assert [getattr(verdict, name) for verdict in alone] == [getattr(verdict, name) for verdict in together]
    for name in ("p_director", "p_in_scope"):
        pairs = [(getattr(a, name), getattr(b, name)) for a, b in zip(alone, together, strict=True)]
        assert all(a is b or abs(a - b) <= 1e-9 for a, b in pairs)
