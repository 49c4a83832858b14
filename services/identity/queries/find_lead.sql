-- '' when the alliance has none.
SELECT coalesce((SELECT institution_id FROM institution WHERE alliance_id = $1 AND lead), '') AS institution_id
