INSERT INTO unapplied_entry (sequence, event, resource, details, problem)
VALUES ($1::bigint, $2, $3, $4::jsonb, $5)
ON CONFLICT (sequence) DO NOTHING
