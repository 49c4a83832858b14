SELECT agreement_id
FROM agreement
WHERE alliance_id = $1 AND supplier_id = $2 AND item_id = $3 AND state = 'approved'
  AND daterange(start_date, end_date, '[]') && daterange($4::date, $5::date, '[]')
ORDER BY agreement_id
LIMIT 1
