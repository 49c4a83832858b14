UPDATE mapping
SET valid_to = rows.valid_to, ender_id = nullif($1, ''), ended_at = $2::timestamptz, end_reason = rows.end_reason
FROM unnest($3::bigint[], $4::date[], $5::text[]) AS rows (mapping_id, valid_to, end_reason)
WHERE mapping.mapping_id = rows.mapping_id AND mapping.valid_to IS NULL
