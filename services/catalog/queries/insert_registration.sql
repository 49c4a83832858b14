INSERT INTO registration (registration_number, device_class, origin, product_name, registrant, organisation_id, valid_from, expire_date,
                          replaced_by, state, as_told, event, effective_date, reason, proposer_id, proposer_for_id, created_at, updated_at, approver_id,
                          approver_for_id)
VALUES ($1, $2, $3, $4, $5, nullif($6, ''), nullif($7, '')::date, nullif($8, '')::date, nullif($9, ''), $10, $11, $12,
        nullif($13, '')::date, $14, $15, nullif($16, ''), $17::timestamptz, $17::timestamptz, nullif($18, ''), nullif($19, ''))
ON CONFLICT DO NOTHING
