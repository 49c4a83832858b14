SELECT lock_despatch($1)
