-- One list at a time changes codes; readers go on.
LOCK TABLE national_code IN SHARE ROW EXCLUSIVE MODE
