-- In the order of their ids, as everyone locks them.
SELECT agreement_id
FROM agreement
WHERE agreement_id = ANY ($1::text[])
ORDER BY agreement_id
FOR UPDATE
