# SPDX-License-Identifier: Apache-2.0
# Debian packages: only the missing ones, without starting any service, without removing anything.

POLICY=/usr/sbin/policy-rc.d
POLICY_KEPT=$POLICY.before-dmid

as_root() {
    if ((EUID == 0)); then
        env "$@"
    else
        sudo env "$@"
    fi
}

# missing_packages LIST: of the packages that the file LIST names, one a line, those that are not installed.
missing_packages() {
    local wanted
    mapfile -t wanted < <(grep -v '^#' "$1")
    # dpkg-query names what it does not know on stderr and fails; the list on stdout is what counts.
    comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^installed //p' | sort -u)
}

# While packages are unpacked no maintainer script may start or restart a service (postfix would take port 25).
# invoke-rc.d asks policy-rc.d; 101 means no. Whatever was there before is put back, also after a crash.
block_services() {
    restore_services
    if [[ -e $POLICY ]]; then
        as_root mv "$POLICY" "$POLICY_KEPT"
    fi
    printf '#!/bin/sh\n# Put here by tools/setup of dmid for the time of its apt run.\nexit 101\n' | as_root tee "$POLICY" >/dev/null
    as_root chmod 755 "$POLICY"
}

restore_services() {
    if [[ -e $POLICY ]] && grep -q 'tools/setup of dmid' "$POLICY"; then
        as_root rm -f "$POLICY"
    fi
    if [[ -e $POLICY_KEPT ]]; then
        as_root mv "$POLICY_KEPT" "$POLICY"
    fi
}

apt_get() {
    as_root DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# The tests start a postfix of their own; the machine's stays without a configuration and off.
preseed_postfix() {
    printf 'postfix postfix/main_mailer_type select No configuration\n' | as_root debconf-set-selections
}

explain_boost() {
    if [[ $(dpkg-query -W -f '${db:Status-Status}' libboost1.74-dev 2>/dev/null) == installed ]]; then
        die "libboost1.74-dev is installed, and Debian allows only one Boost at a time; this project needs 1.81." \
            "Remove it first (apt-get remove libboost1.74-dev), then run this again. Nothing was changed."
    fi
}

# The servers among what is to be installed: off afterwards, on a machine that would start them with the next boot.
disable_new_servers() {
    local package
    command -v systemctl >/dev/null || return 0
    for package in "$@"; do
        case $package in
        postfix) as_root systemctl disable --quiet postfix.service 2>/dev/null || true ;;
        nginx-light) as_root systemctl disable --quiet nginx.service 2>/dev/null || true ;;
        esac
    done
}

# install_debian_packages LIST
install_debian_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$1")
    ((${#missing[@]} > 0)) || return 0
    if ! grep -q '^VERSION_ID="12"' /etc/os-release; then
        echo "note: this is not Debian 12; package names and versions may differ" >&2
    fi
    if ((EUID != 0)) && ! command -v sudo >/dev/null; then
        die "These Debian packages are missing, and installing them needs root or sudo:" "  ${missing[*]}"
    fi
    if ((EUID != 0)); then
        sudo -v
    fi
    explain_boost
    echo "${#missing[@]} Debian packages are missing: ${missing[*]}"
    step "apt-get update" apt_get update
    trap restore_services EXIT
    trap 'exit 130' INT TERM HUP
    block_services
    if [[ " ${missing[*]} " == *" postfix "* ]]; then
        preseed_postfix
    fi
    step "apt-get install of ${#missing[@]} packages" apt_get install -y --no-install-recommends --no-remove "${missing[@]}"
    restore_services
    trap - EXIT INT TERM HUP
    disable_new_servers "${missing[@]}"
}
