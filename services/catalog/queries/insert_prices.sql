INSERT INTO price (price_id, kind, item_id, supplier_id, alliance_id, institution_id, amount, start_date, end_date,
                   reason, setter_id, created_at)
SELECT price_id, kind, item_id, nullif(supplier_id, ''), nullif(alliance_id, ''), nullif(institution_id, ''), amount, start_date,
       end_date, $10, $11, $12::timestamptz
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::date[], $9::date[])
     AS line (price_id, kind, item_id, supplier_id, alliance_id, institution_id, amount, start_date, end_date)
