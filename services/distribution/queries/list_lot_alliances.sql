-- Who has or had goods of a lot.
SELECT DISTINCT alliance_id FROM account WHERE item_id = $1 AND lot_id = $2::uuid AND kind = 'stock' ORDER BY alliance_id
