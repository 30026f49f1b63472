"""One module a door: `door(data)` puts some bytes through it and raises where a promise is broken."""

DOORS = (
    "csv", "jsonl", "json", "jsonld", "html", "text", "titles", "model", "api", "parquet", "sqlite", "xlsx", "folder",
    "checkpoint",
)  # fmt: skip
