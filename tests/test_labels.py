"""Files of labels: what is read, what is refused, and where."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from own import ROOT
from postclass.errors import InputError
from postclass.labels import CONFIDENCES, GOLD, Label, beyond, label_id, read_labels, to_bytes
from postclass.posting import Posting
from postclass.traits import load_traits

KEYS = [trait.key for trait in load_traits()]
GOOD = '{"id": "a", "level": "pm", "conf": "lean", "traits": {"delivery": [2, 5]}, "note": "short"}'

labels = st.builds(
    Label,
    id=st.text(min_size=1),
    level=st.sampled_from(GOLD),
    conf=st.sampled_from(CONFIDENCES),
    traits=st.dictionaries(
        st.sampled_from(KEYS), st.lists(st.integers(1, 400), min_size=1, max_size=4, unique=True).map(tuple)
    ),
    others=st.dictionaries(st.sampled_from(["note", "rung"]), st.text()),
)


def test_the_projects_own_labels_are_read() -> None:
    """All of them, without a fault."""
    read = read_labels(ROOT / "data/labelled/labels.jsonl")

    assert 74 == len(read.checked())
    assert ("own-001", "director", "clear") == (read.labels[0].id, read.labels[0].level, read.labels[0].conf)
    assert (9,) == read.labels[0].traits["vision_strategy"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not a JSON object"),
        ("[" * 100_000, "not a JSON object"),
        ("[1]", "not a JSON object"),
        (GOOD.replace('"a"', '""'), "no 'id'"),
        (GOOD.replace('"a"', "true"), "no 'id'"),
        (GOOD.replace("pm", "ceo"), "the level is 'ceo'; it must be director, pm, neither"),
        (GOOD.replace('"pm"', "[]"), "the level is []"),
        (GOOD.replace("lean", "sure"), "the conf is 'sure'; it must be clear or lean"),
        (GOOD.replace("delivery", "bravery"), "no trait is called 'bravery'"),
        (GOOD.replace('{"delivery": [2, 5]}', "[2]"), "'traits' must be an object"),
        (GOOD.replace("[2, 5]", "[]"), "the lines of delivery are []"),
        (GOOD.replace("[2, 5]", "[0]"), "from 1"),
        (GOOD.replace("[2, 5]", "[2, true]"), "from 1"),
        (GOOD.replace("[2, 5]", '["2"]'), "from 1"),
        (GOOD.replace('"pm"', f'"{"x" * 99}"'), "…"),
        (GOOD, "stands in line 1 already"),
    ],
)
def test_a_bad_line_is_told_with_its_place(tmp_path: Path, line: str, told: str) -> None:
    """File, line and what is wrong; the lines around it are read."""
    path = tmp_path / "labels.jsonl"
    last = GOOD.replace('"a"', '"b"')
    path.write_text(f"{GOOD}\n\n{line}\n{last}\n", encoding="utf-8")
    read = read_labels(path)

    assert ["a", "b"] == [label.id for label in read.labels]
    assert [1, 4] == list(read.lines)
    assert f"{path}, line 3: " in str(read.faults[0])
    assert told in read.faults[0].reason
    with pytest.raises(InputError, match="line 3"):
        read.checked()


def test_a_level_alone_is_a_label(tmp_path: Path) -> None:
    """It is clear, and no trait was looked for."""
    path = tmp_path / "labels.jsonl"
    path.write_text('{"id": 7, "level": "pm"}', encoding="utf-8")

    assert (Label("7", "pm", "clear"),) == read_labels(path).checked()


def test_many_faults_are_told_in_one_line(tmp_path: Path) -> None:
    """The first five, and how many more."""
    path = tmp_path / "labels.jsonl"
    path.write_text("{}\n" * 9, encoding="utf-8")

    with pytest.raises(InputError, match=r"line 5: .*\(and 4 more\)"):
        read_labels(path).checked()


@pytest.mark.parametrize("content", [None, b"\xff\xfe{}"])
def test_a_file_that_cant_be_read(tmp_path: Path, content: bytes | None) -> None:
    """Its name, and what would do."""
    path = tmp_path / "labels.jsonl"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(InputError, match=r"labels\.jsonl: .*give a JSONL file of labels"):
        read_labels(path)


def test_lines_beyond_the_posting_are_faults(tmp_path: Path) -> None:
    """A label names line 5 of a posting of four."""
    path = tmp_path / "labels.jsonl"
    path.write_text(GOOD, encoding="utf-8")
    read = read_labels(path)

    assert () == beyond(read, {"a": 5})
    assert () == beyond(read, {"other": 1})
    assert ["delivery names line 5, but posting 'a' has 4 lines"] == [one.reason for one in beyond(read, {"a": 4})]


def test_a_posting_without_an_id_is_called_by_its_text() -> None:
    """The SHA-256 of its description, as `data/labels` has it; an id goes first."""
    assert "7" == label_id(Posting("text", id="7"))
    assert "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1" == label_id(Posting("text"))


@given(st.lists(labels, unique_by=lambda label: label.id))
def test_what_is_written_is_read_back(made: list[Label]) -> None:
    """Every label, in order, with its other keys."""
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "labels.jsonl"
        path.write_bytes(to_bytes(made))

        assert made == list(read_labels(path).checked())


def test_traits_of_ones_own(tmp_path: Path) -> None:
    """The keys that labels may use can be given."""
    path = tmp_path / "labels.jsonl"
    path.write_text(GOOD.replace("delivery", "bravery"), encoding="utf-8")

    assert {"bravery": (2, 5)} == read_labels(path, traits=["bravery"]).checked()[0].traits
