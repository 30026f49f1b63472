"""The card of the project's data, in Hugging Face's layout."""

from huggingface_hub import DatasetCard

from own import ROOT, rows

CARD = ROOT / "data" / "README.md"


def test_the_card_can_be_read() -> None:
    """Hugging Face's parser reads its metadata, and the licence is the project's."""
    card = DatasetCard.load(CARD)

    assert ("apache-2.0", "en") == (card.data.license, card.data.language)
    assert ["text-classification"] == card.data.task_categories


def test_its_files_are_there() -> None:
    """Every configuration names a file of JSONL whose rows have the same fields throughout."""
    for config in DatasetCard.load(CARD).data.to_dict()["configs"]:
        fields = {frozenset(row) for row in rows(f"data/{config['data_files']}")}

        assert fields
        assert "id" in frozenset.intersection(*fields)
