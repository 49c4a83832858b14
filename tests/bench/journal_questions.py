"""What an inspector asks a journal that journal_fill.sql has written, and how it is answered."""

import dataclasses
import subprocess

from measuring import load, note

from live_platform import LivePlatform

_SEARCH = "qingqu.supervision.v1.JournalService/SearchEntries"
_SECONDS = 4


@dataclasses.dataclass
class Question:
    """`fields` of SearchEntriesRequest, with {random} up to `random_max`; `terms` by which tiles are found."""
    about: str
    fields: dict
    random_max: int
    terms: list[tuple[str, str]]


# A kind of term as in services/supervision/log/search_terms.h.
_ACTOR, _INSTITUTION, _EVENT, _NAME, _TEXT = "a", "i", "e", "n", "t"
QUESTIONS = [
    Question("a lot's whole history", {"subject": "items/bench-{random}/lots/L5", "order": "ENTRY_ORDER_OLDEST_FIRST"}, 10_000,
             [(_NAME, "items/bench-77/lots/L5")]),
    Question("a piece by its serial number", {"piece": "SN000{random}"}, 299_999, [(_TEXT, "sn000200000")]),
    Question("what a person did last", {"actor": "users/person-{random}"}, 399, [(_ACTOR, "person-77")]),
    Question("a person's uses of an item", {"actor": "users/person-{random}", "event": "use.recorded", "subject": "items/bench-77"},
             399, [(_ACTOR, "person-77"), (_EVENT, "use.recorded"), (_NAME, "items/bench-77")]),
    Question("a hospital's first receipts", {"institution": "institutions/hospital-{random}", "event": "receipt.posted",
                                             "order": "ENTRY_ORDER_OLDEST_FIRST"}, 39,
             [(_INSTITUTION, "hospital-17"), (_EVENT, "receipt.posted")]),
    Question("an order", {"resource": "orders/d{random}"}, 10_000, [(_NAME, "orders/d777")]),
    Question("cold chain", {"text": "冷链 超标"}, 1, [(_TEXT, "冷链"), (_TEXT, "超标")]),
    Question("goods that a hospital sent back", {"text": "退回供应商", "institution": "institutions/hospital-{random}"}, 39,
             [*((_TEXT, pair) for pair in ("退回", "回供", "供应", "应商")), (_INSTITUTION, "hospital-17")]),
    Question("an item's transfers", {"subject": "items/bench-{random}", "event": "transfer.posted"}, 10_000,
             [(_NAME, "items/bench-77"), (_EVENT, "transfer.posted")]),
    Question("damaged packages of an item", {"text": "包装破损", "subject": "items/bench-{random}"}, 10_000,
             [*((_TEXT, pair) for pair in ("包装", "装破", "破损")), (_NAME, "items/bench-77")]),
]


class Asker:
    """Asks a platform, and looks at how its database answers."""

    def __init__(self, platform: LivePlatform, entries: int):
        self._platform = platform
        self._database = platform.database
        self._entries = entries

    def p99_ms(self, question: Question, token: str) -> float:
        """Of the first page of 50; asserts that no table was read from its beginning."""
        body = {"purpose": "bench", **question.fields}
        before = self._reads()
        counted = load(self._platform.addresses(), _SEARCH, body, token, callers=1, seconds=_SECONDS,
                       random_max=question.random_max, pool=1000)
        entries, scans = (now - first for now, first in zip(self._reads(), before))
        note(f"{question.about}: p50 {counted['p50_us'] / 1000:.1f} ms, p99 {counted['p99_us'] / 1000:.1f} ms; "
             f"{entries / counted['ok']:.0f} entries looked at for each, {scans} tables read from their beginning")
        plan = self._plan(question)
        for line in plan:
            note(f"  {line}")
        assert scans == 0 and any("Bitmap Index Scan on log_terms_terms" in line for line in plan), f"{question.about}: by no index"
        return counted["p99_us"] / 1000

    def _reads(self) -> tuple[int, int]:
        """Entries read by the index, and scans of what grows with the journal."""
        row = self._database.rows("""
          SELECT pg_stat_force_next_flush(), pg_sleep(1.5);
          SELECT sum(idx_tup_fetch) FILTER (WHERE relname = 'entry'), sum(seq_scan)
          FROM pg_stat_user_tables WHERE relname IN ('entry', 'log_terms', 'log_mark', 'log_tile')""")[-1]
        return int(row[0]), int(row[1])

    def _plan(self, question: Question) -> list[str]:
        """How the tiles of one such question are found: EXPLAIN ANALYZE of what supervision.find_tiles does."""
        newest = str(question.fields.get("order") != "ENTRY_ORDER_OLDEST_FIRST").lower()
        terms = ",".join(str(_term(kind, value)) for kind, value in question.terms)
        explained = subprocess.run(
            ["psql", "-AtXq", "-v", "ON_ERROR_STOP=1", "-f", "-", self._database.conninfo], input=f"""
            LOAD 'auto_explain';
            SET auto_explain.log_min_duration = 0;
            SET auto_explain.log_nested_statements = on;
            SET auto_explain.log_analyze = on;
            SET auto_explain.log_timing = off;
            SET client_min_messages = log;
            SELECT count(*) FROM supervision.find_tiles('{{{terms}}}', 0, {self._entries // 256}, {newest}, 64)""",
            capture_output=True, text=True, check=True, timeout=600)
        return [line.strip() for line in explained.stderr.splitlines() if " on log_terms" in line]


def _term(kind: str, value: str) -> int:
    """TermOf in services/supervision/log/search_terms.cc."""
    hashed = 2166136261
    for byte in (kind + value).encode():
        hashed = (hashed ^ byte) * 16777619 & 0xffffffff
    return hashed - (1 << 32) if hashed >= 1 << 31 else hashed
