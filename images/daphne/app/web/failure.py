"""How a failed check is told to the outside: what went wrong, never with what password."""

LONGEST = 200


def describe(error, secrets=()):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[-1] if lines else ""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    name = type(error).__name__
    return f"{name}: {text}"[:LONGEST] if text else name
