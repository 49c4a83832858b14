#!/usr/bin/env python3
"""Turns queries/*.sql (one statement a file) into a C++ header of named constants.

A line `\\ir parts/x.sql` stands for that file, as in psql: what several queries have in common is written once.
"""

import argparse
import pathlib
import re
import sys

DELIMITER = "~sql~"


def include_parts(path: pathlib.Path) -> str:
    def part(match: re.Match) -> str:
        file = path.parent / match[1]
        if not file.is_file():
            sys.exit(f"{path}: there is no {match[1]}")
        return file.read_text(encoding="utf-8").rstrip("\n")

    return re.sub(r"^[ ]*\\ir (parts/[a-z0-9_]+\.sql)$", part, path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def read_statement(path: pathlib.Path) -> str:
    text = include_parts(path)
    if f"){DELIMITER}" in text:
        sys.exit(f"{path}: contains the raw string delimiter {DELIMITER!r}")
    statement = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    statement = statement.strip().removesuffix(";").strip()
    if not statement:
        sys.exit(f"{path}: holds no statement")
    if ";" in re.sub(r"'[^']*'", "", statement):
        sys.exit(f"{path}: holds more than one statement")
    return statement


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--namespace", required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("queries", type=pathlib.Path, nargs="*")
    arguments = parser.parse_args()
    lines = [
        "// Generated from queries/*.sql. Do not edit.",
        "#pragma once",
        "",
        "#include <array>",
        "",
        '#include "common/db/query.h"',
        "",
        f"namespace {arguments.namespace} {{",
        "",
    ]
    constants = []
    for path in sorted(arguments.queries):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem):
            sys.exit(f"{path}: the name must be snake_case")
        constant = "k" + "".join(part.capitalize() for part in path.stem.split("_"))
        constants.append(constant)
        name = arguments.namespace.split("::")[-1] + "." + path.stem
        lines.append(f'inline constexpr ::qingqu::db::Query {constant}{{"{name}", R"{DELIMITER}({read_statement(path)}){DELIMITER}"}};')
        lines.append("")
    lines.append(f"inline constexpr std::array<const ::qingqu::db::Query*, {len(constants)}> kAllQueries{{")
    lines.extend(f"    &{constant}," for constant in constants)
    lines.extend(["};", "", f"}}  // namespace {arguments.namespace}", ""])
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
