-- One file at a time; readers go on.
LOCK TABLE device_record IN SHARE ROW EXCLUSIVE MODE
