"""Postings and labels to documents: evidence carried over to own lines, and one clear line for what can't be used."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from own import ROOT
from postclass.corpus import Corpus, Document, read_corpus
from postclass.errors import InputError, TrainingError
from postclass.posting import Posting
from postclass.titles import MASK

LINES = [
    "What you will do",
    "Lead a team of six product managers across the network",
    "Set the vision for our map products; decide where the money goes each year and defend it",
    "Own it",
]
ROW = {
    "id": "a",
    "title": "Director of Product",
    "company": "Acme Ltd.",
    "employer": "acme",
    "description": "<p>What you will do</p><ul>" + "".join(f"<li>{line}</li>" for line in LINES[1:]) + "</ul>",
    "lines": LINES,
    "source_repo": "one/large",
}
LABEL = {
    "id": "a",
    "level": "director",
    "conf": "clear",
    "traits": {"leads_product_managers": [2], "vision_strategy": [3], "decision_authority": [3]},
}


def jsonl(path: Path, rows: Sequence[object]) -> Path:
    """A JSONL file of rows."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def corpus(directory: Path, *, row: dict[str, Any] | None = None, label: dict[str, Any] | None = None) -> Corpus:
    """The corpus of one posting and its label, with what is given changed."""
    postings = jsonl(directory / "postings.jsonl", [{**ROW, **(row or {})}])
    return read_corpus(postings, [jsonl(directory / "labels.jsonl", [{**LABEL, **(label or {})}])], [])


def test_one_posting(tmp_path: Path) -> None:
    """A labelled posting becomes a document with its labels, its claim and its lines' words."""
    made = corpus(tmp_path)
    (document,) = made.documents

    assert ("a", "acme", "one/large", True, "director", "director", True) == (
        document.id,
        document.employer,
        document.source,
        document.gold,
        document.claim,
        document.level,
        document.clear,
    )
    assert ["lead", "a", "team", "of", "six", "product", "managers", "across", "the", "network"] == document.words[1]
    assert (3, 0) == (made.evidence_lines, made.evidence_lost)
    assert {"leads_product_managers": ((1,),), "vision_strategy": ((2,),), "decision_authority": ((2,),)} == dict(
        document.evidence
    )
    assert "\n".join(" ".join(words) for words in document.words) == document.text


def test_evidence_follows_split_lines(tmp_path: Path) -> None:
    """A long annotated line that is two lines here has both as partners."""
    first = "Set the vision for our map products and write it down for everyone who works on them"
    second = "Decide where the money goes each year and defend that before the board and the owners"
    document = corpus(
        tmp_path,
        row={"description": f"Hello there\n{first}. {second}.", "lines": ["Hello there", f"{first}. {second}."]},
        label={"traits": {"vision_strategy": [2]}},
    ).documents[0]

    assert ((1, 2),) == document.evidence["vision_strategy"]


def test_short_lines_have_one_partner(tmp_path: Path) -> None:
    """A short annotated line goes with the likest of several similar ones."""
    similar = ["Own the roadmap of maps and more besides", "Own the roadmap of maps", "Own the roadmap of maps now"]
    document = corpus(
        tmp_path,
        row={"description": "\n".join(similar), "lines": similar},
        label={"traits": {"delivery": [2]}},
    ).documents[0]

    assert ((1,),) == document.evidence["delivery"]


def test_lines_without_partner_are_counted(tmp_path: Path) -> None:
    """Line numbers beyond the posting, and lines that are not in its text, are counted as lost."""
    made = corpus(
        tmp_path,
        row={"lines": [*LINES, "Nothing of this kind stands in the text"]},
        label={"traits": {"delivery": [2, 5, 99, 0, -1]}},
    )

    assert (5, 4) == (made.evidence_lines, made.evidence_lost)
    assert {"delivery": ((1,),)} == made.documents[0].evidence


def test_lines_that_share_a_phrase_are_not_the_same(tmp_path: Path) -> None:
    """A line that has less than 60 % of its word triples in common with an annotated one is no partner."""
    shared = "own the roadmap of maps"
    made = corpus(
        tmp_path,
        row={
            "description": f"{shared} for lorries and ships at sea",
            "lines": [f"{shared} in twelve towns of the north"],
        },
        label={"traits": {"delivery": [1]}},
    )

    assert (1, 1) == (made.evidence_lines, made.evidence_lost)


def test_lines_not_shown_are_left_out(tmp_path: Path) -> None:
    """What the annotators did not see is no part of the document."""
    document = corpus(tmp_path, row={"lines_shown": 2}).documents[0]

    assert 2 == len(document.words)


def test_titles_and_companies_are_masked(tmp_path: Path) -> None:
    """A document's words hold neither its title nor its company."""
    document = corpus(tmp_path, row={"description": "Acme seeks a Director of Product\nLead six people"}).documents[0]

    assert (["seeks", "a"], ["lead", "six", "people"]) == document.words
    assert MASK not in document.text
    assert document.names_role


