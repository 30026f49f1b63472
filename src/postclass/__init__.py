"""Tells from the text of a job posting whether the role is director-level or PM-level product work, and why."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from postclass.errors import PostclassError as PostclassError
    from postclass.judge import JudgeSettings as JudgeSettings
    from postclass.judge import Model as Model
    from postclass.modelfile import load_model as load_model
    from postclass.posting import Posting as Posting
    from postclass.titles import claimed_level as claimed_level
    from postclass.traits import load_traits as load_traits
    from postclass.verdict import Verdict as Verdict

# Imported when first asked for, so that no command pays for what it does not use.
_HOMES = {
    "JudgeSettings": "judge",
    "Model": "judge",
    "Posting": "posting",
    "PostclassError": "errors",
    "Verdict": "verdict",
    "claimed_level": "titles",
    "load_model": "modelfile",
    "load_traits": "traits",
}
__all__ = [
    "JudgeSettings",
    "Model",
    "PostclassError",
    "Posting",
    "Verdict",
    "claimed_level",
    "load_model",
    "load_traits",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute may be anything
    """A public name, from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
