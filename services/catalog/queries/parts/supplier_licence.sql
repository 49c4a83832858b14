-- The name and the licence of a `supplier` that count today.
LEFT JOIN organisation ON organisation.organisation_id = supplier.supplier_id
LEFT JOIN LATERAL supplier_licence(supplier.supplier_id, business_day()) AS licence ON true
