-- FinishImport has every statement planned afresh; for the foreign key checks of each row that costs more than the row.
SELECT set_config('plan_cache_mode', 'auto', true)