def test_weak_postings(tmp_path: Path) -> None:
    """Weak postings are no gold; they have the level of their labels, or else what their titles claim."""
    weak = jsonl(
        tmp_path / "weak.jsonl",
        [{**ROW, "id": "w1"}, {"title": "Product Owner", "description": "Own it", "company": None}],
    )
    postings, labels = jsonl(tmp_path / "p.jsonl", [ROW]), jsonl(tmp_path / "l.jsonl", [LABEL])
    more = jsonl(tmp_path / "m.jsonl", [{**LABEL, "id": "w1", "level": "pm"}])
    first, nameless, named = read_corpus(postings, [labels, more], [weak]).documents

    assert ("a", True) == (first.id, first.gold)
    assert ("w1", False, "pm") == (named.id, named.gold, named.level)
    assert (False, None, "pm") == (nameless.gold, nameless.level, nameless.claim)
    assert f"(none) {nameless.id}" == nameless.employer


def test_names_of_nameless_rows(tmp_path: Path) -> None:
    """A row without an id is named by what it says, wherever it stands; what else it holds does not matter."""
    postings, labels = jsonl(tmp_path / "p.jsonl", [ROW]), jsonl(tmp_path / "l.jsonl", [LABEL])
    rows = [{"title": title, "description": "Own it"} for title in ("Product Owner", "Product Manager")]
    files = [rows, rows[::-1], [{**row, "url": "x"} for row in rows]]
    names = [
        [d.id for d in read_corpus(postings, [labels], [jsonl(tmp_path / f"{n}.jsonl", file)]).documents]
        for n, file in enumerate(files)
    ]

    assert names[0] == names[1] == names[2]
    assert 3 == len(set(names[0]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("See https://kayak.example/Jobs?canoe=1 for jobs", {"https", "kayak", "example", "canoe", "1"}),
        ("Write to canoe.kayak@paddle.example", {"canoe", "kayak", "paddle", "example"}),
        ("www.kayak.example and canoe.io, kayak.example/team", {"www", "kayak", "example", "canoe", "io", "team"}),
        ("Own the roadmap.Lead the team, e.g. in Node.js", set()),
    ],
)
def test_words_of_addresses(tmp_path: Path, text: str, words: set[str]) -> None:
    """A document knows which of its words stand in addresses and nowhere else."""
    postings = jsonl(tmp_path / "p.jsonl", [{**ROW, "description": text}])
    (document,) = read_corpus(postings, [jsonl(tmp_path / "l.jsonl", [LABEL])], []).documents

    assert words == document.addresses


def test_invented_employers_prove_nothing(tmp_path: Path) -> None:
    """A posting marked as invented counts for no employer."""
    assert "(none) a" == corpus(tmp_path, row={"invented": True}).documents[0].employer
    assert "acme" == corpus(tmp_path, row={"invented": False}).documents[0].employer
    assert "Acme Ltd." == corpus(tmp_path, row={"employer": None}).documents[0].employer


def test_order_leaves_no_trace(tmp_path: Path) -> None:
    """Postings in another order give the same documents."""
    rows, labels = [{**ROW, "id": name} for name in "cab"], jsonl(tmp_path / "l.jsonl", [LABEL])
    made = [read_corpus(jsonl(tmp_path / "p.jsonl", order), [labels], []).documents for order in (rows, rows[::-1])]

    assert made[0] == made[1]
    assert ["a", "b", "c"] == [document.id for document in made[0]]


def test_parquet_and_jsonl_are_alike(tmp_path: Path) -> None:
    """The same postings from Parquet and from JSONL give the same documents, missing values and all."""
    rows = [ROW, {**ROW, "id": "007", "company": None, "lines_shown": 2}]
    pd.DataFrame(rows).to_parquet(tmp_path / "p.parquet")
    labels = [jsonl(tmp_path / "l.jsonl", [LABEL])]

    assert read_corpus(jsonl(tmp_path / "p.jsonl", rows), labels, []) == read_corpus(tmp_path / "p.parquet", labels, [])
    assert ["007", "a"] == [d.id for d in read_corpus(tmp_path / "p.parquet", labels, []).documents]


def test_own_postings() -> None:
    """The project's own labels find their lines in the project's own postings."""
    made = read_corpus(ROOT / "data/labelled/postings.jsonl", [ROOT / "data/labelled/labels.jsonl"], [])

    assert 74 == len(made.documents)
    assert made.evidence_lines > 400
    assert made.evidence_lost <= made.evidence_lines // 100
    assert sum(document.level == "director" for document in made.documents) >= 20
    assert sum(document.level == "pm" for document in made.documents) >= 25


def test_documents_without_labels() -> None:
    """A document's labels are none at first."""
    document = Document("a", Posting("x"), "e", "s", gold=False, claim="other", words=(["x"],))

    assert (None, False, {}) == (document.level, document.clear, document.evidence)


