"""The council's witness policy (C2SP tlog-policy), read from the file that a setting names, and held to this log."""

from audit.errors import PolicyError
from audit.keys import VerifierKey
from audit.policy import Policy, parse_policy
from gateway.errors import ConfigurationError
from gateway.settings import Settings


def read_policy(settings: Settings) -> Policy | None:
    """The policy, or None where the log has no witnesses. Raises `ConfigurationError` with the line that is wrong."""
    path = settings.witness_policy
    if path is None:
        return None
    try:
        return parse_policy(path.read_bytes())
    except OSError:
        message = f"the witness policy {path.name} cannot be read; HEARTHGATE_WITNESS_POLICY names it"
        raise ConfigurationError(message) from None
    except PolicyError as error:
        message = f"the witness policy {path.name} is wrong: {error}"
        raise ConfigurationError(message) from None


def cosigning_policy(settings: Settings, log_key: VerifierKey) -> Policy:
    """The policy as the log itself needs it: of this log, with an address for each witness. Raises as above."""
    policy = read_policy(settings)
    if policy is None:
        raise ConfigurationError("there is no witness policy; HEARTHGATE_WITNESS_POLICY names its file")
    if policy.logs and log_key not in [one.key for one in policy.logs]:
        raise ConfigurationError("the witness policy is of another log; add a line: log and this log's verifier key")
    unreachable = [one.name for one in policy.witnesses if one.url is None]
    if unreachable:
        message = f"the witness policy gives no address for {', '.join(unreachable)}; put it behind the key"
        raise ConfigurationError(message)
    if not policy.satisfied_by(policy.witness_keys):
        raise ConfigurationError("the witness policy asks for more than all its witnesses")
    return policy
