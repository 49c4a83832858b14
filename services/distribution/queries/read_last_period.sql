SELECT coalesce(max(month)::text, '') AS month FROM period WHERE holder = $1
