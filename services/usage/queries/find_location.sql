-- A location by its id: $1.
SELECT location_id, kind, institution_id, alliance_id, department_id FROM distribution_pub.location WHERE location_id = $1
