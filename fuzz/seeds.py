"""Writes the first inputs of each door, from this repository's own samples and oddities: `python fuzz/seeds.py`.

Inputs with a name come from here; those named by a hash were found by fuzzing and kept by `fuzz/run.py --keep`.
"""

import io
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "fuzz" / "corpus"
MOST = 2048  # bytes of a file that are taken: enough for its format to show
FILES = {
    "csv": ("data/samples/*.csv", "tests/hostile/*.csv", "tests/exports/*.csv"),
    "jsonl": ("data/samples/*.jsonl", "tests/hostile/*.jsonl"),
    "json": ("data/samples/*.json", "tests/hostile/*.json", "tests/exports/*.json"),
    "jsonld": ("data/samples/*.jsonld", "tests/exports/graph.json", "tests/exports/documents.json"),
    "html": ("tests/hostile/*.html", "tests/exports/*.html"),
}
ODD: dict[str, tuple[bytes, ...]] = {
    "csv": (
        b'0title,description\n"a""b","x\ny"\n"Lead","open',
        b"0title,description\r1,2\r\r3,4\r\n5\0,6",
        b"7title,description\nx,\x1b$B%W%m\x1b(B",
        b"6title,description\nx,+2AA-",
        b"0\xef\xbb\xbftitle,description,\n1,2,3\n\xff,\xed\xa0\x80,1",
        b"0\x1f\x8b\x08\0\0\0\0\0\0\xff+\xc9,\xc9I\xd5)I-.\xc9\xcc\xcb\x07\0",
    ),
    "jsonl": (
        b'0{"description":"x","id":1e400}\n{"description":NaN}\n{"description":"\\ud800"}\n[]\n',
        b'0{"description":["a",{"b":1}],"title":{"name":"x"},"description":""}\n \t\r\n{"text":"t","lists":[{"text":1}]}',
        b'1{"description":"x","department":[[["a"]]],"seniority":{"name":"\\ud83d\\ude00"},"k":' + b"[" * 400 + b"]" * 400 + b"}",
        b'1{"content":{"descriptionHtml":"x","lists":[{"text":"a","content":"b"}]},"text":"t","categories":{"team":"x"}}',
    ),
    "json": (
        b'0[{"description":"a"},{x,"b":1},[1],"s",{"description":"b"}',
        b'0{"jobs":[{"content":"x"},{"content":1}],"meta":{"a":[1]}} ',
        b'0{"@graph":[{"@type":"JobPosting","description":"a"}]}',
        b'0[{"@context":"https://schema.org","@graph":[{"@type":["A","JobPosting"],"description":"x"}]}]',
    ),
    "jsonld": (b'0{"@type":"JobPosting","title":"x","description":["a"]}', b'1{"a":[{"@type":"schema:JobPosting","b":1}]}'),
    "html": (b'0<script type=application/ld+json>{"@type":"JobPosting","description":"a\nb"}</script>',),
    "text": (
        b"1R&amp;D &#x26;lt;p&gt; &#99999999999999; &nbsp;",
        b"0head-&", b"0PM/", b"0<!--<script ", b"0[](", b"0&lt;p&gt;", b"0\\*_`**__", b"0 \t\r\n", b"0<a \"'", b"0\xc4\xb0",
        b"1<ul><li>Lead the team<li>Own it</ul><pre>a\n b</pre><style>x</style><!-- y -->",
        b"1## **What you do**\n* Own [it](http://x)\n1) go; then; so. Next, e.g. This.That\xe2\x80\xa8x\r\xe2\x80\x8f",
    ),
    "titles": (
        b"1We hire a Senior Director, Product Management (EMEA) at Acme.\0Director of Product\0Acme, Inc.",
        b"0head-&", b"0PM/", b"0 Head of ", b"0(", b"0The Managing Director carries ", b"0- ", b"0vp ",
        b"1\xc4\xb0z PM III\0\xef\xac\x81 VP Product\0\xc3\x9f",
    ),
    "model": (
        b"\3\0\1\2\3", b"\4\1\1\0\x14\2\5", b"\5\0\0\4\1\0\1\0\0", b"\6\1\3\4\1\0\2\0\1", b'\7{"format":1,"files":{}}', b"\0{}",
    ),
    "api": (
        b'\0\0\0\0\0{"description":"x","title":"Director of Product","rewrite":true}',
        b'\0\0\0\0\0{"description":"x","\\ud800":1,"prior":NaN}',
        b'\3\0\0\0\0{"description":"x"}\n{"description":1}\n\n[',
        b"\5\0\1\3\7\0\0\0title,description\nDirector of Product,You lead.\n",
        b'\5\1\0\0\0\0{"description":"x"}',
        b"\x08\0\0\0\5../..",
    ),
    "xlsx": (
        b"0" + b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>title</t></is></c><c r="B1" t="inlineStr"><is><t>description</t></is></c></row>'
        b'<row r="3"><c r="A3"><v>7</v></c><c r="B3" t="b"><v>1</v></c><c r="C3" t="e"><v>#N/A</v></c></row></sheetData></worksheet>',
    ),
    "folder": (
        b"1\0---\ntitle: Director of Product\ncompany: Acme\nid: 7\n---\n# Head\ntext <!-- postclass: ignore inflated -->\n",
        b"0\0# ######", b"0\0---\na: b\n---\n", b"0\0postclass: ignore", b"0\0<h1>a</h1>", b"0\0# \t\t x", b"1\3+2AA-",
    ),
    "checkpoint": (
        b'\0{"format":1,"input":"input","model":"model","settings":{},"postclass":"1","way":"auto"}',
        b"\1\0\1\2", b'\3{"place":{"records":2,"chunk":2},"rejections":[[2,"a","b"]]}', b"\4\0\1\2", b"\5\1\7\1\7",
    ),
}  # fmt: skip


