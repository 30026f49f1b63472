"""Postings with their verdicts go in, batch after batch; out comes a portrait of bounded size, to be compared.

Everything is counted within groups of postings, by employer and by content, so that `drift` can tell from the spread
between groups how far chance goes: postings of one employer read alike, and are not as many witnesses as they are.
"""

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from postclass.memory import Content, contents
from postclass.verdict import LEVELS, NOTES

if TYPE_CHECKING:
    from postclass.posting import Rejection

Wholes = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

GROUPS = 256  # enough for a spread that can be relied on (255 degrees of freedom), few enough to keep a histogram each
# Scores are counted in steps of log-odds: a twentieth is far finer than a tenth of any scores that are worth comparing.
STEP, REACH = 0.05, 12.0
BINS = 2 * int(REACH / STEP)
SCORES = ("p_director", "p_in_scope")
# Different postings whose words are looked at, one in thousands where there are many: reading one takes 5 ms, and with
# 800,000 words a share of new words is known to a tenth of a percent.
SAMPLE = 2000
MOST_TEXT = 30_000  # characters kept of a posting in the sample: 2,000 of them then take 60 MB at the most
_REASONS_COUNTED = 100

# Counted of each group: records, rejected ones, verdicts, texts that can be judged, and of these product roles.
RECORDS, REJECTED, VERDICTS, USABLE, PRODUCT = "records rejected verdicts usable product".split()
_COUNTED = (RECORDS, REJECTED, VERDICTS, USABLE, PRODUCT)


