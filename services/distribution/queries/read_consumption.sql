-- The lot of each line of what a document ($1) took, in order, when it took just this ($2).
SELECT consumption_line.lot_id
FROM consumption
JOIN consumption_line ON consumption_line.document = consumption.document
WHERE consumption.document = $1 AND consumption.content_hash = $2
ORDER BY consumption_line.line_number
