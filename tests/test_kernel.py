"""The compiled path against the plain one: patterns, lines, verdicts, and where the compiled code is kept."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import soup
from postclass import Posting, load_model, text, titles
from postclass.batches import to_batch
from postclass.features import words_of
from postclass.judge import JudgeSettings
from postclass.scorer import Scorer, Way
from postclass.text import read_text
from postclass.verdict import Explain

pytest.importorskip("numba")

from postclass.kernel import cleaning
from postclass.kernel.cache import folder
from postclass.kernel.matcher import find, machine
from postclass.kernel.patterns import Compiler
from postclass.kernel.vectors import Vectors
from postclass.kernel.walk import Kernel

# The lines of a text, how many words it has between spaces, and whether it was cut.
Lines = tuple[list[str], int, bool]
Reader = Callable[[str], Lines | int]
PATTERNS = {
    f"{module.__name__}.{name}": pattern
    for module in (text, titles)
    for name, pattern in vars(module).items()
    if isinstance(pattern, re.Pattern)
}
MODEL = load_model()
KERNEL = Kernel(MODEL.parts)


@pytest.fixture(scope="module")
def lines_of() -> Reader:
    """Reads a text with the compiled cleaning; None where the plain path must."""
    compiler = Compiler()
    cleaning.add_patterns(compiler)
    alphabet = compiler.alphabet()
    tables, m, room = cleaning.tables(alphabet), machine(compiler, alphabet), cleaning.room(1 << 20)

    def read(description: str, *, clean: bool = False) -> Lines | int:
        data = np.frombuffer(description.encode(), np.uint8)
        lines, said, cut = cleaning.read_lines(tables, m, room, data, 0, len(data), clean)
        if lines == cleaning.MARKUP:
            return read(text.without_markup(description), clean=True)
        if lines < 0:
            return int(lines)
        plain = room.points.tobytes().decode("utf-32-le", "replace")
        return [plain[start:end] for start, end in room.lines[:lines]], int(said), bool(cut)

    return read


def _plainly(description: str) -> Lines:
    read = read_text(description)
    return [line.text for line in read.lines], len(read.text.split()), read.truncated


def test_patterns_match_as_re_does() -> None:
    """Every pattern of `text` and `titles` finds the same spans and groups as in `re`, from any start to any end."""
    compiler = Compiler()
    numbers = {name: compiler.add(pattern) for name, pattern in PATTERNS.items()}
    alphabet = compiler.alphabet()
    m = machine(compiler, alphabet)
    for count, case in enumerate(soup.texts(400, seed=1)):
        symbols = alphabet.symbols[np.frombuffer(case.encode("utf-32-le"), np.uint32)]
        size = len(case) + 1
        start, end = (0, len(case)) if count % 2 else sorted((count * 7 % size, count * 13 % size))
        for name, number in numbers.items():
            expected = PATTERNS[name].search(case, start, end)
            found = find(m, number, symbols, 0, end, start)

            assert (expected.span() if expected else (-1, -1)) == tuple(found), (name, case, start, end)
            if expected:
                groups = [expected.span(group) for group in range(1, PATTERNS[name].groups + 1)]

                assert groups == [tuple(m.groups[2 * g : 2 * g + 2]) for g in range(1, len(groups) + 1)], (name, case)


def test_patterns_of_other_kinds_are_refused() -> None:
    """A pattern that the machine does not know is refused when it is compiled, not matched in some other way."""
    with pytest.raises(NotImplementedError, match="GROUPREF"):
        Compiler().add(re.compile(r"(a)\1"))
    with pytest.raises(NotImplementedError, match="AT_NON_BOUNDARY"):
        Compiler().add(re.compile(r"a\B"))


def test_lines_are_those_of_text(lines_of: Reader) -> None:
    """Own postings and mixed pieces of every kind have the same text as shown and the same lines."""
    cases = [posting["description"] for posting in soup.own_postings()] + list(soup.texts(1500, seed=2))
    refused = 0
    for case in cases:
        read = lines_of(case)
        if isinstance(read, int):
            refused += 1
            assert cleaning.RARE == read
            assert set("İΣ") & set(case)
        else:
            assert _plainly(case) == read

    assert refused < len(cases) / 2


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=400))
@example("\r\n\r")
@example("•")
@example("a" * 300 + " Lead it")
def test_lines_of_any_text(lines_of: Reader, case: str) -> None:
    """Any Unicode text has the same lines, or is left to the plain path for its letters of rare case."""
    read = lines_of(case)

    assert _plainly(case) == read if isinstance(read, tuple) else set("İΣ") & set(case)


def test_a_long_text_is_cut(lines_of: Reader) -> None:
    """A text over the limit is cut at the same character."""
    case = "Ends é. " * (text.MAX_CHARACTERS // 8 + 100)

    assert _plainly(case) == lines_of(case)


def _both(postings: list[Posting], told: JudgeSettings, way: Way) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    batch = to_batch(postings)
    return Scorer(MODEL, told, way="plain").judge(batch), Scorer(MODEL, told, way=way).judge(batch)


@pytest.mark.parametrize("explain", ["none", "terms"])
@pytest.mark.parametrize(("prior", "way"), [(None, "compiled"), (0.3, "compiled"), (None, "numpy"), (0.3, "numpy")])
def test_verdicts_are_those_of_the_plain_path(explain: Explain, prior: float | None, way: Way) -> None:
    """Levels, traits, terms and notes are equal, probabilities and shares within 1e-9, whatever the path."""
    plain, other = _both(soup.postings(), JudgeSettings(explain=explain, prior=prior), way)

    assert plain.schema == other.schema
    for name in plain.schema.names:
        expected, got = plain.column(name).to_pylist(), other.column(name).to_pylist()
        if name in {"p_director", "p_in_scope"}:
            assert [p is None for p in expected] == [p is None for p in got]
            assert [p or 0 for p in expected] == pytest.approx([p or 0 for p in got], abs=1e-9)
        elif name == "top_terms" and explain == "terms":
            assert [[t["term"] for t in terms] for terms in expected] == [[t["term"] for t in terms] for terms in got]
            weights = [[t["weight"] for terms in column for t in terms] for column in (expected, got)]
            assert weights[0] == pytest.approx(weights[1], abs=1e-9)
        else:
            assert expected == got, name


@pytest.mark.parametrize("way", ["compiled", "numpy"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_chunks_do_not_matter(size: int, way: Way) -> None:
    """A posting's verdict does not depend on the batch that it comes in, to the last bit."""
    batch = to_batch(soup.postings())
    scorer = Scorer(MODEL, JudgeSettings(), way=way)
    parts = [scorer.judge(batch.slice(start, size)) for start in range(0, batch.num_rows, size)]

    whole = Scorer(MODEL, JudgeSettings(), way=way).judge(batch)

    assert whole == pa.Table.from_batches(parts).combine_chunks().to_batches()[0]