def main() -> None:
    """Write them."""
    for door, patterns in FILES.items():
        for pattern in patterns:
            for path in sorted(ROOT.glob(pattern)):
                write(door, path.name.replace(".", "_"), b"0" + path.read_bytes()[:MOST])
    for door, inputs in ODD.items():
        for number, data in enumerate(inputs):
            write(door, f"odd_{number}", data)
    write("sqlite", "plain", b"0" + database("CREATE TABLE jobs (title TEXT, description TEXT, id INTEGER)"))
    for number, data in enumerate(parquets()):
        write("parquet", f"odd_{number}", b"0" + data)


def write(door: str, name: str, data: bytes) -> None:
    """One input of a door."""
    (CORPUS / door).mkdir(parents=True, exist_ok=True)
    (CORPUS / door / name).write_bytes(data)


def database(schema: str) -> bytes:
    """A SQLite database of one table with a posting in it, in small pages."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        with closing(sqlite3.connect(path)) as made:
            made.execute("PRAGMA page_size=512")
            made.execute(schema)
            made.execute("INSERT INTO jobs VALUES ('Lead', 'You lead.', 7)")
            made.commit()
        return path.read_bytes()


def parquets() -> list[bytes]:
    """Small Parquet files: texts, other kinds of columns, lists."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = (
        {"title": ["Lead", None], "description": ["You lead.", "x"], "id": [1, 2]},
        {"description": pa.array(["a", "b"]).dictionary_encode(), "id": pa.array([1, 2], pa.date32())},
        {
            "description": [["a"], ["b", "c"]],
            "company": [{"name": "x"}, None],
            "id": pa.array([1, 2], pa.timestamp("ns", "UTC")),
        },
    )
    made = []
    for columns in tables:
        sink = io.BytesIO()
        pq.write_table(pa.table(columns), sink, compression="none", store_schema=False, write_statistics=False)
        made.append(sink.getvalue())
    return made


if __name__ == "__main__":
    main()
