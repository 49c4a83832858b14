SELECT order_id FROM purchase_order WHERE order_id = $1
