INSERT INTO delegation (delegation_id, post_id, holder_id, delegate_id, roles, permissions, starts_at, ends_at, created_at)
VALUES ($1, $2, $3, $4, $5::text[], $6::text[], $7::timestamptz, $8::timestamptz, $9::timestamptz)
