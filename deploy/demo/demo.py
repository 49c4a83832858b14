#!/usr/bin/env python3
"""Loads the demonstration county and drives one supply cycle through the gateway. Repeating it changes nothing."""

import argparse
import datetime
import pathlib
import sys

import county
from connect_client import ApiError, Client
from cycle import Cycle
from table import Table, say


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gateway", required=True, help="http://127.0.0.1:7180")
    parser.add_argument("--admin_password_file", type=pathlib.Path, required=True)
    parser.add_argument("--users_password_file", type=pathlib.Path, required=True)
    parser.add_argument("--day", type=datetime.date.fromisoformat, required=True,
                        help="the day that the documents' dates are reckoned from; the same for a repetition")
    return parser.parse_args()


def load_and_run(gateway: str, admin_password: str, password: str, day: datetime.date) -> Cycle:
    nobody = Client(gateway)
    admin = nobody.sign_in("admin", admin_password)
    county.create_organisation(admin)
    clients = {"admin": admin}
    cycle = Cycle(clients, day)
    for user in county.USERS:
        if user.scope == "SUPPLIER":
            continue
        county.create_user(admin, user, password)
        clients[user.user_id] = nobody.sign_in(user.user_id, password)
    cycle.propose_and_approve_supplier()
    for user in county.USERS:
        if user.scope == "SUPPLIER":
            county.create_user(admin, user, password)
            clients[user.user_id] = nobody.sign_in(user.user_id, password)
    county.create_locations(admin)
    cycle.run()
    return cycle


def users_table(password: str) -> str:
    table = Table([("角色", "Role"), ("用户", "User"), ("姓名", "Name")])
    for user in county.USERS:
        role = say(user.role_chinese, user.role.lower().replace("_", " "))
        table.add(role, user.user_id, user.name)
    return f"{table.text()}\n{say('以上用户的密码', 'Password of each')}: {password}"


def main() -> int:
    arguments = parse_arguments()
    password = arguments.users_password_file.read_text(encoding="utf-8").strip()
    admin_password = arguments.admin_password_file.read_text(encoding="utf-8").strip()
    try:
        cycle = load_and_run(arguments.gateway, admin_password, password, arguments.day)
    except (ApiError, OSError, AssertionError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(cycle.table.text())
    print()
    print(users_table(password))
    return 0


if __name__ == "__main__":
    sys.exit(main())
