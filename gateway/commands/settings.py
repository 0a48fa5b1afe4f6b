"""Settings for a command: every problem on one line, without the value that was set."""

from pydantic import ValidationError

from gateway.errors import ConfigurationError
from gateway.settings import Settings


def read_settings() -> Settings:
    """Read the settings from the environment. Raise `ConfigurationError` naming every variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        told = "; ".join(f"HEARTHGATE_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in problems)
        message = f"the settings do not allow a start: {told}"
        raise ConfigurationError(message) from None
