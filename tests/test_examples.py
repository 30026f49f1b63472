"""The nearest labelled postings."""

from own import own_postings, shipped
from postclass.examples import LINES, NEAREST, Examples, labelled
from postclass.features import read_posting
from postclass.posting import Posting


def test_two_of_each_level() -> None:
    """A posting gets its two nearest of each level, nearest first, and never itself."""
    examples = Examples(shipped().parts)
    for posting in own_postings():
        nearest = examples.nearest(read_posting(posting))
        sides = [example.level for example in nearest]

        assert ["director"] * NEAREST + ["pm"] * NEAREST == sides
        assert posting.id not in {example.id for example in nearest}
        assert all(0 <= example.similarity < 1 for example in nearest)
        assert nearest[0].similarity >= nearest[1].similarity


def test_examples_show_lines_of_their_traits() -> None:
    """Each line of an example stands in its posting, word for word."""
    for example in labelled():
        words = " ".join(read_posting(example.posting).text.text.split())
        for _, line in example.lines[:LINES]:
            assert " ".join(line.split())[:20].split()[0] in words


def test_a_text_without_known_words_has_examples_too() -> None:
    """Nothing in common is a similarity of 0."""
    nearest = Examples(shipped().parts).nearest(read_posting(Posting("xyzzy plugh")))

    assert [0.0] * 2 * NEAREST == [example.similarity for example in nearest]