def test_bytes_that_are_not_text_do_no_harm() -> None:
    """The compiled code reads nothing beyond its buffers, whatever bytes it is given."""
    rng = np.random.default_rng(0)
    data = rng.integers(0, 256, 60_000, np.uint8).tobytes().replace(b"<", b"a").replace(b"&", b" ")
    offsets = np.sort(rng.integers(0, len(data), 200)).astype(np.int32)
    texts = pa.Array.from_buffers(pa.string(), 199, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
    rows = pa.array(range(1, 200), pa.int64())
    nothing = pa.nulls(199, pa.string())
    batch = pa.record_batch([rows, nothing, nothing, nothing, texts], schema=to_batch([]).schema)
    numbers = KERNEL.walk(batch, tell=True)

    assert set(np.unique(numbers.status)) <= {-4, -2, 0, 1, 2, 3}


def test_compiled_code_is_kept_under_the_hash_of_its_sources(tmp_path: Path) -> None:
    """Another process with NUMBA_CACHE_DIR keeps what it compiles there, in a folder named after the sources."""
    code = "from postclass.kernel.matcher import find; from postclass.kernel.cache import folder; print(folder())"
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert f"{tmp_path / Path(folder()).name}\n" == done.stdout
    assert any(tmp_path.rglob("matcher.find-*.nbi"))


def test_where_nothing_can_be_written_it_is_compiled_all_the_same(tmp_path: Path) -> None:
    """Without a folder that can be written, functions are compiled for this process alone."""
    code = (
        "import postclass.kernel.cache as c; c.folder = lambda: '/dev/null/nowhere'\n"
        "import numba.core.caching as n\n"
        "for l in n.CacheImpl._locator_classes: l.from_function = classmethod(lambda *_: None)\n"
        "from postclass.kernel.compiled import compiled\n"
        "@compiled\ndef double(x: int) -> int:\n    return 2 * x\n"
        "print(double(21))"
    )
    script = tmp_path / "script.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)

    assert "42\n" == done.stdout, done.stderr


def test_wordings_are_those_of_the_level_head() -> None:
    """The level head alone has the same log-odds and top terms, compiled, by numpy and term by term."""
    texts = [p["description"] for p in soup.own_postings()] + [t.replace("Σ", "") for t in soup.texts(300, seed=4)]
    texts = [text_ for text_ in texts if "İ" not in text_] + ["", "++ a", "x" * 70_000]
    space, head = MODEL.parts.level_space, MODEL.parts.level_head
    expected = [head.bias + sum(head.shares(*space.values(words_of(text_)))) for text_ in texts]
    compiled, by_numpy = KERNEL.wordings(pa.array(texts), tell=True), Vectors(MODEL.parts).wordings(texts, tell=True)

    assert expected == pytest.approx(compiled.log_odds.tolist(), abs=1e-12)
    assert expected == pytest.approx(by_numpy.log_odds.tolist(), abs=1e-12)
    assert compiled.terms.tolist() == by_numpy.terms.tolist()
    assert compiled.shares.ravel().tolist() == pytest.approx(by_numpy.shares.ravel().tolist(), abs=1e-12)


def test_numbers_of_texts_begin_anew_when_they_run_out() -> None:
    """After two billion lines what was seen is forgotten, and nothing is taken for seen that was not."""
    batch = to_batch(soup.postings())
    kernel = Kernel(MODEL.parts)
    expected = kernel.walk(batch, tell=True)
    kernel._bench.serials[0] = 2**31 - 60  # noqa: SLF001 - as after some 40 million postings
    got = kernel.walk(batch, tell=True)

    assert kernel._bench.serials[0] < 2**30  # noqa: SLF001
    for name in expected._fields:
        assert np.array_equal(getattr(expected, name), getattr(got, name), equal_nan=name in {"log_odds", "p_in_scope"})
