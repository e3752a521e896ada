#!/bin/sh
# See that servers of PostgreSQL and MariaDB, Chromium and strace are there for the tests. On Debian,
# as root, install what is missing; elsewhere say what is left out. Nothing is started here:
# each test process runs servers of its own.
set -eu

has_postgres() {
    [ -n "${PLACKET_TEST_POSTGRES:-}" ] && return 0
    for initdb in /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb; do
        [ -x "$initdb" ] && return 0
    done
    command -v initdb >/dev/null 2>&1 && command -v postgres >/dev/null 2>&1
}

has_mariadb() {
    [ -n "${PLACKET_TEST_MARIADB:-}" ] && return 0
    command -v mariadb-install-db >/dev/null 2>&1 || return 1
    for server in mariadbd /usr/sbin/mariadbd /usr/libexec/mariadbd; do
        command -v "$server" >/dev/null 2>&1 && return 0
    done
    return 1
}

has_chromium() {
    [ -n "${PLACKET_TEST_CHROMIUM:-}" ] && return 0
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}

# The program that drives Chromium links to libatomic, which the smallest systems lack.
has_libatomic() {
    [ -f /etc/debian_version ] || return 0
    for library in /usr/lib/*/libatomic.so.1; do
        [ -e "$library" ] && return 0
    done
    return 1
}

# Traces the system calls of a process, and fails them.
has_strace() {
    command -v strace >/dev/null 2>&1
}

missing=""
has_postgres || missing="$missing postgresql"
# The programs alone: the package around them would run a server as a service.
has_mariadb || missing="$missing mariadb-server-core mariadb-client-core"
has_chromium || missing="$missing chromium fonts-liberation"
has_libatomic || missing="$missing libatomic1"
has_strace || missing="$missing strace"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ] && [ -f /etc/debian_version ]; then
    echo "installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || echo "could not read the distribution's list of packages anew"
    # One by one: where a distribution lacks the one, the other is still had.
    for package in $missing; do
        apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
            echo "could not install $package"
    done
fi

has_postgres || echo "left out: the tests on PostgreSQL (no server on the path; or set PLACKET_TEST_POSTGRES)"
has_mariadb || echo "left out: the tests on MariaDB (no server on the path; or set PLACKET_TEST_MARIADB)"
has_chromium || echo "left out: the tests in a browser (no Chromium on the path; or set PLACKET_TEST_CHROMIUM)"
has_strace || echo "left out: the tests of power losses and failed system calls (no strace on the path)"
