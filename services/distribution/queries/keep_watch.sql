INSERT INTO ledger_watch (posting_number, walked_at, proved_at, checked_at, finding_count)
VALUES ($1::bigint, $2::timestamptz, $3::timestamptz, $4::timestamptz, $5::int)
ON CONFLICT (is_only) DO UPDATE
SET posting_number = excluded.posting_number, walked_at = excluded.walked_at, proved_at = excluded.proved_at,
    checked_at = excluded.checked_at, finding_count = excluded.finding_count
