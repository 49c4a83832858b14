-- The lot of each line of what a document ($1) took, in order, when it took just this ($2); a line of several lots has the
-- first that was posted.
SELECT DISTINCT ON (movement.document_line) movement.lot_id
FROM consumption
JOIN movement ON movement.document = consumption.document AND movement.kind = 'use'
WHERE consumption.document = $1 AND consumption.content_hash = $2
ORDER BY movement.document_line, movement.posting_number
