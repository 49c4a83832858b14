"""The demonstration county: who is there, what can be bought, where it is kept."""

import dataclasses
import datetime

from codes import credit_code, gtin
from connect_client import Client, request_id

ALLIANCES = [
    ("east", "城东医共体"),
    ("west", "城西医共体"),
    ("north", "北山医共体"),
]

# id, name, alliance, lead hospital
INSTITUTIONS = [
    ("people-hospital", "清渠县人民医院", "east", True),
    ("liulin-health-centre", "柳林镇卫生院", "east", False),
    ("tcm-hospital", "清渠县中医医院", "west", True),
    ("shiqiao-health-centre", "石桥镇卫生院", "west", False),
    ("maternity-hospital", "清渠县妇幼保健院", "north", True),
    ("beishan-health-centre", "北山乡卫生院", "north", False),
]

DEPARTMENTS = [
    ("cath-lab", "导管室", "people-hospital"),
    ("cardiology", "心血管内科", "people-hospital"),
    ("liulin-ward", "综合病房", "liulin-health-centre"),
]

# id, name, kind, owner's field, owner
LOCATIONS = [
    ("east-central-store", "城东中心库", "CENTRAL_STORE", "alliance", "alliances/east"),
    ("people-store", "县医院院内库", "INSTITUTION_STORE", "institution", "institutions/people-hospital"),
    ("cath-lab-store", "导管室二级库", "DEPARTMENT", "department", "departments/cath-lab"),
]

# What people call things in the table: Chinese, English.
ITEM_NAMES = {
    "iv-catheter-22g": ("静脉留置针 22G", "IV catheter 22G"),
    "coronary-stent-3018": ("冠脉支架 3.0×18", "coronary stent 3.0×18"),
}
LOCATION_NAMES = {
    "east-central-store": ("中心库", "central store"),
    "people-store": ("院内库", "hospital store"),
    "cath-lab-store": ("导管室", "ward"),
}

SUPPLIER_ID = "huakang"
SUPPLIER_NAME = "山东华康医疗器械有限公司(演示)"


@dataclasses.dataclass(frozen=True)
class DemoUser:
    user_id: str
    name: str
    role: str
    role_chinese: str
    scope: str
    belongs_to: dict


_PEOPLE = {"institution": "institutions/people-hospital"}
_EAST = {"alliance": "alliances/east"}

# Each role once, and the people whom the separation of duties needs besides.
USERS = [
    DemoUser("nurse", "护士 李敏", "DEPARTMENT_NURSE", "科室护士", "INSTITUTION", _PEOPLE),
    DemoUser("pharmacist", "药师 王强", "HOSPITAL_PHARMACIST", "药师/库管", "INSTITUTION", _PEOPLE),
    DemoUser("hospital-approver", "院长 赵刚", "APPROVER", "医院审批人", "INSTITUTION", _PEOPLE),
    DemoUser("officer", "采购员 陈洁", "PROCUREMENT_OFFICER", "采购员", "ALLIANCE", _EAST),
    DemoUser("approver", "审批人 孙伟", "APPROVER", "医共体审批人", "ALLIANCE", _EAST),
    DemoUser("operator", "运营 周涛", "OPERATOR", "SPD 运营方", "ALLIANCE", _EAST),
    DemoUser(
        "supplier", "华康 吴霞", "SUPPLIER", "供应商", "SUPPLIER", {"supplier": f"suppliers/{SUPPLIER_ID}"}
    ),
    DemoUser("insurance", "医保局 郑凯", "INSURANCE_BUREAU", "医保局", "COUNTY", {}),
    DemoUser("market", "市监局 冯雪", "MARKET_SUPERVISION", "市场监管局", "COUNTY", {}),
    DemoUser("inspector", "纪检 何清", "DISCIPLINE_INSPECTOR", "纪检监察", "COUNTY", {}),
]

NEEDLE = gtin("0690123450001")
NEEDLE_BOX = gtin("1690123450001")
NEEDLES_IN_BOX = 50
STENT = gtin("0690123450002")


def years_after(day: datetime.date, years: int) -> datetime.date:
    return day.replace(year=day.year + years, month=12, day=31)


def supplier(day: datetime.date) -> dict:
    return {
        "displayName": SUPPLIER_NAME,
        "creditCode": credit_code("91370800MA3C1K2X7"),
        "licenceNumber": "鲁济食药监械经营许20240001号",
        "licenceExpireDate": years_after(day, 2).isoformat(),
    }


def items(day: datetime.date) -> dict[str, dict]:
    return {
        "iv-catheter-22g": {
            "displayName": "一次性使用静脉留置针",
            "specification": "22G×25mm",
            "registrationNumber": "国械注准20193140456",
            "registrationExpireDate": years_after(day, 2).isoformat(),
            "deviceClass": "DEVICE_CLASS_III",
            "nationalCode": "".join(["C16", "02", "01", "003", "01", "001", "00001", "0000001"]),
            "deviceIdentifier": NEEDLE,
            "baseUnit": "支",
            "packs": [
                {"deviceIdentifier": NEEDLE_BOX, "unit": "盒", "baseUnits": str(NEEDLES_IN_BOX)}
            ],
            "manufacturer": "清渠演示医疗科技有限公司",
            "lotTracked": True,
            "expiryTracked": True,
        },
        "coronary-stent-3018": {
            "displayName": "药物洗脱冠状动脉支架",
            "specification": "3.0×18mm",
            "registrationNumber": "国械注准20213130123",
            "registrationExpireDate": years_after(day, 2).isoformat(),
            "deviceClass": "DEVICE_CLASS_III",
            "nationalCode": "".join(["C02", "01", "01", "002", "01", "002", "00002", "0000001"]),
            "deviceIdentifier": STENT,
            "baseUnit": "个",
            "manufacturer": "清渠演示医疗科技有限公司",
            "lotTracked": True,
            "serialTracked": True,
            "expiryTracked": True,
            "highValue": True,
        },
    }


def create_organisation(admin: Client) -> None:
    for alliance_id, name in ALLIANCES:
        admin.call("identity.CreateAlliance", {
            "requestId": request_id(f"alliance/{alliance_id}"),
            "allianceId": alliance_id,
            "alliance": {"displayName": name},
        })
    for institution_id, name, alliance, lead in INSTITUTIONS:
        admin.call("identity.CreateInstitution", {
            "requestId": request_id(f"institution/{institution_id}"),
            "institutionId": institution_id,
            "institution": {
                "displayName": name, "alliance": f"alliances/{alliance}", "lead": lead,
            },
        })
    for department_id, name, institution in DEPARTMENTS:
        admin.call("identity.CreateDepartment", {
            "requestId": request_id(f"department/{department_id}"),
            "departmentId": department_id,
            "department": {"displayName": name, "institution": f"institutions/{institution}"},
        })


def create_user(admin: Client, user: DemoUser, password: str) -> None:
    admin.call("identity.CreateUser", {
        "requestId": request_id(f"user/{user.user_id}"),
        "userId": user.user_id,
        "user": {
            "displayName": user.name,
            "roles": [f"ROLE_{user.role}"],
            "scope": f"SCOPE_{user.scope}",
            **user.belongs_to,
        },
        "password": password,
    })


def create_locations(admin: Client) -> None:
    for location_id, name, kind, field, owner in LOCATIONS:
        admin.call("distribution.CreateLocation", {
            "requestId": request_id(f"location/{location_id}"),
            "locationId": location_id,
            "location": {"displayName": name, "kind": f"LOCATION_KIND_{kind}", field: owner},
        })
