INSERT INTO role_permission (role_id, permission)
SELECT added.role_id, added.permission FROM unnest($1::text[], $2::text[]) AS added (role_id, permission)
