"""What the catalogue and procurement refuse, with the reason, seen through the gateway."""

import datetime
import threading
import unittest

import live_path  # noqa: F401
from live_case import LiveCase

import county_setup
from api_clients import ApiError
from codes import credit_code
from county import supplier as supplier_of_day
from supply import CENTRAL, SUPPLIER, Supply

YESTERDAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date - 1"


class BuyingRulesTest(LiveCase):
    """A rule that the caller breaks is named by its stable reason."""

    @classmethod
    def prepare(cls):
        cls.county = county_setup.load(cls.platform)
        county_setup.add_more_users(cls.platform, cls.county)
        cls.supply = Supply(cls.county, "rules")

    def supply_for(self, item_id: str, ceiling: int) -> Supply:
        supply = Supply(self.county, f"rules-{item_id}")
        supply.add_item(item_id)
        supply.add_agreement(item_id, ceiling)
        return supply

    def act_as(self, user: str, role: str) -> None:
        county_setup.act_as(self.platform, self.county, user, role)

    def expire_item(self, item_id: str) -> None:
        """By a registration of its own, for the other items share theirs."""
        number = f"国械注准2019314{sum(item_id.encode()) % 10_000:04d}"
        self.platform.database.change_behind_the_back(f"""
          INSERT INTO catalog.registration SELECT (jsonb_populate_record(registration,
              jsonb_build_object('registration_number', '{number}', 'expire_date', {YESTERDAY}, 'valid_from', NULL))).*
            FROM catalog.registration JOIN catalog.item USING (registration_number) WHERE item_id = '{item_id}';
          UPDATE catalog.item SET registration_number = '{number}' WHERE item_id = '{item_id}'""")

    # Catalogue.

    def test_who_proposed_an_item_may_not_approve_it(self):
        self.act_as("officer-approver", "PROCUREMENT_OFFICER")
        self.supply.propose_item("own-item", user="officer-approver")
        self.act_as("officer-approver", "APPROVER")
        self.assert_refused(
            "SAME_PERSON", self.supply.call, "officer-approver", "catalog.ApproveItem", {"name": "items/own-item"}, "own-item/self",
            code="permission_denied")

    def test_who_may_only_propose_is_refused_for_lack_of_the_right(self):
        self.supply.propose_item("item-of-officer")
        error = self.assert_refused(
            "PERMISSION_MISSING", self.supply.call, "officer", "catalog.ApproveItem", {"name": "items/item-of-officer"}, "x",
            code="permission_denied")
        self.assertEqual(error.http_status, 403)

    def test_wrong_codes_are_refused(self):
        good = supplier_of_day(self.supply.day)
        wrong = credit_code("91370800MA3C1K2X9")
        wrong = wrong[:-1] + ("0" if wrong[-1] != "0" else "1")
        self.assert_code("invalid_argument", "officer", "catalog.CreateSupplier", {
            "supplierId": "wrong-code", "supplier": {**good, "creditCode": wrong}})
        for field, value in (
            ("deviceIdentifier", "06901234500012"), ("nationalCode", "C9902010030100100001000000"),
            ("registrationNumber", "鲁械注准20193140456"),
        ):
            with self.subTest(field):
                with self.assertRaises(ApiError) as caught:
                    self.supply.propose_item(f"wrong-{field.lower()}", **{field: value})
                self.assertEqual(caught.exception.code, "invalid_argument", caught.exception)

    def test_an_expired_registration_is_not_approved(self):
        self.supply.propose_item("expired-before-approval")
        self.expire_item("expired-before-approval")
        self.assert_refused(
            "REGISTRATION_EXPIRED", self.supply.call, "approver", "catalog.ApproveItem", {"name": "items/expired-before-approval"},
            "expired-before-approval/approve")

    # Agreements.

    def test_an_unapproved_item_cannot_be_bought(self):
        self.supply.propose_item("unapproved")
        self.assert_refused("ITEM_NOT_BUYABLE", self.supply.propose_agreement, "unapproved", 10)
        self.assert_refused("ITEM_NOT_BUYABLE", self.supply.submit, "unapproved", [("unapproved", 1)])

    def test_an_expired_item_cannot_be_bought(self):
        supply = self.supply_for("expiring", 100)
        requisition = supply.request("before", [("expiring", 5)])
        self.expire_item("expiring")
        self.assert_refused("ITEM_NOT_BUYABLE", supply.order, "after", requisition, [5])
        self.assert_refused("ITEM_NOT_BUYABLE", supply.submit, "after", [("expiring", 1)])

    def test_a_suspended_item_cannot_be_bought(self):
        supply = self.supply_for("suspended", 100)
        requisition = supply.request("before", [("suspended", 5)])
        supply.call("approver", "catalog.SuspendItem", {"name": "items/suspended", "reason": "召回"}, "suspend")
        self.assert_refused("ITEM_NOT_BUYABLE", supply.order, "after", requisition, [5])

    def test_who_proposed_an_agreement_may_not_approve_it(self):
        self.supply.add_item("own-agreement")
        self.act_as("officer-approver", "PROCUREMENT_OFFICER")
        name = self.supply.propose_agreement("own-agreement", 10, user="officer-approver")["name"]
        self.act_as("officer-approver", "APPROVER")
        self.assert_refused(
            "SAME_PERSON", self.supply.call, "officer-approver", "procurement.ApproveAgreement", {"name": name}, "own-agreement/self")

    def test_two_agreements_may_not_overlap(self):
        self.supply.add_item("overlap")
        self.supply.add_agreement("overlap", 10)
        other = Supply(self.county, "overlapping")
        name = other.propose_agreement("overlap", 10)["name"]
        self.assert_refused("AGREEMENT_OVERLAPS", other.call, "approver", "procurement.ApproveAgreement", {"name": name}, "approve")

    # Requisitions and orders.

    def test_who_asks_may_not_approve(self):
        supply = self.supply_for("own-requisition", 100)
        self.act_as("nurse-approver", "DEPARTMENT_NURSE")
        name = supply.submit("own", [("own-requisition", 1)], user="nurse-approver")["name"]
        self.act_as("nurse-approver", "APPROVER")
        self.assert_refused("SAME_PERSON", supply.call, "nurse-approver", "procurement.ApproveRequisition", {"name": name}, "self")

    def test_who_approves_may_not_order(self):
        supply = self.supply_for("approver-orders", 100)
        name = supply.submit("a", [("approver-orders", 1)])["name"]
        self.act_as("officer-approver", "APPROVER")
        requisition = supply.call("officer-approver", "procurement.ApproveRequisition", {"name": name}, "approve")
        self.act_as("officer-approver", "PROCUREMENT_OFFICER")
        self.assert_refused("SAME_PERSON", supply.order, "a", requisition, [1], "officer-approver")

    def test_an_unapproved_line_is_not_ordered(self):
        supply = self.supply_for("unapproved-line", 100)
        requisition = supply.submit("a", [("unapproved-line", 10)])
        self.assert_refused("LINE_NOT_APPROVED", supply.order, "a", requisition, [10])

    def test_no_more_is_ordered_than_was_approved(self):
        supply = self.supply_for("approved-less", 100)
        name = supply.submit("a", [("approved-less", 10)])["name"]
        requisition = supply.call("hospital-approver", "procurement.ApproveRequisition", {
            "name": name, "reductions": [{"lineNumber": 1, "quantityApproved": "6"}]}, "approve")
        self.assert_refused("LINE_ALREADY_ORDERED", supply.order, "too-much", requisition, [7])
        supply.order("all", requisition, [6])
        self.assert_refused("LINE_ALREADY_ORDERED", supply.order, "more", requisition, [1])

    def test_without_an_agreement_nothing_is_ordered(self):
        self.supply.add_item("no-agreement")
        requisition = self.supply.request("no-agreement", [("no-agreement", 1)])
        self.assert_refused("NO_AGREEMENT", self.supply.order, "no-agreement", requisition, [1])

    def test_what_is_not_on_the_wards_list_is_neither_asked_for_nor_ordered(self):
        supply = self.supply_for("unlisted", 100)
        requisition = supply.request("before", [("unlisted", 5)])
        database = self.platform.database
        database.change_behind_the_back("""
          INSERT INTO catalog.approved_list (list_id, display_name, alliance_id, institution_id, department_id, start_date, state, reason,
                                             proposer_id, approver_id, created_at)
          SELECT 'cath-lab', 'cath lab', alliance_id, institution_id, department_id, '2020-01-01', 'approved', 'r', 'a', 'b', now()
          FROM identity_pub.department WHERE department_id = 'cath-lab'""")
        try:
            refused = self.assert_refused("PURCHASE_OBSTACLES", supply.order, "after", requisition, [5], code="failed_precondition")
            self.assertIn("NOT_ON_APPROVED_LIST (approvedLists/cath-lab)", refused.message)
            self.assert_refused("PURCHASE_OBSTACLES", supply.submit, "after", [("unlisted", 1)])
            answer = self.county.clients["officer"].call("qingqu.catalog.v1.PurchaseCheckService/MayBuy", {
                "institution": "institutions/people-hospital", "department": "departments/cath-lab", "supplier": SUPPLIER,
                "item": "items/unlisted"})
            self.assertEqual([obstacle["reason"] for obstacle in answer["obstacles"]], ["NOT_ON_APPROVED_LIST"])
        finally:
            database.change_behind_the_back("DELETE FROM catalog.approved_list WHERE list_id = 'cath-lab'")
        supply.order("then", requisition, [5])

    def test_the_ceiling_holds_and_names_what_is_left(self):
        supply = self.supply_for("ceiling", 10)
        requisition = supply.request("a", [("ceiling", 20)])
        supply.order("first", requisition, [7])
        error = self.assert_refused("AGREEMENT_CEILING", supply.order, "second", requisition, [4], code="resource_exhausted")
        self.assertIn("3", error.message)
        supply.order("rest", requisition, [3])

    def test_callers_who_race_order_exactly_the_ceiling(self):
        supply = self.supply_for("raced", 50)
        requisitions = [supply.request(f"r{number}", [("raced", 5)]) for number in range(16)]
        barrier = threading.Barrier(len(requisitions))
        outcomes = []

        def order(number: int) -> None:
            barrier.wait()
            try:
                supply.order(f"o{number}", requisitions[number], [5], user=("officer", "second-officer")[number % 2])
                outcomes.append("ordered")
            except ApiError as error:
                outcomes.append(error.reason or str(error))

        threads = [threading.Thread(target=order, args=(number,)) for number in range(len(requisitions))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(outcomes), ["AGREEMENT_CEILING"] * 6 + ["ordered"] * 10)
        agreement = self.county.clients["officer"].call("procurement.GetAgreement", {"name": "agreements/rules-raced-raced"})
        self.assertEqual(agreement["quantityOrdered"], "50")
        self.assertEqual(self.platform.database.number(
            "SELECT sum(quantity_ordered) FROM procurement.order_line WHERE item_id = 'raced'"), 50)

    # Suppliers.

    def test_the_supplier_answers_once_and_says_why_it_accepts_less(self):
        supply = self.supply_for("answered", 100)
        order = supply.order("a", supply.request("a", [("answered", 10)]), [10])
        self.assert_refused("ORDER_NOT_ACCEPTED", supply.despatch, "early", order, [supply.despatch_line(1, 1, "L1")])
        for lines in ([{"lineNumber": 1, "quantityAccepted": "9"}], [{"lineNumber": 1, "quantityAccepted": "11"}], []):
            self.assert_code("invalid_argument", "supplier", "procurement.RespondToOrder", {"name": order["name"], "lines": lines})
        supply.call("supplier", "procurement.RespondToOrder", {
            "name": order["name"], "lines": [{"lineNumber": 1, "quantityAccepted": "4", "reason": "缺货"}]}, "respond")
        self.assert_refused("ORDER_ALREADY_ANSWERED", supply.accept, order)
        agreement = self.county.clients["officer"].call("procurement.GetAgreement", {"name": "agreements/rules-answered-answered"})
        self.assertEqual(agreement["quantityOrdered"], "4")
        self.assert_refused("MORE_THAN_ACCEPTED", supply.despatch, "more", order, [supply.despatch_line(1, 5, "L1")])
        expired = supply.despatch_line(1, 1, "L1", supply.day - datetime.timedelta(days=1))
        self.assert_refused("LOT_EXPIRED", supply.despatch, "expired", order, [expired])
        self.assert_code("invalid_argument", "supplier", "procurement.CreateDespatch", {
            "despatch": {"order": order["name"], "lines": [{**supply.despatch_line(1, 1, ""), "lot": ""}]}})

    def test_another_supplier_sees_nothing(self):
        supply = self.supply_for("secret", 100)
        order = supply.order("a", supply.request("a", [("secret", 10)]), [10])
        supply.accept(order)
        despatch = supply.despatch("a", order, [supply.despatch_line(1, 10, "L1")])
        rival = self.county.clients["rival"]
        for method, name, reason in (
            ("procurement.GetOrder", order["name"], "ORDER_NOT_FOUND"),
            ("procurement.GetAgreement", "agreements/rules-secret-secret", "AGREEMENT_NOT_FOUND"),
            ("procurement.GetDespatch", despatch["name"], "DESPATCH_NOT_FOUND"),
        ):
            self.assert_refused(reason, rival.call, method, {"name": name}, code="not_found")
            self.assertEqual(self.county.clients["supplier"].call(method, {"name": name})["name"], name)
        self.assert_refused(
            "ORDER_NOT_FOUND", supply.call, "rival", "procurement.RespondToOrder", {"name": order["name"], "acceptAll": True}, "rival")
        self.assert_refused("ORDER_NOT_FOUND", supply.despatch, "rival", order, [supply.despatch_line(1, 1, "L1")], "rival")
        for method in ("ListOrders", "ListAgreements", "ListDespatches"):
            self.assertEqual(rival.call(f"procurement.{method}", {}), {}, method)
        self.assertEqual(rival.call("catalog.ListSuppliers", {})["suppliers"][0]["name"], "suppliers/rival")
        self.assert_refused(
            "LOT_NOT_FOUND", rival.call, "supervision.TraceLot", {"item": "items/secret", "lot": "L1"}, code="not_found")

    def test_another_alliance_sees_nothing(self):
        supply = self.supply_for("east-only", 100)
        requisition = supply.request("a", [("east-only", 10)])
        order = supply.order("a", requisition, [10])
        west = self.county.clients["west-officer"]
        self.assert_refused("ORDER_NOT_FOUND", west.call, "procurement.GetOrder", {"name": order["name"]})
        self.assert_refused("REQUISITION_NOT_FOUND", west.call, "procurement.GetRequisition", {"name": requisition["name"]})
        self.assertEqual(west.call("procurement.ListOrders", {}), {})
        self.assertEqual(self.county.clients["west-nurse"].call("procurement.ListRequisitions", {}), {})

    def test_an_expired_licence_stops_orders_and_despatches(self):
        supply = self.supply_for("licence", 100)
        order = supply.order("a", supply.request("a", [("licence", 10)]), [10])
        supply.accept(order)
        later = supply.request("b", [("licence", 10)])
        database = self.platform.database
        founding = "organisation_id = '" + SUPPLIER.split("/")[1] + "' AND founding"
        kept = database.run(f"SELECT expire_date FROM catalog.qualification WHERE {founding}")
        change = "UPDATE catalog.qualification SET expire_date = {} WHERE " + founding
        database.change_behind_the_back(change.format(YESTERDAY))
        try:
            self.assert_refused("SUPPLIER_NOT_BUYABLE", supply.order, "b", later, [10])
            self.assert_refused("LICENCE_EXPIRED", supply.despatch, "a", order, [supply.despatch_line(1, 10, "L1")])
        finally:
            database.change_behind_the_back(change.format(f"'{kept}'"))
        supply.despatch("a", order, [supply.despatch_line(1, 10, "L1")])

    def test_a_request_id_is_not_used_for_something_else(self):
        supply = self.supply_for("reused", 100)
        supply.submit("a", [("reused", 1)])
        self.assert_refused("REQUEST_ID_REUSED", supply.submit, "a", [("reused", 2)])

    def test_orders_go_to_the_central_store_only(self):
        supply = self.supply_for("deliver", 100)
        requisition = supply.request("a", [("deliver", 1)])
        message = {"order": {"supplier": SUPPLIER, "deliverTo": CENTRAL.replace("central", "unknown"), "lines": [
            {"requisition": requisition["name"], "requisitionLineNumber": 1, "quantityOrdered": "1"}]}}
        self.assert_refused("LOCATION_NOT_FOUND", supply.call, "officer", "procurement.CreateOrder", message, "unknown")

    def assert_code(self, code: str, user: str, method: str, message: dict) -> None:
        with self.assertRaises(ApiError) as caught:
            self.supply.call(user, method, message, f"{method}/{message}")
        self.assertEqual(caught.exception.code, code, caught.exception)


if __name__ == "__main__":
    unittest.main()
