-- One import at a time changes the tree; readers go on.
LOCK TABLE class IN SHARE ROW EXCLUSIVE MODE
