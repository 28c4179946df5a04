"""The host to work from: that its machine, its address and its doors fit together."""

from __future__ import annotations

import os
from collections.abc import Iterator

from bpc import facts
from bpc.checks.instances import mixture
from bpc.diagnostics import Diagnostic, rule
from bpc.kit import cidr
from bpc.model import Bastion, Blueprint
from bpc.plan import subnets

MIXED = rule(
    "BPC330",
    "bastion-mixed-architectures",
    why="The image is chosen once, for the architecture of instanceType; the console must not offer another one.",
    cure="Keep the types of one architecture.",
)
NO_CIDRS = rule(
    "BPC331",
    "ssh-without-cidrs",
    why="SSH needs an inbound rule, and bpc does not guess who may connect.",
    cure="Say who may connect in allowedCidrs, or use `access: ssm`, which needs no open port.",
)
UNUSED = rule(
    "BPC332",
    "ssh-settings-unused",
    why="With Session Manager or an Instance Connect Endpoint there is no key pair and nobody outside to let in, "
    "so these settings would do nothing.",
    cure="Take the setting away, or use `access: ssh`.",
)
OPEN_SSH = rule(
    "BPC333",
    "ssh-from-anywhere",
    why="Anybody in the world can try to log in.",
    cure="Name your own addresses, or use `access: ssm`, which needs no open port.",
    severity="warning",
)
END_OF_LIFE = rule(
    "BPC334",
    "al2-end-of-life",
    why="Amazon Linux 2 gets no security updates since 2026-06-30 (Amazon Linux 2 FAQs).",
    cure="Use `os: al2023`.",
    severity="warning",
)
PRIVATE_IP = rule(
    "BPC335",
    "bastion-private-ip",
    why="The address must be in the host's subnet and not one of the five that AWS keeps in every subnet: "
    "the first four and the last (Amazon VPC User Guide, Subnet sizing).",
    cure="Choose an address in the subnet that the message names, or leave privateIp out.",
)
TIMEZONE = rule(
    "BPC336",
    "unknown-timezone",
    why="The tz database has no zone with this name, so the host could not be set to it.",
    cure="Use a name such as Asia/Seoul; `timedatectl list-timezones` shows them all.",
)
TOOL_NEEDS_INTERNET = rule(
    "BPC337",
    "tool-needs-internet",
    why="This tool is downloaded from its publisher, and a private network has no way there. What Amazon "
    "Linux itself has comes through the S3 endpoint.",
    cure="Leave the tool out, or use a network with public subnets.",
)
MOST_USER_DATA = 8000  # bytes; the host's own script with every tool takes the rest of EC2's 16 KB

USER_DATA = rule(
    "BPC339",
    "user-data-too-large",
    why="EC2 takes 16 KB of user data, and the host's own script needs its share (Amazon EC2 User Guide, user data).",
    cure="Move the lines to a script that the host downloads.",
)
TOOL_ARCHITECTURE = rule(
    "BPC338",
    "tool-architecture",
    why="The publisher has no build of this tool for the host's architecture.",
    cure="Leave the tool out, or use an instance type of the other architecture.",
)


def _machine(blueprint: Blueprint) -> Iterator[Diagnostic]:
    bastion = blueprint.bastion
    if not bastion or not bastion.instance_types:
        return
    at = (*bastion.at, "instanceTypes")
    mixed = mixture((bastion.instance_type, *bastion.instance_types))
    if mixed:
        yield MIXED.at(at, f"two architectures are offered ({mixed})", "keep one of them", key=True)


def _access(blueprint: Blueprint) -> Iterator[Diagnostic]:
    bastion = blueprint.bastion
    if not bastion:
        return
    if bastion.access == "ssh":
        yield from _ssh(bastion)
        return
    for key, value in (("keyName", bastion.key_name), ("allowedCidrs", bastion.allowed_cidrs)):
        if value:
            yield UNUSED.at(
                (*bastion.at, key),
                f"{key} does nothing with access: {bastion.access}",
                "take it away, or use access: ssh",
                key=True,
            )


def _ssh(bastion: Bastion) -> Iterator[Diagnostic]:
    if not bastion.allowed_cidrs:
        yield NO_CIDRS.at(
            (*bastion.at, "access"),
            "ssh without allowedCidrs lets nobody in",
            "add allowedCidrs with your own address, or use access: ssm",
        )
    for index, one in enumerate(bastion.allowed_cidrs):
        if cidr.network(one).prefixlen == 0:
            yield OPEN_SSH.at(
                (*bastion.at, "allowedCidrs", index),
                "SSH is open to the whole internet",
                "name your own addresses",
            )


def _os(blueprint: Blueprint) -> Iterator[Diagnostic]:
    bastion = blueprint.bastion
    if bastion and bastion.os == "al2":
        yield END_OF_LIFE.at((*bastion.at, "os"), "Amazon Linux 2 reached its end of life on 2026-06-30", "use al2023")


def _address(blueprint: Blueprint) -> Iterator[Diagnostic]:
    bastion = blueprint.bastion
    if not bastion or not bastion.private_ip:
        return
    kind = bastion.kind_of_subnet(blueprint.network)
    home = next((one for one in subnets.planned(blueprint) if one.kind == kind), None)
    if home is None or cidr.network(home.cidr).prefixlen > cidr.SMALLEST_SUBNET:
        return
    if not cidr.usable(bastion.private_ip, home.cidr):
        block = cidr.network(home.cidr)
        first, last = block.network_address + 4, block.broadcast_address - 1
        yield PRIVATE_IP.at(
            (*bastion.at, "privateIp"),
            f"{bastion.private_ip} cannot be used in the host's subnet, {home.label}, {block}",
            f"use an address from {first} to {last}",
        )


def _timezone(blueprint: Blueprint) -> Iterator[Diagnostic]:
    bastion = blueprint.bastion
    if bastion and bastion.timezone != "UTC":
        known = _timezones()
        if bastion.timezone not in known:
            from bpc.checks.nearest import meant

            yield TIMEZONE.at(
                (*bastion.at, "timezone"),
                f"there is no time zone {bastion.timezone}",
                meant(bastion.timezone, known),
            )


def _timezones() -> list[str]:
    with open(os.path.join(os.path.dirname(facts.__file__), "timezones.txt"), encoding="utf-8") as file:
        return [line.strip() for line in file if not line.startswith("#")]


def _tools(blueprint: Blueprint) -> Iterator[Diagnostic]:
    bastion = blueprint.bastion
    if not bastion or not bastion.tools:
        return
    architecture, known = facts.architecture(bastion.instance_type), facts.tools()
    for index, name in enumerate(bastion.tools):
        at, tool = (*bastion.at, "tools", index), known.get(name, {})
        if "url" in tool and blueprint.network.topology == "private":
            yield TOOL_NEEDS_INTERNET.at(
                at, f"{name} comes from the internet, and a private network has none", "leave it out"
            )
        if architecture and architecture not in tool.get("arches", (architecture,)):
            yield TOOL_ARCHITECTURE.at(
                at,
                f"{name} has no build for {architecture}, which {bastion.instance_type} runs",
                "leave it out",
            )


def _user_data(blueprint: Blueprint) -> Iterator[Diagnostic]:
    bastion = blueprint.bastion
    size = len(bastion.user_data.encode()) if bastion else 0
    if bastion and size > MOST_USER_DATA:
        at = (*bastion.at, "userData")
        yield USER_DATA.at(at, f"these lines have {size:,} bytes, and {MOST_USER_DATA:,} are left for them")


CHECKS = (_machine, _access, _os, _address, _timezone, _tools, _user_data)
