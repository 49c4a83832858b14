-- What application_store reads an application from.
       application.application_id, list_id, item_id, department_id, institution_id, alliance_id, application.round, state, step, due_date,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us, version
