-- With supplier_licence.sql among the tables: what supplier_store reads a supplier from.
       supplier.supplier_id, coalesce(organisation.display_name, supplier.display_name) AS display_name, supplier.credit_code,
       coalesce(licence.licence_number, supplier.licence_number) AS licence_number,
       coalesce(licence.licence_class, supplier.licence_class) AS licence_class,
       coalesce(licence.licence_expire_date, supplier.licence_expire_date) AS licence_expire_date, supplier.state,
       supplier.proposer_id, supplier.approver_id, supplier.reinstatement_proposer_id, supplier.reinstater_id,
       supplier.proposer_for_id, supplier.reinstatement_proposer_for_id,
       (extract(epoch FROM supplier.created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM supplier.updated_at) * 1000000)::bigint AS updated_us, supplier.version
