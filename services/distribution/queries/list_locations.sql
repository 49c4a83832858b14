SELECT location_id, kind, alliance_id, institution_id, coalesce(department_id, '') AS department_id, display_name,
       coalesce(parent_location_id, '') AS parent_location_id, shelf_life_days_min,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM closed_at) * 1000000)::bigint AS closed_us, version
FROM location
WHERE location_id > $1
  AND kind IN ('central_store', 'institution_store', 'department', 'cabinet', 'operating_room')
ORDER BY location_id LIMIT $2::int
