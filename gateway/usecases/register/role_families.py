"""What kind of work a role does, as the council's register of agencies says: code names families, never roles."""

from gateway.errors import ConfigurationError
from gateway.identity.caller import StaffCaller
from gateway.wiring import Wiring

DATA_SUPPLY = "data_supply"
FRONT_DOOR = "safeguarding_front_door"
MANAGEMENT = "management"
OVERSIGHT = "oversight"
PRIVACY = "privacy"
STEWARDSHIP = "stewardship"


def families_of(wiring: Wiring, caller: StaffCaller) -> frozenset[str]:
    """The families of a reader's role; none for a role that the register does not know."""
    role = wiring.register.role(caller.agency, caller.role)
    return frozenset(role.families) if role else frozenset()


def steward_of(wiring: Wiring) -> tuple[str, str]:
    """Agency and role on whose behalf records are compared: the first whose family is stewardship."""
    for agency in wiring.register.agencies.values():
        for role in agency.roles:
            if STEWARDSHIP in role.families:
                return agency.id, role.id
    raise ConfigurationError("agencies.yaml names no role of family stewardship; linkage has nobody to act for")
