INSERT INTO item_merge (merge_id, item_id, into_item_id, base_units, reason, proposer_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7::timestamptz, $7::timestamptz)
ON CONFLICT DO NOTHING
