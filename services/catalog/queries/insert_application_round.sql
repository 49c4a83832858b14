INSERT INTO application_round (application_id, round, reason, applicant_id, submitted_at)
VALUES ($1, $2::int, $3, $4, $5::timestamptz)
