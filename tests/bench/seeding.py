"""Rows in bulk that measurements need, written behind the services' backs."""

import csv
import pathlib
import random

from postgres_server import Database

ITEMS = 10_000


def seed_items(database: Database) -> None:
    """items/bench-1 … bench-10000, approved, with an agreement each for the alliance `east` with the supplier `huakang`."""
    database.change_behind_the_back(f"""
      CREATE FUNCTION pg_temp.gtin(base text) RETURNS text LANGUAGE sql AS $$
        SELECT base || ((10 - sum(substr(base, place, 1)::int * CASE WHEN place % 2 = 1 THEN 3 ELSE 1 END) % 10) % 10)
        FROM generate_series(1, 13) AS place $$;
      INSERT INTO catalog.device_identifier (device_identifier, item_id)
        SELECT pg_temp.gtin(lpad((700000000000 + n)::text, 13, '0')), 'bench-' || n FROM generate_series(1, {ITEMS}) AS n;
      INSERT INTO catalog.item (item_id, display_name, specification, registration_number, registration_expire_date,
          device_class, national_code, device_identifier, base_unit, manufacturer, lot_tracked, serial_tracked, expiry_tracked,
          high_value, state, proposer_id, approver_id, created_at, updated_at)
        SELECT item_id, 'item ' || item_id, '', '国械注准20203030001', '2099-12-31', 3, 'C03050107901001' || '000000000000',
               device_identifier, '支', 'bench', true, false, true, false, 'approved', 'officer', 'approver', now(), now()
        FROM catalog.device_identifier WHERE item_id LIKE 'bench-%';
      INSERT INTO procurement.agreement (agreement_id, alliance_id, supplier_id, item_id, unit_price, quantity_ceiling,
          start_date, end_date, state, proposer_id, approver_id, created_at)
        SELECT item_id, 'east', 'huakang', item_id, 12500, 1000000000, '2020-01-01', '2099-12-31', 'approved', 'officer',
               'approver', now()
        FROM catalog.item WHERE item_id LIKE 'bench-%'""")
    database.run("VACUUM ANALYZE catalog.item, catalog.device_identifier, catalog.item_pack, procurement.agreement")


HISTORY_COLUMNS = [
    "ID", "Project Code", "PQ #", "PO / SO #", "ASN/DN #", "Country", "Managed By", "Fulfill Via", "Vendor INCO Term",
    "Shipment Mode", "PQ First Sent to Client Date", "PO Sent to Vendor Date", "Scheduled Delivery Date",
    "Delivered to Client Date", "Delivery Recorded Date", "Product Group", "Sub Classification", "Vendor", "Item Description",
    "Molecule/Test Type", "Brand", "Dosage", "Dosage Form", "Unit of Measure (Per Pack)", "Line Item Quantity",
    "Line Item Value", "Pack Price", "Unit Price", "Manufacturing Site", "First Line Designation", "Weight (Kilograms)",
    "Freight Cost (USD)", "Line Item Insurance (USD)"]


def write_history(path: pathlib.Path, rows: int) -> None:
    """Past deliveries in the layout that tests/data/scms_mapping.json maps."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HISTORY_COLUMNS)
        for number in range(1, rows + 1):
            quantity, price = chance.randint(1, 5000), chance.randint(1, 100_000)
            day, year = f"{chance.randint(1, 28):02}-{chance.choice(['Jan', 'Jun', 'Oct'])}", chance.randint(6, 15)
            writer.writerow([
                number, f"{chance.randint(100, 160)}-XX-T01", "Pre-PQ Process", f"SCMS-{number // 4}", f"ASN-{number // 3}",
                f"Country {chance.randint(1, 40)}", "PMO - US", "Direct Drop", "EXW", "Air", "Pre-PQ Process", "Date Not Captured",
                f"{day}-{year:02}", f"{day}-{year:02}", f"{day}-{year:02}", "ARV", "Adult", f"Vendor {chance.randint(1, 70)}",
                f"Item {chance.randint(1, 2000)}, tablets, 60 Tabs", "Molecule", "Generic", "300mg", "Tablet", 60, quantity,
                f"{quantity * price // 100}.{quantity * price % 100:02}", f"{price // 100}.{price % 100:02}", "0.05",
                f"Site {chance.randint(1, 80)}", "Yes", chance.randint(1, 3000), f"{chance.randint(1, 9000)}.50", "12.25"])
