INSERT INTO qualification (qualification_id, organisation_id, kind, number, valid_from, expire_date, device_class, reagents,
                           cold_chain, giver_id, manufacturer_id, exclusive, person_name, person_phone, profile, renews_id,
                           submitter_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5::date, nullif($6, '')::date, nullif($7, 0), nullif($8, '')::boolean, nullif($9, '')::boolean,
        nullif($10, ''), nullif($11, ''), nullif($12, '')::boolean, nullif($13, ''),
        CASE WHEN $3 = 'mandate' THEN $14 END, nullif($15, '')::jsonb, nullif($16, ''), $17, $18::timestamptz, $18::timestamptz)
ON CONFLICT DO NOTHING