BAD_LABELS = {
    "not JSON": ("{", "line 2: not a label"),
    "a list": ("[1]", "line 2: not a label"),
    "no level": ('{"id": "a", "traits": {}}', r"line 2: not a label \(KeyError\('level'\)\)"),
    "unknown level": ('{"id": "a", "level": "boss", "traits": {}}', "a label needs id, level"),
    "level is a list": ('{"id": "a", "level": [], "traits": {}}', "line 2: not a label"),
    "traits are a list": ('{"id": "a", "level": "pm", "traits": []}', "line 2: not a label"),
    "no id": ('{"level": "pm", "traits": {}}', "a label needs id, level"),
    "unknown trait": ('{"id": "a", "level": "pm", "traits": {"charm": [1]}}', "no trait is called 'charm'"),
    "line is text": ('{"id": "a", "level": "pm", "traits": {"delivery": ["1"]}}', "traits name lines by their numbers"),
    "line is true": (
        '{"id": "a", "level": "pm", "traits": {"delivery": [true]}}',
        "traits name lines by their numbers",
    ),
    "lines are no list": ('{"id": "a", "level": "pm", "traits": {"delivery": 1}}', "line 2: not a label"),
    "deep": ("[" * 100_000, "line 2: not a label"),
}


@pytest.mark.parametrize("name", BAD_LABELS)
def test_bad_labels(tmp_path: Path, name: str) -> None:
    """A bad label is told in one line that names the file and the line."""
    line, message = BAD_LABELS[name]
    labels = tmp_path / "labels.jsonl"
    labels.write_text(f"{json.dumps(LABEL)}\n{line}\n", encoding="utf-8")

    with pytest.raises(InputError, match=message) as caught:
        read_corpus(jsonl(tmp_path / "p.jsonl", [ROW]), [labels], [])

    assert str(caught.value).startswith(f"{labels}, line 2: ")
    assert "\n" not in str(caught.value)


def test_label_files(tmp_path: Path) -> None:
    """Blank lines are no labels, line separators within a note end no line, and later files win."""
    labels = tmp_path / "labels.jsonl"
    text = json.dumps({**LABEL, "note": "one\u2028two"}, ensure_ascii=False)
    labels.write_text(f"\n{text}\r\n  \n", encoding="utf-8")
    later = jsonl(tmp_path / "later.jsonl", [{**LABEL, "level": "pm"}])
    postings = jsonl(tmp_path / "p.jsonl", [ROW])

    assert ["director"] == [d.level for d in read_corpus(postings, [labels], []).documents]
    assert ["pm"] == [d.level for d in read_corpus(postings, [labels, later], []).documents]


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "No such file or directory; give a JSONL file"), (b"\xff\xfe{", "not UTF-8; give a JSONL file")],
)
def test_unreadable_labels(tmp_path: Path, content: bytes | None, message: str) -> None:
    """Label files that are missing or not UTF-8 are named."""
    labels = tmp_path / "labels.jsonl"
    if content is not None:
        labels.write_bytes(content)

    with pytest.raises(InputError, match=f"labels.jsonl: {message}"):
        read_corpus(jsonl(tmp_path / "p.jsonl", [ROW]), [labels], [])


BAD_POSTINGS: dict[str, tuple[str, bytes | None, str]] = {
    "missing": ("p.jsonl", None, "p.jsonl: can't be read"),
    "missing Parquet": ("p.parquet", None, "p.parquet: can't be read"),
    "not JSON": ("p.jsonl", b"{", "p.jsonl: can't be read"),
    "not Parquet": ("p.parquet", b"nothing", "p.parquet: can't be read"),
    "no description": ("p.jsonl", b'{"title": "a", "text": "b"}\n', "no column 'description' among title, text"),
    "no title": ("p.jsonl", b'{"description": "a"}\n', "no column 'title' among description"),
    "description is a number": ("p.jsonl", b'{"title": "a", "description": 7}\n', "row 1: description is not a text"),
    "title is a list": ("p.jsonl", b'{"title": ["a"], "description": "b"}\n', "row 1: title is not a text"),
}


@pytest.mark.parametrize("name", BAD_POSTINGS)
def test_bad_postings(tmp_path: Path, name: str) -> None:
    """Postings that can't be read are told in one line that names the file."""
    file, content, message = BAD_POSTINGS[name]
    if content is not None:
        (tmp_path / file).write_bytes(content)

    with pytest.raises(InputError, match=message) as caught:
        read_corpus(tmp_path / file, [jsonl(tmp_path / "l.jsonl", [LABEL])], [])

    assert "\n" not in str(caught.value)


def test_no_label_fits(tmp_path: Path) -> None:
    """Labels of other postings teach nothing."""
    with pytest.raises(TrainingError, match="none of its postings has a label; ids of postings and labels must match"):
        corpus(tmp_path, label={"id": "b"})
