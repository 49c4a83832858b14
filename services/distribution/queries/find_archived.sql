-- Those of the ids ($1) whose time lies in a month that was detached.
SELECT asked.movement_id
FROM unnest($1::uuid[]) AS asked (movement_id)
WHERE EXISTS (SELECT FROM movement_partition
              WHERE detached_at IS NOT NULL AND asked.movement_id >= uuid_at(month AT TIME ZONE 'UTC')
                AND asked.movement_id < uuid_at((month + interval '1 month') AT TIME ZONE 'UTC'))
