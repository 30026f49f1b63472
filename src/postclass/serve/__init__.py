"""A web page and a JSON API on this machine: postings in by HTTP, verdicts and audits out; nothing is kept."""

from postclass.serve.app import make_app
from postclass.serve.settings import ServeSettings

__all__ = ["ServeSettings", "make_app"]
