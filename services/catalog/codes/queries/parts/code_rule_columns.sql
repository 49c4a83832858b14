-- What code_store reads a rule from.
       kind, start_date, action, until_date, reason, setter_id, version
