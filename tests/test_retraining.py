"""Training again: one SHA-256, whatever the threads, the hash seed and the order of the rows."""

from pathlib import Path

from postclass.modelfile import SHIPPED, load_model
from retraining import HASH_SEEDS, THREADS, documented_arguments, retrained
from smallcorpus import write_corpus


def test_one_digest(tmp_path: Path) -> None:
    """One and eight threads, two hash seeds, each in a process of its own with shuffled rows: the same bytes.

    `python tests/retraining.py --times 5` does the same with the shipped model's own data.
    """
    postings, labels, others = map(str, write_corpus(tmp_path))
    arguments = ["train", "--postings", postings, "--labels", labels, "--weak", others]
    digests = dict(retrained(arguments))

    assert len(THREADS) * len(HASH_SEEDS) == len(digests)
    assert 1 == len(set(digests.values())), digests


def test_the_long_form_trains_the_shipped_model() -> None:
    """The command that the long form repeats is the one that the data's page documents."""
    arguments = documented_arguments()

    assert "train" == arguments[0]
    assert SHIPPED == arguments[arguments.index("-o") + 1]
    assert set(load_model().manifest["training"]["files"]) >= {
        Path(a).name for a in arguments if a.endswith((".parquet", ".jsonl"))
    }
