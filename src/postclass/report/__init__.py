"""What people read: a verdict in; terminal text, JSON or a self-contained HTML page out. Renderers only render."""

from postclass.report.page import render_html
from postclass.report.text import render_text
from postclass.report.words import render_json

__all__ = ["render_html", "render_json", "render_text"]
