INSERT INTO transfer (transfer_id, from_location_id, to_location_id, sender_id, created_at, from_institution_id,
                      from_alliance_id, to_institution_id, to_alliance_id, from_department_id, to_department_id)
VALUES ($1, $2, $3, $4, $5::timestamptz, $6, $7, $8, $9, nullif($10, ''), nullif($11, '')) ON CONFLICT DO NOTHING
