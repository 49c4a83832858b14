INSERT INTO supplier (supplier_id, display_name, credit_code, licence_number, licence_class, licence_expire_date, state,
                      proposer_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6::date, 'proposed', $7, $8::timestamptz, $8::timestamptz)
ON CONFLICT DO NOTHING
