-- A place of the ledger's own: in transit, or on the other side of supply and use.
INSERT INTO location (location_id, kind, alliance_id, institution_id, display_name, created_at)
VALUES ($1, $2, $3, nullif($4, ''), $2, $5::timestamptz) ON CONFLICT DO NOTHING
