-- Whether a code that is there (`present`) is described already as a row (`staged`, with its `product`) says: by the last release that counts.
(CASE
   WHEN present.release_number IN (SELECT release_number FROM code_release WHERE cancelled_at IS NOT NULL) THEN
     coalesce((SELECT (past.product_number, past.specification, past.model, past.device_identifier, past.original_code)
                      IS NOT DISTINCT FROM
                      (product.product_number, staged.specification, staged.model, staged.device_identifier, staged.original_code)
               FROM national_code_past AS past
               WHERE past.code = present.code
                 AND past.release_number NOT IN (SELECT release_number FROM code_release WHERE cancelled_at IS NOT NULL)
               ORDER BY past.past_number DESC
               LIMIT 1), false)
   ELSE (present.product_number, present.specification, present.model, present.device_identifier, present.original_code)
        IS NOT DISTINCT FROM
        (product.product_number, staged.specification, staged.model, staged.device_identifier, staged.original_code)
 END)
