"""A table on a terminal, in Chinese or in English, with columns that line up although Chinese characters are wide."""

import os
import unicodedata

HEADINGS = [
    ("步骤", "Step"),
    ("单据", "Document"),
    ("经办", "Who"),
    ("内容", "What"),
    ("数量", "Quantity"),
    ("结果", "Result"),
]


def wants_chinese(environment: dict[str, str]) -> bool:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return environment[name].lower().startswith("zh")
    return False


CHINESE = wants_chinese(dict(os.environ))


def say(chinese: str, english: str) -> str:
    return chinese if CHINESE else english


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def pad(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


class Table:
    """Rows of as many texts as there are headings."""

    def __init__(self, headings: list[tuple[str, str]]):
        self.rows = [[say(*heading) for heading in headings]]

    def add(self, *cells: str) -> None:
        self.rows.append([str(cell) for cell in cells])

    def text(self) -> str:
        widths = [max(width(row[column]) for row in self.rows) for column in range(len(self.rows[0]))]
        lines = [
            "  ".join(pad(cell, columns) for cell, columns in zip(row, widths)).rstrip()
            for row in self.rows
        ]
        lines.insert(1, "  ".join("─" * columns for columns in widths))
        return "\n".join(lines)
