-- No row when the payer is out of sight. Of what holds for it on the day the first of each kind: the alliance's agreed price before the
-- county's, the lowest of suppliers, ceilings and standards, what was paid last.
SELECT DISTINCT ON (asked.position, kind) asked.position::int AS position,
\ir parts/price_columns.sql
FROM (SELECT institution_id AS payer_id, alliance_id AS payer_alliance_id FROM identity_pub.institution
      WHERE institution_id = $1::text AND (scope.sees_alliance(alliance_id) OR scope.sees_institution(institution_id, alliance_id))) AS payer
CROSS JOIN unnest($2::text[]) WITH ORDINALITY AS asked (asked_item_id, position)
LEFT JOIN price
  ON price.item_id = asked.asked_item_id AND price.start_date <= $4::date
     AND (price.end_date IS NULL OR price.end_date >= $4::date OR kind = 'historical' AND price.end_date >= price.start_date)
     AND price.holder IN ('county', 'alliances/' || payer.payer_alliance_id, 'institutions/' || payer.payer_id)
     AND (kind <> 'agreed' OR $3::text = '' OR price.supplier_id = $3::text)
ORDER BY asked.position, kind, CASE kind WHEN 'historical' THEN -(start_date - date '2000-01-01') END,
         kind = 'agreed' AND alliance_id IS NULL, amount, price_id
