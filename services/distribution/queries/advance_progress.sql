UPDATE despatch_line_progress AS progress
SET quantity_accepted = progress.quantity_accepted + filled.accepted,
    quantity_rejected = progress.quantity_rejected + filled.rejected
FROM unnest($2::int[], $3::bigint[], $4::bigint[]) AS filled (line_number, accepted, rejected)
WHERE progress.despatch_id = $1 AND progress.line_number = filled.line_number
