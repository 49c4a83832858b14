INSERT INTO post (post_id, user_id, roles, scope, institution_id, alliance_id, supplier_id, department_id, starts_at, ends_at,
                  created_at)
VALUES ($1, $2, $3::text[], $4, nullif($5, ''), nullif($6, ''), nullif($7, ''), nullif($8, ''), $9::timestamptz,
        nullif($10, '')::timestamptz, $11::timestamptz)
