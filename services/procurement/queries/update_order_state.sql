UPDATE purchase_order SET state = $2, version = version + 1 WHERE order_id = $1
