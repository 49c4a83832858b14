-- Who supplies what at an agreed price on a day ($1).
SELECT item_id, coalesce(alliance_id, '') AS alliance_id, supplier_id
FROM price
WHERE kind = 'agreed' AND start_date <= $1::date AND (end_date IS NULL OR end_date >= $1::date)