@dataclass(slots=True)
class Groups:
    """Counts by group; `counts` is group x what is counted, `scores` group x bin for each kind of score."""

    counts: Wholes
    scores: dict[str, Wholes]

    @classmethod
    def empty(cls, columns: int) -> "Groups":
        """Nothing counted yet."""
        return cls(np.zeros((GROUPS, columns), np.int64), {name: np.zeros((GROUPS, BINS), np.int64) for name in SCORES})


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a sampled posting as the model reads them, and the groups that it belongs to."""

    words: tuple[str, ...]  # in order; "" between lines
    by_employer: int
    by_posting: int


@dataclass(slots=True)
class Portrait:
    """What postings are like on the whole: add batches, then ask. Some 6 MB, and the sample of texts."""

    traits: tuple[str, ...]
    rejections: Counter[str] = field(default_factory=Counter)  # by reason
    named: int = 0  # postings that name their company
    by_employer: Groups = field(init=False)
    by_posting: Groups = field(init=False)
    columns: dict[str, int] = field(init=False)
    _sample: list[tuple[int, Content]] = field(default_factory=list)  # a heap whose first is the next to go
    _texts: dict[Content, tuple[str, str | None, str | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = (*_COUNTED, *LEVELS, *NOTES, *self.traits)
        self.columns = {name: place for place, name in enumerate(names)}
        self.by_employer, self.by_posting = Groups.empty(len(names)), Groups.empty(len(names))

    def add(self, postings: pa.RecordBatch, verdicts: pa.RecordBatch) -> None:
        """Count a batch of `batches.POSTINGS` with its verdicts, which hold traits."""
        digests = contents(postings)
        marks = self._marks(verdicts)
        usable, product = marks[:, self.columns[USABLE]] > 0, marks[:, self.columns[PRODUCT]] > 0
        bins = {name: _bins(verdicts.column(name)) for name in SCORES}
        by_posting = np.array([digest[0] for digest in digests], np.int64)
        companies = [company and company.strip() for company in postings.column("company").to_pylist()]
        self.named += sum(map(bool, companies))
        by_employer = np.array(
            [_employer(company, digest) for company, digest in zip(companies, digests, strict=True)], np.int64
        )
        for groups, of in ((self.by_employer, by_employer), (self.by_posting, by_posting)):
            np.add.at(groups.counts, of, marks)
            np.add.at(groups.scores["p_director"], (of[product], bins["p_director"][product]), 1)
            np.add.at(groups.scores["p_in_scope"], (of[usable], bins["p_in_scope"][usable]), 1)
        self._keep(postings, digests, np.flatnonzero(product))

    def reject(self, rejections: Iterable["Rejection"]) -> None:
        """Count records that could not be read."""
        for rejection in rejections:
            known = rejection.reason in self.rejections or len(self.rejections) < _REASONS_COUNTED
            self.rejections[rejection.reason if known else "other reasons"] += 1
            for groups in (self.by_employer, self.by_posting):
                groups.counts[rejection.row % GROUPS, [self.columns[RECORDS], self.columns[REJECTED]]] += 1

    def total(self, name: str) -> int:
        """How often something was counted."""
        return int(self.by_posting.counts[:, self.columns[name]].sum())

    def words(self) -> list[Words]:
        """The words of the sampled postings, their own titles and companies masked."""
        from postclass.features import read_posting
        from postclass.posting import Posting

        read = []
        for digest in sorted(self._texts):
            description, title, company = self._texts[digest]
            reading = read_posting(Posting(description, title, company))
            words = tuple(word for line in reading.words for word in (*line, ""))
            read.append(Words(words, _employer(company and company.strip(), digest), digest[0]))
        return read

    def _marks(self, verdicts: pa.RecordBatch) -> Wholes:
        """Verdict x what is counted: 1 where it holds."""
        marks = np.zeros((verdicts.num_rows, len(self.columns)), np.int64)
        marks[:, [self.columns[RECORDS], self.columns[VERDICTS]]] = 1
        level = verdicts.column("level")
        for name in LEVELS:
            marks[:, self.columns[name]] = pc.equal(level, name).to_numpy(zero_copy_only=False)
        usable = verdicts.column("p_director").is_valid().to_numpy(zero_copy_only=False)
        product = usable & (marks[:, self.columns["out_of_scope"]] == 0)
        marks[:, self.columns[USABLE]], marks[:, self.columns[PRODUCT]] = usable, product
        self._mark(marks, verdicts.column("notes"), np.ones_like(usable))
        self._mark(marks, verdicts.column("traits"), product)
        return marks

    def _mark(self, marks: Wholes, lists: Any, where: npt.NDArray[np.bool_]) -> None:  # noqa: ANN401 - an Arrow array
        rows = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
        found = pc.index_in(pc.list_flatten(lists), pa.array(self.columns))  # null where the model has no such trait
        there = found.is_valid().to_numpy(zero_copy_only=False) & where[rows]
        marks[rows[there], found.fill_null(0).to_numpy(zero_copy_only=False)[there]] = 1

    def _keep(self, postings: pa.RecordBatch, digests: list[Content], rows: Wholes) -> None:
        """Keep those texts whose digests are the lowest: by chance, but the same from the same postings."""
        for row in rows.tolist():
            digest = digests[row]
            rank = -int.from_bytes(digest, "big")
            if digest in self._texts or (len(self._sample) >= SAMPLE and rank <= self._sample[0][0]):
                continue
            description, title, company = (
                postings.column(name)[row].as_py() for name in ("description", "title", "company")
            )
            self._texts[digest] = description[:MOST_TEXT], title, company
            heapq.heappush(self._sample, (rank, digest))
            if len(self._sample) > SAMPLE:
                del self._texts[heapq.heappop(self._sample)[1]]


def _employer(company: str | None, digest: Content) -> int:
    """The group of an employer; a posting that names none stands for itself."""
    if not company:
        return digest[0]
    return crc32(" ".join(company.casefold().split()).encode("utf-8", "surrogatepass")) % GROUPS


def _bins(probabilities: Any) -> Wholes:  # noqa: ANN401 - an Arrow array
    """The step of log-odds that each probability lies in; 0 where there is none."""
    values = np.clip(probabilities.fill_null(0.5).to_numpy(zero_copy_only=False), 1e-12, 1 - 1e-12)
    log_odds = np.log(values) - np.log1p(-values)
    return np.asarray(np.clip(np.floor((log_odds + REACH) / STEP), 0, BINS - 1), np.int64)


def edge(at: int) -> float:
    """The probability at the lower edge of a bin."""
    return float(1 / (1 + np.exp(-(at * STEP - REACH))))
