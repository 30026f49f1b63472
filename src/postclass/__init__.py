"""Tells from the text of a job posting whether the role is director-level or PM-level product work, and why."""

__version__ = "0.1.0"
