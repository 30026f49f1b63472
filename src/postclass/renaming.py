"""A title goes in; titles of the level that its text shows come out, the subject of the old one kept."""

import re

from postclass.titles import MAX_NAME, claimed_level

# Where what a title is about may begin: "Director of Product, Payments", "Head of Product (EMEA)".
_BREAK = re.compile(r"\s*[,|:]\s+|\s+[-\u2013\u2014]\s+|\s+(?=[(\[])")
_JUNIOR = re.compile(r"\b(?:associate|junior|jr\.?|assistant)\b", re.IGNORECASE)
_OWNER = re.compile(r"\bproduct owner\b", re.IGNORECASE)


def fitting_titles(title: str, *, level: str) -> tuple[str, ...]:
    """Two titles of a level (`director` or `pm`), the likelier first, about what the old title was about."""
    core, subject = _split(title)
    if level == "director":
        names = ("Director of Product", "Head of Product")
    elif _JUNIOR.search(core):
        names = ("Product Manager", "Associate Product Manager")
    elif _OWNER.search(core):
        names = ("Product Owner", "Product Manager")
    else:
        names = ("Senior Product Manager", "Product Manager")
    return tuple(name + subject for name in names)


def _split(title: str) -> tuple[str, str]:
    """The shortest beginning that claims a product role, and the rest, with its comma, dash or bracket."""
    whole = " ".join(title[:MAX_NAME].split())  # each break is tried, which takes quadratic time
    for match in _BREAK.finditer(whole):
        if claimed_level(whole[: match.start()]) != "other":
            return whole[: match.start()], whole[match.start() :]
    return whole, ""
