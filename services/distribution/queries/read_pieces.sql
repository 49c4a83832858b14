-- Where pieces are now.
SELECT account.location_id, account.item_id, account.lot_id, account.serial, account.owner, account.condition
FROM unnest($1::text[], $2::text[]) AS wanted (item_id, serial)
JOIN account ON account.item_id = wanted.item_id AND account.piece_here = wanted.serial
