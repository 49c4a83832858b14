-- The first staged row ($1) of which another list of the same release ($2) says otherwise.
SELECT staged.line, staged.code, change.new_code
FROM national_code_import_row AS staged
JOIN national_code_change AS change ON change.code = staged.code AND change.release_number = $2 AND change.state = 'transcoded'
WHERE staged.import_number = $1 AND (change.new_code, change.transcoding) IS DISTINCT FROM (staged.new_code, staged.transcoding)
ORDER BY staged.line
LIMIT 1
