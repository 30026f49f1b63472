"""Labelled documents go in, the table that all heads are fitted to comes out: counts of terms, and labels as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from postclass.corpus import Document
from postclass.errors import TrainingError
from postclass.features import MIN_LINE_WORDS, TOKEN, scope_words
from postclass.terms import TOO_FEW, Counts, Floats, Names, Rows, count

Bools = npt.NDArray[np.bool_]

# What a document can teach. GOLD: a full posting with a level; LABELLED: read too, but short or of small weight;
# TITLED: its title says its level; OTHER_TRADE: its title says that it is none; UNTOLD: none of these (group and lead
# titles, or gold that was read as neither).
GOLD, LABELLED, TITLED, OTHER_TRADE, UNTOLD = range(5)
LEVELLED = (GOLD, LABELLED, TITLED)

LINE_POWER = 0.5  # of the norm that a line's values are divided by


@dataclass(frozen=True, slots=True)
class Table:
    """The documents of a fit as arrays: terms of texts and of lines, and what is known of them."""

    documents: Sequence[Document]
    level: Counts
    proof: Counts  # of the cited lines alone, in the level's terms
    lines: Counts
    scope: Counts
    owner: Rows  # of each line: its document
    cited: Floats  # line x trait: 1 where an annotator pointed to it, less where to a group of lines
    has: Bools  # document x trait
    traits: tuple[str, ...]
    kind: Rows  # of each document: GOLD and so on
    director: Bools

    @property
    def employers(self) -> list[str]:
        """Of each document."""
        return [document.employer for document in self.documents]


def tabulate(documents: Sequence[Document], traits: Sequence[str]) -> Table:
    """Counts terms and lays out labels."""
    banned = Names(documents)
    employers = [document.employer for document in documents]
    addresses = [document.addresses for document in documents]
    texts = [document.text for document in documents]
    read = [i for i, d in enumerate(documents) if d.level is not None]
    lines = [(i, j) for i in read for j, words in enumerate(documents[i].words) if len(words) >= MIN_LINE_WORDS]
    cited = np.zeros((len(lines), len(traits)))
    row_of = {line: row for row, line in enumerate(lines)}
    has = np.zeros((len(documents), len(traits)), dtype=bool)
    for i in read:
        for trait, groups in documents[i].evidence.items():
            has[i, traits.index(trait)] = True
            for group in groups:
                for j in group:
                    if (row := row_of.get((i, j))) is not None:
                        column = traits.index(trait)
                        cited[row, column] = max(cited[row, column], len(group) ** -0.5)
    line_texts = [" ".join(documents[i].words[j]) for i, j in lines]
    kind = np.array([_kind(document) for document in documents])
    director = np.array([d.level == "director" if d.level else d.claim == "director" for d in documents])
    role = [i for i in range(len(documents)) if kind[i] in LEVELLED]
    level = count(
        [texts[i] for i in role],
        [employers[i] for i in role],
        longest=3,
        tf="binary",
        banned=banned,
        addresses=[addresses[i] for i in role],
    )
    if not level.terms:
        raise TrainingError(TOO_FEW)
    of_level = CountVectorizer(ngram_range=(1, 3), vocabulary=level.terms, token_pattern=TOKEN, dtype=np.int32)
    return Table(
        documents=documents,
        level=Counts(level.terms, sp.csr_matrix(of_level.transform(texts)), 3, "binary"),
        proof=Counts(level.terms, sp.csr_matrix(of_level.transform(map(_proof, documents))), 3, "binary"),
        lines=replace(
            count(
                line_texts,
                [employers[i] for i, _ in lines],
                longest=2,
                tf="sublinear",
                banned=banned,
                addresses=[addresses[i] for i, _ in lines],
            ),
            power=LINE_POWER,
        ),
        scope=count(
            [" ".join(scope_words(d.words, names_role=d.names_role)) for d in documents],
            employers,
            longest=2,
            tf="binary",
            banned=banned,
            addresses=addresses,
        ),
        owner=np.array([i for i, _ in lines], dtype=np.int64),
        cited=cited,
        has=has,
        traits=tuple(traits),
        kind=kind,
        director=director,
    )


def _proof(document: Document) -> str:
    """The lines that a labelled document's annotators pointed to."""
    cited = {line for groups in document.evidence.values() for group in groups for line in group}
    return "\n".join(" ".join(document.words[line]) for line in sorted(cited))


def _kind(document: Document) -> int:
    if document.level in {"director", "pm"}:
        return GOLD if document.gold else LABELLED
    if document.level is None and not document.gold and document.claim in {"director", "pm"}:
        return TITLED
    return OTHER_TRADE if document.level is None and document.claim == "other" else UNTOLD
