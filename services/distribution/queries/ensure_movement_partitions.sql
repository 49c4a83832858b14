SELECT distribution.ensure_movement_partitions($1::timestamptz)
