#!/bin/sh
# Find a Python that is new enough and let it do the rest (tools/install.py).
# Plain sh, because it runs before anything is known about the machine.

for python in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    [ -n "$python" ] || continue
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        exec "$python" "$(dirname "$0")/install.py" "$@"
    fi
done

found=$(python3 --version 2>/dev/null || echo "none")
echo "The playground needs Python 3.11 or newer (found: $found): install it from your system's packages or python.org, then try again." >&2
exit 1
