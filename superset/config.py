"""Settings of Superset: for people on this machine, who see what was built last.

Superset reads them where SUPERSET_CONFIG_PATH says; `make superset` sets it.
"""

import os

SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]

# Superset's pages hold a picture of a server that counts who opens them, and ask others for maps
# and fonts. So browsers are told to ask none but this one.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'", "data:"],
        "img-src": ["'self'", "blob:", "data:"],
        "object-src": "'none'",
        "script-src": ["'self'", "'strict-dynamic'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "worker-src": ["'self'", "blob:"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
CONTENT_SECURITY_POLICY_WARNING = False

# A new build shows at once: nothing is kept of the one before.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
