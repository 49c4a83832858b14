INSERT INTO item_change (change_id, item_id, content, update_mask, reason, proposer_id, proposed_at)
VALUES ($1, $2, $3::jsonb, $4::text[], $5, $6, $7::timestamptz)
ON CONFLICT DO NOTHING
