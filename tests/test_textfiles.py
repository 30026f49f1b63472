"""Postings kept as files of their own."""

from pathlib import Path

import pytest

from postclass.errors import InputError
from postclass.finding import KINDS
from postclass.posting import About, Posting, Rejection
from postclass.textfiles import MAX_BYTES, ignored, is_text_posting, read_texts


def one(path: Path, text: str | bytes, **options: str) -> Posting:
    """The posting of a file with that text."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    (record,) = read_texts(str(path), **options)
    assert isinstance(record, Posting)
    return record


def test_a_directory_of_postings(tmp_path: Path) -> None:
    """Files come by path, those below too; hidden ones and other kinds are left out."""
    (tmp_path / "b.md").write_text("# Product Manager\n\nText")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.txt").write_text("Head of Product\n\nText")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "two.md").write_text("x")
    (tmp_path / "picture.png").write_bytes(b"x")
    records = [record for record in read_texts(str(tmp_path)) if isinstance(record, Posting)]

    assert [(1, "Head of Product"), (2, "Product Manager")] == [(r.row, r.title) for r in records]
    assert (tmp_path / "b.md").as_posix() == records[1].id == records[1].about.path


def test_front_matter(tmp_path: Path) -> None:
    """Fields between fences say what the posting is; the text begins after them."""
    fields = 'title: "VP, Product"\nCompany: Acme\nid: 007\ndepartment: Product\nseniority: Director\nx:\n'
    text = f"---\n{fields}---\n# Other\nText\n"
    posting = one(tmp_path / "a.md", text)

    assert ("VP, Product", "Acme", "007", "# Other\nText\n") == (
        posting.title,
        posting.company,
        posting.id,
        posting.description,
    )
    assert About("Product", "Director", (tmp_path / "a.md").as_posix(), 2) == posting.about


@pytest.mark.parametrize(
    ("name", "text", "title", "line"),
    [
        ("a.md", "\n# Head of *Product* #\n\nText", "Head of *Product*", 2),
        ("a.md", "Intro\n\n# Product Owner", "Product Owner", 3),
        ("a.html", "<p>x</p>\n<h1 class='a'>Product Lead</h1>", "Product Lead", 2),
        ("a.txt", "Product Manager, Payments\nText", "Product Manager, Payments", 1),
        ("a.txt", "<!-- postclass: ignore -->\nProduct Manager\nText", "Product Manager", 2),
        ("a.txt", "We are a bank\nProduct Manager\nText", None, None),
        ("a.md", "---\ncompany: Acme\n---\n# Product Lead", "Product Lead", 4),
        ("a.md", "---\nnever closed\n# Product Lead", "Product Lead", 3),
    ],
)
def test_titles(tmp_path: Path, name: str, text: str, title: str | None, line: int | None) -> None:
    """The title is the first heading, or a first line that is a product title."""
    posting = one(tmp_path / name, text)

    assert (title, line) == (posting.title, posting.about.line)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("<!-- postclass: ignore inflated -->", {"inflated"}),
        ("<!--postclass:ignore inflated, deflated-->", {"inflated", "deflated"}),
        ("<!-- POSTCLASS: Ignore Inflated -->", {"inflated"}),
        ("<!-- postclass: ignore -->", set(KINDS)),
        ("<!-- postclass: ignore inflatd -->", set()),
        ("postclass ignore", set()),
    ],
)
def test_ignore_comments(text: str, kinds: set[str]) -> None:
    """A comment sets kinds of finding aside, or all of them; a typo sets nothing aside."""
    assert kinds == ignored(text)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"caf\xe9", "not utf-8 text (a bad byte at position 3); try --encoding cp1252"),
        (b"\xff\xfea\x00", "not utf-8 text (a bad byte at position 0); try --encoding utf-16"),
        (b"x" * (MAX_BYTES + 1), "larger than 8 MiB, so not a posting"),
    ],
)
def test_files_that_are_no_text(tmp_path: Path, data: bytes, reason: str) -> None:
    """They are rejected with the reason, and the others go on."""
    (tmp_path / "a.md").write_bytes(data)
    (tmp_path / "b.md").write_text("Text")
    first, second = read_texts(str(tmp_path))

    assert Rejection(1, reason, (tmp_path / "a.md").as_posix()) == first
    assert isinstance(second, Posting)


def test_other_encodings_and_line_ends(tmp_path: Path) -> None:
    """A byte-order mark goes, CRLF are line ends, and the encoding is the one that was named."""
    assert "a\nb\nc" == one(tmp_path / "a.txt", b"\xef\xbb\xbfa\r\nb\rc").description
    assert "é" == one(tmp_path / "a.txt", b"\xe9", encoding="cp1252").description
    with pytest.raises(InputError, match="unknown encoding 'x-none'"):
        one(tmp_path / "a.txt", b"a", encoding="x-none")


def test_what_is_not_there(tmp_path: Path) -> None:
    """A missing file and a directory without postings are told before any work."""
    with pytest.raises(InputError, match="there is no such file"):
        read_texts(str(tmp_path / "none.md"))
    with pytest.raises(InputError, match="holds no posting"):
        read_texts(str(tmp_path))


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    """It is rejected with the system's word for it."""
    (tmp_path / "a.md").write_text("x")
    records = read_texts(str(tmp_path))
    (tmp_path / "a.md").unlink()

    assert [Rejection(1, "can't be read: No such file or directory", (tmp_path / "a.md").as_posix())] == list(records)


