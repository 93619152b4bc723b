"""A document of sections, and how it is written as Markdown and as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from domain.errors import InputError

MARKDOWN, PAGE = "report.md", "report.html"


@dataclass(frozen=True, slots=True)
class Table:
    """Heads and rows of words; the first column is text, the others stand to the right."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG: a file beside the Markdown, inline in the page."""

    name: str  # of the file, without its ending
    caption: str
    svg: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it; a string is a paragraph of plain text."""

    title: str
    parts: tuple[str | Table | Picture, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A title and its sections."""

    title: str
    sections: tuple[Section, ...]


def write(document: Document, folder: Path) -> None:
    """Writes `report.md` with its pictures and `report.html` into `folder`, which is made.

    Raises `InputError` where that can't be done.
    """
    parts = [part for section in document.sections for part in section.parts]
    files = {f"{p.name}.svg": p.svg for p in parts if isinstance(p, Picture)}
    files |= {MARKDOWN: markdown(document), PAGE: page(document)}
    for name, text in files.items():
        write_text(folder / name, text)


def write_text(file: Path, text: str) -> None:
    """Writes one file, and its folder. Raises `InputError` where that can't be done."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{file} can't be written: {error.strerror}.", "Name a place that can be."
        ) from error


def must_be_writable(files: Iterable[Path]) -> None:
    """Raises `InputError` for the first file that couldn't be written; leaves what is there."""
    for file in files:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            there = file.exists()
            with file.open("a", encoding="utf-8"):
                pass
            if not there:
                file.unlink()
        except OSError as error:
            raise InputError(
                f"{file} can't be written: {error.strerror}.", "Name a place that can be."
            ) from error


def markdown(document: Document) -> str:
    """The document in Markdown; pictures are links to the files beside it."""
    made = [f"# {_flat(document.title)}"]
    for section in document.sections:
        made.append(f"## {_flat(section.title)}")
        made += [_markdown_part(part) for part in section.parts]
    return "\n\n".join(made) + "\n"


def _markdown_part(part: str | Table | Picture) -> str:
    match part:
        case str():
            return _flat(part)
        case Picture():
            return f"![{_flat(part.caption)}]({part.name}.svg)"
        case Table():
            rule = ["---", *("---:" for _ in part.heads[1:])]
            return "\n".join(_markdown_row(row) for row in (part.heads, rule, *part.rows))


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_flat(cell) for cell in cells) + " |"


def _flat(text: str) -> str:
    """Text that stays text in Markdown."""
    flat = " ".join(text.split())
    for sign in ("\\", "|", "*", "`", "<"):
        flat = flat.replace(sign, f"\\{sign}")
    return flat.replace("](", "]\\(")


_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid #8885; }
th { font-weight: 600; } th:first-child, td:first-child { text-align: left; }
.wide { overflow-x: auto; } figure { display: inline-block; margin: .5rem 1rem .5rem 0; }
figcaption { font-size: .85rem; opacity: .8; } svg { max-width: 100%; height: auto; }
"""
# The page may load nothing: neither scripts nor pictures nor fonts from anywhere.
_HEAD = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'unsafe-inline'\">"
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
)


def page(document: Document) -> str:
    """The document as one HTML file with its pictures inside."""
    title = escape(document.title)
    made = [f"{_HEAD}<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"]
    for section in document.sections:
        made.append(f"<section><h2>{escape(section.title)}</h2>")
        made += [_page_part(part) for part in section.parts]
        made.append("</section>")
    return "\n".join([*made, "</body></html>"]) + "\n"


def _page_part(part: str | Table | Picture) -> str:
    match part:
        case str():
            return f"<p>{escape(part)}</p>"
        case Picture():
            return f"<figure>{part.svg}<figcaption>{escape(part.caption)}</figcaption></figure>"
        case Table():
            head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in part.heads)
            rows = "".join(
                "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
                for row in part.rows
            )
            return (
                f'<div class="wide"><table><thead><tr>{head}</tr></thead>'
                f"<tbody>{rows}</tbody></table></div>"
            )
