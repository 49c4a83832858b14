INSERT INTO application_step (application_id, round, step, approves, reason, due_date, decider_id, decided_at)
VALUES ($1, $2::int, $3::smallint, $4::boolean, $5, $6::date, $7, $8::timestamptz)