def test_which_inputs_hold_a_posting_each(tmp_path: Path) -> None:
    """Files of text, and directories that hold such and no tables."""
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "a.md").write_text("x")
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "README.md").write_text("x")
    (tables / "a.jsonl.gz").write_text("x")

    assert is_text_posting(str(tmp_path / "jobs"))
    assert is_text_posting("a.TXT")
    assert not is_text_posting(str(tables))
    assert not is_text_posting("a.csv")
    assert not is_text_posting("a.html")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Product Lead #", "Product Lead"),
        ("# C#", "C"),
        ("# ##", "##"),
        ("# \t \n# Product Lead", "Product Lead"),
        ("# " + "#" * 300_000 + "x", "#" * 300_000 + "x"),
        ("# " + "\t" * 300_000 + "x", "x"),
        ("---\n" + "a: b\n" * 200_000 + "---\n" + "x\n" * 200_000 + "# Product Lead", "Product Lead"),
    ],
    ids=["closed", "sharp", "marks", "blank", "many marks", "many tabs", "long front matter"],
)
def test_headings_of_any_shape(tmp_path: Path, text: str, title: str) -> None:
    """The marks that end a heading are taken off; a line of nothing else, and a long file, are read once."""
    assert title == one(tmp_path / "a.md", text).title


def test_text_that_can_not_be_written(tmp_path: Path) -> None:
    """UTF-7 can spell half of a surrogate pair: the file is rejected."""
    (tmp_path / "a.md").write_bytes(b"+2AA-")
    (record,) = read_texts(str(tmp_path / "a.md"), encoding="utf-7")

    assert isinstance(record, Rejection)
    assert "holds characters that are not text" in record.reason


HOSTILE = {
    "hashes in a heading": (f"# Product Manager{'#' * 2**20}b", f"Product Manager{'#' * 2**20}b", 1),
    "spaces in a heading": (f"# Product Manager{' ' * 2**20}b", "Product Manager b", 1),
    "a heading of spaces": (f"#{' ' * 2**20}\n# Product Manager #", "Product Manager", 2),
    "a heading of hashes": (f"# {'#' * 2**20}", "#" * 2**20, 1),
    "open headings": (f"{'<h1>' * 2**18}\n# Product Manager", "Product Manager", 2),
    "blank lines": (f"---\n{chr(10) * 2**20}---\n{chr(10) * 2**20}# Product Manager", "Product Manager", 2**21 + 3),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_run_to_the_end(tmp_path: Path, name: str) -> None:
    """A mebibyte of any shape before, in or after a title is read once, and the title found where it stands."""
    text, title, line = HOSTILE[name]
    posting = one(tmp_path / "a.md", text)

    assert (title, line) == (posting.title, posting.about.line)
