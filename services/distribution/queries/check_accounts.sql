-- What accounts, reservations and reversals prove at an instant ($1) without adding up movements.
WITH held AS (
  SELECT account_id, sum(open_quantity)::numeric AS quantity FROM reservation WHERE state = 'open' GROUP BY account_id
)
SELECT finding FROM (
  SELECT format('account %s has %s reserved, and its open reservations hold %s', account.account_id, account.reserved,
                coalesce(held.quantity, 0)) AS finding
  FROM account
  LEFT JOIN held ON held.account_id = account.account_id
  WHERE account.reserved <> coalesce(held.quantity, 0)
  UNION ALL
  SELECT format('item %s, lot %s: all accounts together hold %s instead of nothing', item_id, lot_id, sum(on_hand))
  FROM account GROUP BY item_id, lot_id HAVING sum(on_hand) <> 0
  UNION ALL
  SELECT format('account %s holds %s of which %s are reserved', account_id, on_hand, reserved)
  FROM account WHERE kind IN ('stock', 'transit') AND (on_hand < reserved OR reserved < 0)
  UNION ALL
  SELECT format('item %s, piece %s is in %s places', item_id, serial, count(*))
  FROM account WHERE serial <> '' AND kind IN ('stock', 'transit') AND on_hand > 0
  GROUP BY item_id, serial HAVING count(*) > 1 OR sum(on_hand) > 1
  UNION ALL
  SELECT format('account %s holds %s, as if goods came back that never went', account_id, on_hand)
  FROM account WHERE kind IN ('use', 'loss') AND on_hand < 0
  UNION ALL
  SELECT format('account %s of %s is one of %s at %s, a %s', account.account_id, account.owner, account.kind,
                account.location_id, location.kind)
  FROM account
  JOIN location ON location.location_id = account.location_id
  WHERE account.kind <> CASE WHEN location.kind IN ('transit', 'supply', 'use', 'loss', 'adjustment') THEN location.kind
                             ELSE 'stock' END
     OR (account.kind = 'stock' AND account.owner NOT LIKE 'suppliers/%'
         AND account.owner <> CASE location.kind WHEN 'central_store' THEN 'alliances/' || location.alliance_id
                                                 ELSE 'institutions/' || location.institution_id END)
  UNION ALL
  SELECT format('reservation %s ended at %s and still holds %s', reservation_id, expires_at, open_quantity)
  FROM reservation WHERE state = 'open' AND expires_at < $1::timestamptz - interval '6 hours'
  UNION ALL
  SELECT format('movement %s was reversed by %s, which is no such movement', reversal.original_id, reversal.movement_id)
  FROM reversal
  LEFT JOIN movement ON movement.movement_id = reversal.movement_id AND movement.original_id = reversal.original_id
    AND movement.moved > 0
  WHERE movement.movement_id IS NULL
    AND reversal.movement_id >= (SELECT uuid_at(min(month) AT TIME ZONE 'UTC') FROM movement_partition WHERE detached_at IS NULL)
) AS problem
LIMIT 100
