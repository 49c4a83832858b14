SELECT item_id, institution_id, supplier_id, amount, start_date
FROM (
  SELECT DISTINCT ON (price.item_id, price.institution_id) price.item_id, price.institution_id, price.supplier_id, price.amount,
         price.start_date
  FROM price
  WHERE price.item_id = ANY ($1::text[]) AND price.kind = 'historical' AND price.start_date <= $3::date
    AND (price.end_date IS NULL OR price.end_date >= price.start_date)
    AND ($2 = '' OR price.alliance_id = $2)
  ORDER BY price.item_id, price.institution_id, price.start_date DESC, price.price_id) AS paid
ORDER BY item_id, amount DESC, institution_id
