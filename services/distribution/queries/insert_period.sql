INSERT INTO period (holder, month, ends_at, closed_at, closed_by, alliance_id, institution_id)
VALUES ($1, $2::date, $3::timestamptz, $4::timestamptz, $5, $6, nullif($7, ''))
