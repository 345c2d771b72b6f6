"""What every answer tells browsers not to do, in the words of Django's own middlewares for security and clickjacking."""

GUARDS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
