-- Whether goods of the lot ($1, $2) are recalled anywhere.
SELECT FROM account WHERE item_id = $1 AND lot_id = $2::uuid AND condition = 'recalled' AND on_hand > 0 LIMIT 1
