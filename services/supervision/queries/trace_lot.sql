-- $1 items/x, $2 items/x/lots/y. From the entries that name the lot to all entries about the documents that these name,
-- from the orders among them to the agreements and requisitions that concern the item, to the suppliers, and to the item.
WITH lot_entry AS MATERIALIZED (
  SELECT transaction_id, sequence, subjects
  FROM journal.visible_entry
  WHERE subjects @> ARRAY[$2::text] AND event NOT LIKE 'question.%'
), document AS MATERIALIZED (
  SELECT DISTINCT name
  FROM lot_entry, unnest(subjects) AS name
  WHERE name ~ '^(orders|despatches|receipts|transfers|uses)/[^/]+$'
  ORDER BY name
  LIMIT 5000
), document_entry AS MATERIALIZED (
  SELECT entry.transaction_id, entry.sequence, entry.resource, entry.subjects
  FROM document
  JOIN journal.visible_entry AS entry ON entry.resource = document.name
  WHERE entry.event NOT LIKE 'question.%'
), origin AS MATERIALIZED (
  SELECT name
  FROM document_entry, unnest(subjects) AS name
  WHERE resource LIKE 'orders/%' AND name ~ '^(agreements|requisitions|suppliers)/[^/]+$'
  UNION
  -- An order's own entries do not name its requisitions, because suppliers read them: theirs name the order.
  SELECT entry.resource
  FROM document
  JOIN journal.visible_entry AS entry ON entry.subjects @> ARRAY[document.name]
  WHERE document.name LIKE 'orders/%' AND entry.resource LIKE 'requisitions/%'
  ORDER BY name
  LIMIT 5000
), origin_entry AS MATERIALIZED (
  SELECT entry.transaction_id, entry.sequence, entry.resource,
         bool_or(subjects @> ARRAY[$1::text]) OVER of_resource
           OR NOT bool_or(array_to_string(subjects, ' ') ~ '(^| )items/') OVER of_resource AS concerns_item
  FROM origin
  JOIN journal.visible_entry AS entry ON entry.resource = origin.name
  WHERE entry.event NOT LIKE 'question.%'
  WINDOW of_resource AS (PARTITION BY entry.resource)
), place AS (
  SELECT transaction_id, sequence FROM lot_entry
  UNION
  SELECT transaction_id, sequence FROM document_entry
  UNION
  SELECT transaction_id, sequence FROM origin_entry WHERE concerns_item OR resource LIKE 'suppliers/%'
  UNION
  SELECT transaction_id, sequence FROM journal.visible_entry
  WHERE resource = $1 AND event NOT LIKE 'question.%' AND EXISTS (SELECT FROM lot_entry)
), page AS MATERIALIZED (
  SELECT sequence FROM place
  WHERE (transaction_id, sequence) > ($3::xid8, $4::bigint)
  ORDER BY transaction_id, sequence
  LIMIT $5::int
), found AS (
  -- One by one (OFFSET 0), and not joined with a walk through the journal.
  SELECT entry.*, octet_length(details::text) + octet_length(subjects::text) AS bytes
  FROM page
  CROSS JOIN LATERAL (SELECT entry.* FROM journal.visible_entry AS entry WHERE entry.sequence = page.sequence OFFSET 0) AS entry
)
\ir parts/page_of_found.sql
WHERE bytes_before <= $6::bigint
ORDER BY transaction_id, sequence
