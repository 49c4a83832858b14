-- What code_store reads a rule from.
       kind, action, until_date, reason, setter_id, version
