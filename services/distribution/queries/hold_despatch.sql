-- Its supplier cannot withdraw it until the transaction ends.
SELECT procurement_pub.hold_despatch($1)
