UPDATE application SET round = $2::int, state = $3, step = $4::smallint, due_date = $5::date, version = version + 1
WHERE application_id = $1
