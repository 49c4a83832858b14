"""The demonstration county on a live platform, and the people whom tests need besides."""

import concurrent.futures
import dataclasses
import datetime
import pathlib
import uuid

from api_clients import ApiError, CliClient, GatewayClient, RepeatingClient, request_id, wait_for_follower  # noqa: F401
from live_platform import LivePlatform

import county
from codes import credit_code
from cycle import Cycle

_SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
_EAST = {"alliance": "alliances/east"}
_PEOPLE = {"institution": "institutions/people-hospital"}

RIVAL_SUPPLIER = "rival"

# id, roles, scope, where it belongs. Those with two roles begin in the first and change with `act_as`: nobody holds both sides
# of what two people must do at one time, but somebody may have changed sides in between.
MORE_USERS = [
    ("officer-approver", ["PROCUREMENT_OFFICER", "APPROVER"], "ALLIANCE", _EAST),
    ("officer-operator", ["PROCUREMENT_OFFICER", "OPERATOR"], "ALLIANCE", _EAST),
    ("second-officer", ["PROCUREMENT_OFFICER"], "ALLIANCE", _EAST),
    ("nurse-approver", ["DEPARTMENT_NURSE", "APPROVER"], "INSTITUTION", _PEOPLE),
    ("west-officer", ["PROCUREMENT_OFFICER"], "ALLIANCE", {"alliance": "alliances/west"}),
    ("west-nurse", ["DEPARTMENT_NURSE"], "INSTITUTION", {"institution": "institutions/tcm-hospital"}),
    ("liulin-pharmacist", ["HOSPITAL_PHARMACIST"], "INSTITUTION", {"institution": "institutions/liulin-health-centre"}),
    ("rival", ["SUPPLIER"], "SUPPLIER", {"supplier": f"suppliers/{RIVAL_SUPPLIER}"}),
]


def today() -> datetime.date:
    """The county's business day."""
    return datetime.datetime.now(_SHANGHAI).date()


@dataclasses.dataclass
class County:
    """Clients by user id, all signed in, and the cycle that they drive."""
    clients: dict
    tokens: dict
    cycle: Cycle

    @property
    def day(self) -> datetime.date:
        return self.cycle.day


def load(platform: LivePlatform, way: str = "http", repeating: bool = False, patience_seconds: float = 5) -> County:
    """Makes the county. `way` is how its people then call: "http", or "grpc" through `qingqu call`."""
    nobody = GatewayClient(platform.url, patience_seconds=patience_seconds)
    clients, tokens = {}, {}
    config_folder = platform.folder / "cli"
    config_folder.mkdir(mode=0o700, exist_ok=True)

    def sign_in(user: str, password: str) -> None:
        signed_in = nobody.sign_in(user, password)
        tokens[user] = signed_in.token
        client = signed_in if way == "http" else _cli_client(platform, signed_in.token, config_folder)
        clients[user] = RepeatingClient(client, platform.database) if repeating else client

    def make_users(users: list[county.DemoUser]) -> None:
        """Two at a time, because that is how many passwords the platform computes at once."""
        with concurrent.futures.ThreadPoolExecutor(1 if repeating else 2) as pool:
            list(pool.map(lambda user: county.create_user(clients["admin"], user, platform.users_password), users))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda user: sign_in(user.user_id, platform.users_password), users))

    sign_in("admin", platform.admin_password)
    cycle = Cycle(clients, today())
    county.create_organisation(clients["admin"])
    make_users([user for user in county.USERS if user.scope != "SUPPLIER"])
    cycle.propose_and_approve_supplier()
    make_users([user for user in county.USERS if user.scope == "SUPPLIER"])
    county.create_locations(clients["admin"])
    return County(clients, tokens, cycle)


def _cli_client(platform: LivePlatform, token: str, config_folder: pathlib.Path) -> CliClient:
    return CliClient(platform.addresses(), token, config_folder)


def add_more_users(platform: LivePlatform, loaded: County) -> None:
    """The rival supplier, and MORE_USERS."""
    add_supplier(loaded, RIVAL_SUPPLIER, "91370800MA3C1K2X8")
    nobody = GatewayClient(platform.url)
    for user_id, roles, scope, belongs_to in MORE_USERS:
        loaded.clients["admin"].call("identity.CreateUser", {
            "requestId": request_id(f"more/{user_id}"),
            "userId": user_id,
            "user": {
                "displayName": user_id, "roles": [f"ROLE_{roles[0]}"], "scope": f"SCOPE_{scope}", **belongs_to},
            "password": platform.users_password,
        })
        loaded.clients[user_id] = nobody.sign_in(user_id, platform.users_password)


def act_as(platform: LivePlatform, loaded: County, user_id: str, role: str) -> None:
    """One of MORE_USERS acts in that role of theirs from now on: the present post ends, another one begins, they sign in again."""
    admin = loaded.clients["admin"]
    present = loaded.clients[user_id].call("qingqu.identity.v1.PostService/ListOwnPosts", {})["posts"]
    if any(post["roles"] == [f"ROLE_{role}"] for post in present):
        return
    _, roles, scope, belongs_to = next(user for user in MORE_USERS if user[0] == user_id)
    assert role in roles
    for post in present:
        admin.call("qingqu.identity.v1.PostService/EndPost", {"requestId": str(uuid.uuid4()), "name": post["name"]})
    admin.call("qingqu.identity.v1.PostService/CreatePost", {"requestId": str(uuid.uuid4()), "post": {
        "user": f"users/{user_id}", "roles": [f"ROLE_{role}"], "scope": f"SCOPE_{scope}", **belongs_to}})
    loaded.clients[user_id] = GatewayClient(platform.url).sign_in(user_id, platform.users_password)


def add_supplier(loaded: County, supplier_id: str, code_start: str) -> None:
    supplier = {**county.supplier(loaded.day), "displayName": supplier_id, "creditCode": credit_code(code_start)}
    loaded.clients["officer"].call("catalog.CreateSupplier", {
        "requestId": request_id(f"supplier/{supplier_id}"), "supplierId": supplier_id, "supplier": supplier})
    loaded.clients["approver"].call("catalog.ApproveSupplier", {
        "requestId": request_id(f"supplier/{supplier_id}/approve"), "name": f"suppliers/{supplier_id}"})
