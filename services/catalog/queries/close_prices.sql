UPDATE price
SET end_date = closing.end_date, close_reason = $4, closer_id = $5, closer_for_id = scope.on_behalf_of(),
    closed_at = $6::timestamptz, successor_id = closing.successor_id
FROM unnest($1::text[], $2::date[], $3::text[]) AS closing (price_id, end_date, successor_id)
WHERE price.price_id = closing.price_id
