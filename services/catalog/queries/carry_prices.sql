-- The prices of the one item ($1), but what was paid, that hold on the day ($4) or later become the other's ($2) for the days on which it has
-- none of its own, for one of its base units ($3). A ceiling is rounded down, anything else must divide.
WITH own AS (
  SELECT kind, holder, coalesce(supplier_id, '') AS supplier_id, range_agg(daterange(start_date, end_date + 1, '[)')) AS days
  FROM price
  WHERE item_id = $2
  GROUP BY kind, holder, coalesce(supplier_id, '')
), given AS (
  SELECT price.price_id, price.kind, price.supplier_id, price.alliance_id, price.amount / $3::bigint AS amount,
         price.amount % $3::bigint = 0 AS divides,
         datemultirange(daterange(greatest(price.start_date, $4::date), price.end_date + 1, '[)')) AS days,
         coalesce(own.days, '{}') AS own_days
  FROM price
  LEFT JOIN own ON own.kind = price.kind AND own.holder = price.holder AND own.supplier_id = coalesce(price.supplier_id, '')
  WHERE price.item_id = $1 AND price.kind <> 'historical'
    AND (price.end_date IS NULL OR price.end_date >= greatest(price.start_date, $4::date))
), carried AS (
  INSERT INTO price (price_id, kind, item_id, supplier_id, alliance_id, amount, start_date, end_date, reason, setter_id, created_at)
  SELECT gen_random_uuid()::text, given.kind, $2, given.supplier_id, given.alliance_id, given.amount, lower(period), upper(period) - 1,
         $7 || ': prices/' || given.price_id, $5, $6::timestamptz
  FROM given, unnest(given.days - given.own_days) AS period
  WHERE given.amount >= 1 AND (given.divides OR given.kind = 'ceiling')
  RETURNING reason
)
SELECT given.price_id, given.divides AND NOT given.days && given.own_days AS whole,
       (SELECT count(*) FROM carried WHERE carried.reason = $7 || ': prices/' || given.price_id) AS carried_count
FROM given
ORDER BY given.price_id
