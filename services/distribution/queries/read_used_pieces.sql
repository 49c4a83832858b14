-- Pieces that were used up, and whose use was not reversed.
SELECT account.item_id, account.serial
FROM unnest($1::text[], $2::text[]) AS wanted (item_id, serial)
JOIN account ON account.item_id = wanted.item_id AND account.serial = wanted.serial AND account.serial <> ''
JOIN movement ON movement.credit_account_id = account.account_id AND movement.kind = 'use' AND movement.moved > 0
WHERE NOT EXISTS (SELECT FROM reversal WHERE reversal.original_id = movement.movement_id)
UNION
SELECT account.item_id, account.serial
FROM unnest($1::text[], $2::text[]) AS wanted (item_id, serial)
JOIN account ON account.item_id = wanted.item_id AND account.serial = wanted.serial AND account.serial <> ''
JOIN movement_archived ON movement_archived.account_id = account.account_id AND movement_archived.piece_used
