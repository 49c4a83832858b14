-- Of those sealed before $1 (microseconds since 1970) the last of each hour stays.
WITH old AS (
  SELECT tree_size, lead(date_trunc('hour', sealed_at)) OVER (ORDER BY tree_size) = date_trunc('hour', sealed_at) AS followed
  FROM log_checkpoint
  WHERE sealed_at < 'epoch'::timestamptz + $1::bigint * interval '1 microsecond'
)
DELETE FROM log_checkpoint
WHERE tree_size IN (SELECT tree_size FROM old WHERE followed)
