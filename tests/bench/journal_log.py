"""The log that `journal` measures: platforms with a journal, what of it is sealed, and sealing stopped and started."""

import contextlib
import subprocess
import tempfile
import time

from measuring import note, statement

import ledger_stock
from live_platform import LivePlatform
from postgres_server import clone_template

# services/supervision/queries/begin_seal.sql and begin_terms.sql.
_SEALING, _TERMS = (7319, 4), (7319, 5)
_POLL_SECONDS = 0.1


@contextlib.contextmanager
def ledger_platform():
    """A platform that publishes its log, as a deployed one does."""
    with tempfile.TemporaryDirectory(prefix="qingqu-bench-log.") as folder:
        with LivePlatform("standalone", flags=[f"--log_dir={folder}"]) as platform:
            yield platform


@contextlib.contextmanager
def filled_platform(entries: int):
    """The same with a journal that is there, and not sealed, when it starts."""
    database = clone_template()
    try:
        began = time.monotonic()
        ledger_stock.run_file(database, "journal_fill.sql", entries=entries)
        note(f"{entries} entries written, in {time.monotonic() - began:.0f} s")
        with tempfile.TemporaryDirectory(prefix="qingqu-bench-log.") as folder:
            with LivePlatform("standalone", database=database, flags=[f"--log_dir={folder}"]) as platform:
                yield platform
    finally:
        database.drop()


class Log:
    """What is written and sealed in a platform's database."""

    def __init__(self, platform: LivePlatform):
        self._platform = platform
        self._database = platform.database

    def counts(self) -> tuple[int, int]:
        """Entries and movements that were ever written."""
        row = self._database.rows("SELECT entry.last_value, posting.last_value FROM journal.entry_sequence_seq AS entry, "
                                  "distribution.posting_number AS posting")[0]
        return int(row[0]), int(row[1])

    def size(self) -> int:
        return self._database.number("SELECT max(tree_size) FROM supervision.log_checkpoint")

    def settle(self, seconds: int = 7200) -> None:
        """Waits until all is sealed and has its terms."""
        until = time.monotonic() + seconds
        while self._unsealed() or self._tiles_without_terms() > 0:
            assert time.monotonic() < until, f"not sealed within {seconds} s"
            time.sleep(_POLL_SECONDS)

    def _tiles_without_terms(self) -> int:
        return self.size() // 256 - self._database.number("SELECT max(tile_index) + 1 FROM supervision.log_terms")

    def _unsealed(self) -> bool:
        return self._database.run("""
          SELECT journal.has_after(coalesce(max(transaction_id::text::bigint), 0)::text::xid8, coalesce(max(sequence), 0))
          FROM (SELECT * FROM supervision.log_checkpoint ORDER BY tree_size DESC LIMIT 1) AS last""") == "t"

    @contextlib.contextmanager
    def halted(self):
        """Nobody seals meanwhile: as if another process did."""
        locks = "; ".join(f"SELECT pg_advisory_lock({first}, {second})" for first, second in (_SEALING, _TERMS))
        with subprocess.Popen(["psql", "-AtXq", self._database.conninfo], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as session:
            session.stdin.write(f"{locks};\n\\echo locked\n")
            session.stdin.flush()
            while session.stdout.readline().strip() != "locked":
                assert session.poll() is None
            try:
                yield
            finally:
                session.stdin.close()
                session.wait(30)

    def drain(self) -> float:
        """Entries sealed a second, of what has gathered, while nothing else is done."""
        before = self.size()
        began, cost = time.monotonic(), ledger_stock.Cost(self._platform)
        self.settle()
        count = self.size() - before
        note(f"{count} entries sealed and made findable within {time.monotonic() - began:.1f} s; {cost.of(count)}")
        return float(self._database.run(f"""
          SELECT (max(tree_size) - min(tree_size)) / nullif(extract(epoch FROM max(sealed_at) - min(sealed_at)), 0)
          FROM supervision.log_checkpoint WHERE tree_size > {before}"""))

    def sealed_beside(self, work):
        """What `work` returns; notes how far sealing lagged behind it."""
        first, _ = self.counts()
        result = work()
        self.settle()
        lag = self._database.run(f"""
          SELECT round(percentile_cont(0.99) WITHIN GROUP (ORDER BY lag)::numeric) FROM (
            SELECT (SELECT extract(epoch FROM min(sealed_at) - entry.written_at) * 1000 FROM supervision.log_checkpoint AS checkpoint
                    WHERE (checkpoint.transaction_id, checkpoint.sequence) >= (entry.transaction_id, entry.sequence))::float8 AS lag
            FROM journal.entry WHERE sequence > {first} AND (sequence % 16 = 0 OR sequence < {first} + 500)) AS looked_at""")
        note(f"99 of 100 entries were in a checkpoint {lag} ms after they were written")
        return result

    def copy_seconds(self, rows: int) -> float:
        """COPY of what a leaf is made of, by psql."""
        columns = statement("supervision", "read_entries_to_seal").split("FROM journal.read_all_after")[0]
        began = time.monotonic()
        subprocess.run(["psql", "-AtXq", "-o", "/dev/null", "-c", f"COPY ({columns} FROM journal.entry LIMIT {rows}) TO STDOUT",
                        self._database.conninfo], check=True, timeout=3600)
        return time.monotonic() - began
