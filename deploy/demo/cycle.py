"""One supply cycle, from the supplier's approval to the inspector's question, each step by who may do it."""

import datetime
import time

import codes
import county
from connect_client import ApiError, Client, request_id
from table import HEADINGS, Table, say

CATHETER = "iv-catheter-22g"
STENT = "coronary-stent-3018"
SOON_LOT, LATE_LOT, STENT_LOT = "Q2601", "Q2609", "S2605"
STENT_SERIALS = ["S000101", "S000102"]
CENTRAL, HOSPITAL, WARD = (f"locations/{location[0]}" for location in county.LOCATIONS)


def named(names: dict[str, tuple[str, str]], resource: str) -> str:
    """What people call an item or a location."""
    last = resource.split("/")[-1]
    return say(*names[last]) if last in names else last


def goods(line: dict) -> str:
    return f"{named(county.ITEM_NAMES, line['item'])} {line['lot']} {line.get('serial', '')}".strip()


class Cycle:
    """Drives the cycle and notes each step for the table. `clients` are signed in, by user id."""

    def __init__(self, clients: dict[str, Client], day: datetime.date):
        self.clients = clients
        self.day = day
        self.soon = day + datetime.timedelta(days=150)
        self.late = day + datetime.timedelta(days=720)
        self.table = Table(HEADINGS)
        self._names = {user.user_id: user.name for user in county.USERS}
        self._step = 0

    def run(self) -> None:
        self.table = Table(HEADINGS)
        self.propose_and_approve_items()
        self.agree()
        self.request_and_order()
        self.answer_and_despatch()
        self.receive()
        self.move_to_ward()
        self.use()
        self.ask()

    def call(self, user: str, method: str, message: dict, key: str = "") -> dict:
        """With `key` the call is a mutation, repeated without harm under the same id."""
        if key:
            message = {"requestId": request_id(f"cycle/{key}"), **message}
        return self.clients[user].call(method, message)

    def refusal(self, user: str, method: str, message: dict, key: str = "") -> ApiError:
        """The call must be refused: a demonstration that lets it pass has failed."""
        try:
            self.call(user, method, message, key)
        except ApiError as error:
            return error
        raise AssertionError(f"{method} by {user} should have been refused")

    def begin(self, chinese: str, english: str) -> None:
        self._step += 1
        self._title = f"{self._step} {say(chinese, english)}"

    def note(self, document: str, user: str, what: str, quantity: str, result: str) -> None:
        who = say(self._names.get(user, user), user)
        self.table.add(self._title, document.split("/")[-1], who, what, quantity, result)
        self._title = ""

    def propose_and_approve_supplier(self) -> None:
        """Before `run`: the supplier's own user can only be made when the supplier is there."""
        self.begin("目录", "Catalogue")
        name = f"suppliers/{county.SUPPLIER_ID}"
        self.call("officer", "catalog.CreateSupplier", {
            "supplierId": county.SUPPLIER_ID, "supplier": county.supplier(self.day),
        }, "supplier")
        self.call("approver", "catalog.ApproveSupplier", {"name": name}, "supplier/approve")
        self._step = 0

    def propose_and_approve_items(self) -> None:
        self.begin("目录", "Catalogue")
        supplier = f"suppliers/{county.SUPPLIER_ID}"
        self.note(supplier, "approver", say("供应商", "supplier"), "", say("已批准", "approved"))
        for item_id, item in county.items(self.day).items():
            self.call("officer", "catalog.CreateItem", {"itemId": item_id, "item": item}, item_id)
            error = self.refusal("officer", "catalog.ApproveItem", {"name": f"items/{item_id}"}, f"{item_id}/self")
            self.call("approver", "catalog.ApproveItem", {"name": f"items/{item_id}"}, f"{item_id}/approve")
            self.note(item_id, "officer", say("提出人自己批准", "its proposer approves it"), "", f"{say('拒绝', 'refused')}: {error.code}")
            self.note(item_id, "approver", named(county.ITEM_NAMES, item_id), "", say("已批准", "approved"))

    def agree(self) -> None:
        self.begin("协议", "Agreement")
        for key, item_id, price, ceiling in (
            ("agreement-catheter", CATHETER, "4.8500", 5000),
            ("agreement-stent", STENT, "798.0000", 20),
        ):
            self.call("officer", "procurement.CreateAgreement", {
                "agreementId": key,
                "agreement": {
                    "alliance": "alliances/east",
                    "supplier": f"suppliers/{county.SUPPLIER_ID}",
                    "item": f"items/{item_id}",
                    "unitPrice": price,
                    "quantityCeiling": str(ceiling),
                    "startDate": self.day.isoformat(),
                    "endDate": county.years_after(self.day, 1).isoformat(),
                },
            }, key)
            self.call("approver", "procurement.ApproveAgreement", {"name": f"agreements/{key}"}, f"{key}/approve")
            self.note(key, "approver", f"{named(county.ITEM_NAMES, item_id)} ¥{price}", f"≤ {ceiling}", say("已批准", "approved"))

    def request_and_order(self) -> None:
        self.begin("申领与订单", "Requisition, order")
        name = "requisitions/requisition-demo"
        self.call("nurse", "procurement.CreateRequisition", {
            "requisitionId": "requisition-demo",
            "requisition": {
                "department": "departments/cath-lab",
                "lines": [
                    {"item": f"items/{CATHETER}", "quantityRequested": "600"},
                    {"item": f"items/{STENT}", "quantityRequested": "2"},
                ],
            },
        }, "requisition")
        self.note(name, "nurse", say("导管室申领", "the ward asks"), "600 + 2", say("已提交", "submitted"))
        self.call("hospital-approver", "procurement.ApproveRequisition", {"name": name}, "requisition/approve")
        self.note(name, "hospital-approver", say("医院审批", "the hospital approves"), "600 + 2", say("已批准", "approved"))
        order = self.call("officer", "procurement.CreateOrder", {
            "orderId": "order-demo",
            "order": {
                "supplier": f"suppliers/{county.SUPPLIER_ID}",
                "deliverTo": CENTRAL,
                "lines": [
                    {"requisition": name, "requisitionLineNumber": line, "quantityOrdered": quantity}
                    for line, quantity in ((1, "600"), (2, "2"))
                ],
            },
        }, "order")
        self.note(order["name"], "officer", say("医共体下单", "the alliance orders"), "600 + 2", f"¥{order['totalAmount']}")

    def answer_and_despatch(self) -> None:
        self.begin("供应商", "Supplier")
        self.call("supplier", "procurement.RespondToOrder", {
            "name": "orders/order-demo",
            "lines": [
                {"lineNumber": 1, "quantityAccepted": "550", "reason": "库存不足"},
                {"lineNumber": 2, "quantityAccepted": "2"},
            ],
        }, "order/respond")
        self.note("order-demo", "supplier", say("部分接单", "accepts in part"), "550 + 2", say("50 支库存不足", "50 out of stock"))
        self.call("supplier", "procurement.CreateDespatch", {
            "despatchId": "despatch-demo",
            "despatch": {
                "order": "orders/order-demo",
                "lines": [
                    self._despatch_line(1, 250, SOON_LOT, self.soon),
                    self._despatch_line(1, 300, LATE_LOT, self.late),
                    {**self._despatch_line(2, 2, STENT_LOT, self.late), "serials": STENT_SERIALS},
                ],
            },
        }, "despatch")
        for lot, quantity, expiry in ((SOON_LOT, 250, self.soon), (LATE_LOT, 300, self.late), (STENT_LOT, 2, self.late)):
            what = say(f"批号 {lot},效期 {expiry}", f"lot {lot}, expires {expiry}")
            self.note("despatch-demo", "supplier", what, str(quantity), say("在途", "on its way"))

    @staticmethod
    def _despatch_line(order_line: int, quantity: int, lot: str, expiry: datetime.date) -> dict:
        return {
            "orderLineNumber": order_line,
            "quantity": str(quantity),
            "lot": lot,
            "expiryDate": expiry.isoformat(),
        }

    def receive(self) -> None:
        self.begin("中心库验收", "Receipt by scanning")
        wrong = codes.scan(county.NEEDLE_BOX, "X9999", self.late)
        error = self.refusal("operator", "distribution.CreateReceipt", {
            "receipt": {"despatch": "despatches/despatch-demo", "lines": [{"scan": wrong, "packsAccepted": "1"}]},
        }, "receipt/wrong-lot")
        self.note("-", "operator", say("扫到未发货的批号 X9999", "scans a lot that was not sent"), "50", f"{say('拒收', 'refused')}: {error.reason}")
        lines = [
            {"scan": codes.scan(county.NEEDLE_BOX, SOON_LOT, self.soon), "packsAccepted": "4", "packsRejected": "1", "rejectionReason": "外包装破损"},
            {"scan": codes.scan(county.NEEDLE_BOX, LATE_LOT, self.late), "packsAccepted": "6"},
        ]
        lines += [
            {"scan": codes.scan(county.STENT, STENT_LOT, self.late, serial), "packsAccepted": "1"}
            for serial in STENT_SERIALS
        ]
        receipt = self.call("operator", "distribution.CreateReceipt", {
            "receiptId": "receipt-demo",
            "receipt": {"despatch": "despatches/despatch-demo", "lines": lines},
        }, "receipt")
        for line in receipt["lines"]:
            accepted, rejected = line.get("quantityAccepted", "0"), line.get("quantityRejected", "0")
            result = say(f"合格 {accepted},拒收 {rejected}", f"{accepted} accepted, {rejected} rejected")
            self.note("receipt-demo", "operator", goods(line), str(int(accepted) + int(rejected)), result)

    def move_to_ward(self) -> None:
        self.begin("逐级配送(先到期先出)", "Transfers (FEFO)")
        for key, sender, receiver, source, target in (
            ("transfer-1", "operator", "pharmacist", CENTRAL, HOSPITAL),
            ("transfer-2", "pharmacist", "nurse", HOSPITAL, WARD),
        ):
            transfer = self.call(sender, "distribution.CreateTransfer", {
                "transferId": key,
                "transfer": {
                    "fromLocation": source,
                    "toLocation": target,
                    "lines": [
                        {"item": f"items/{CATHETER}", "quantity": "300"},
                        {"item": f"items/{STENT}", "quantity": "2"},
                    ],
                },
            }, key)
            self.call(receiver, "distribution.ReceiveTransfer", {"name": f"transfers/{key}"}, f"{key}/receive")
            lots = {}
            for line in transfer["lines"]:
                for part in line["allocations"]:
                    lots[part["lot"]] = lots.get(part["lot"], 0) + int(part["quantity"])
            what = f"{named(county.LOCATION_NAMES, source)} → {named(county.LOCATION_NAMES, target)}"
            chosen = ", ".join(f"{lot}: {quantity}" for lot, quantity in lots.items())
            self.note(key, receiver, what, chosen, say("已签收", "received"))

    def use(self) -> None:
        self.begin("床旁使用", "Bedside use")
        stent = {"scan": codes.scan(county.STENT, STENT_LOT, self.late, STENT_SERIALS[0]), "packs": "1"}
        error = self.refusal("nurse", "usage.CreateUse", {
            "use": {"location": WARD, "lines": [stent]},
        }, "use/no-patient")
        self.note("-", "nurse", say("高值耗材未绑定患者", "a stent without its patient"), "1", f"{say('拒绝', 'refused')}: {error.reason}")
        use = self.call("nurse", "usage.CreateUse", {
            "useId": "use-demo",
            "use": {
                "location": WARD,
                "lines": [stent, {"scan": codes.scan(county.NEEDLE, SOON_LOT, self.soon), "packs": "2"}],
                "patientPseudonym": "P-7f3a9c21",
                "procedure": "经皮冠状动脉支架植入术",
                "doctor": "D-0417",
            },
        }, "use")
        state = self._wait_until_posted(use)
        result = say("已使用并扣减库存", "used, stock consumed") if state == "USE_STATE_POSTED" else state
        for line in use["lines"]:
            self.note("use-demo", "nurse", goods(line), line["quantity"], result)

    def _wait_until_posted(self, use: dict) -> str:
        """Stock is consumed by another service; when that was slow the use is pending for a moment."""
        for _ in range(50):
            if use.get("state") != "USE_STATE_PENDING":
                break
            time.sleep(0.2)
            use = self.call("nurse", "usage.GetUse", {"name": "uses/use-demo", "purpose": "waits for the posting"})
        return use.get("state", "USE_STATE_UNSPECIFIED")

    def ask(self) -> None:
        self.begin("追溯与监管", "Supervision")
        question = {"item": f"items/{CATHETER}", "lot": SOON_LOT, "pageSize": 1000, "purpose": "a demonstration"}
        for user in ("inspector", "supplier"):
            entries = self.call(user, "supervision.TraceLot", question).get("entries", [])
            chain = " → ".join(dict.fromkeys(entry["event"].split(".")[0] for entry in entries))
            what = say(f"批号 {SOON_LOT} 全程", f"everything about lot {SOON_LOT}")
            self.note("-", user, what, say(f"{len(entries)} 条", f"{len(entries)} entries"), chain)
        error = self.refusal("nurse", "supervision.TraceLot", question)
        self.note("-", "nurse", say("同一问题", "the same question"), "", f"{say('拒绝', 'refused')}: {error.code}")
        ledger = self.call("operator", "distribution.CheckLedger", {})
        findings = ledger.get("findings", [])
        movements = int(ledger.get("movementCount", 0))
        result = "; ".join(findings) or say("借贷平衡,账实一致", "it balances")
        self.note("-", "operator", say("库存总账核对", "the stock ledger is checked"), say(f"{movements} 笔", f"{movements} movements"), result)
