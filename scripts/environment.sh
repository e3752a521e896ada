#!/bin/sh
# Make the virtual environment named by the first argument, with every extra, at the
# versions of constraints.txt. On Debian, as root, install a Python when none will do.
set -eu

venv=${1:?name the folder of the environment}
probe='import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))'

# A name on the path may be a stub that does not run: only a probe that passes counts.
find_python() {
    for name in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        if [ -n "$name" ] && "$name" -c "$probe" 2>/dev/null; then
            echo "$name"
            return 0
        fi
    done
    return 1
}

install_python() {
    [ "$(id -u)" -eq 0 ] && [ -f /etc/debian_version ] || return 1
    echo "installing python3 and python3-venv" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >&2
    apt-get install -y -qq --no-install-recommends python3 python3-venv >/dev/null
}

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python) || { install_python && python=$(find_python); } || {
        echo "no Python 3.11 or later with venv was found; install one, or name it: make PYTHON=..." >&2
        exit 1
    }
    echo "making $venv with $("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
pip="$venv/bin/python -m pip install --quiet --constraint constraints.txt"
# The build's own tool comes first, at its locked version, so that nothing is fetched unlocked.
$pip hatchling
$pip --no-build-isolation --editable ".[mysql,dev]"
