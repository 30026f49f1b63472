"""The public names: what they are, and that importing them costs only what is used."""

import subprocess
import sys

import pytest

import postclass
from own import own_postings
from postclass.errors import PostclassError as PostclassErrorAtHome

HEAVY = ("click", "joblib", "numba", "numpy", "pandas", "pyarrow", "scipy", "sklearn")


def imported(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after running code."""
    script = f"{code}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_obvious_use() -> None:
    """A model is loaded and judges postings, mappings and texts."""
    model = postclass.load_model()
    posting = own_postings()[0]
    verdict = next(model.judge([postclass.Posting(posting.description, title=posting.title)]))

    assert isinstance(model, postclass.Model)
    assert isinstance(verdict, postclass.Verdict)
    assert "director" == verdict.level


def test_public_names() -> None:
    """Each public name can be had, and is the one that its module holds."""
    assert sorted(postclass.__all__) == sorted(name for name in postclass.__all__ if getattr(postclass, name))
    assert PostclassErrorAtHome is postclass.PostclassError
    assert "pm" == postclass.claimed_level("Product Manager")
    assert 21 == len(postclass.load_traits())
    assert "none" == postclass.JudgeSettings(explain="none").explain


def test_unknown_names() -> None:
    """A name that is not there is an AttributeError that names it."""
    with pytest.raises(AttributeError, match="module 'postclass' has no attribute 'nothing'"):
        _ = postclass.nothing


@pytest.mark.parametrize(
    "code",
    [
        "import postclass",
        "import postclass; postclass.Posting, postclass.Verdict, postclass.PostclassError",
        "import postclass; postclass.claimed_level('Product Manager')",
        "import postclass; postclass.load_traits()",
        "import postclass; next(postclass.load_model().judge(['<p>Own the roadmap</p>' * 40]))",
    ],
)
def test_names_are_imported_lazily(code: str) -> None:
    """Nothing heavy is imported, not even to load the shipped model and judge a posting."""
    assert set() == imported(code) & set(HEAVY)


def test_importing_postclass_alone() -> None:
    """The bare import brings in none of the package's own modules."""
    code = "import postclass, sys; print(*[n for n in sys.modules if n.startswith('postclass.')])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert "" == done.stdout.strip()


def test_the_measure_sees_heavy_modules() -> None:
    """The list of imported modules does name a heavy one where it is imported."""
    assert "numpy" in imported("import numpy")
