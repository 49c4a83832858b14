-- What nobody has decided on yet: a department that has some is not closed.
CREATE INDEX requisition_open ON procurement.requisition (institution_id, department_id) WHERE state = 'submitted';
CREATE VIEW procurement_pub.open_requisition AS
  SELECT requisition_id, department_id, institution_id FROM procurement.requisition WHERE state = 'submitted';
GRANT SELECT ON procurement_pub.open_requisition TO qingqu_services;

-- Goods that may still come: a location that waits for some is not closed.
CREATE INDEX purchase_order_open ON procurement.purchase_order (deliver_to_location_id)
  WHERE state IN ('placed', 'accepted', 'partly_accepted');
CREATE VIEW procurement_pub.open_order AS
  SELECT order_id, deliver_to_location_id FROM procurement.purchase_order
  WHERE state IN ('placed', 'accepted', 'partly_accepted');
GRANT SELECT ON procurement_pub.open_order TO qingqu_services;
