INSERT INTO registration_change (change_id, registration_number, product_name, registrant, organisation_id, valid_from, expire_date,
                                 replaced_by, resumes, effective_date, reason, proposer_id, proposed_at)
VALUES ($1, $2, $3, $4, nullif($5, ''), nullif($6, '')::date, nullif($7, '')::date, nullif($8, ''), $9, nullif($10, '')::date, $11, $12,
        $13::timestamptz)
ON CONFLICT DO NOTHING
