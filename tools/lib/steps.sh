# SPDX-License-Identifier: Apache-2.0
# step NAME COMMAND…: runs a command as one line of progress with its seconds; its output is shown only if it fails.
# The full output stays in .cache/log/.

step() {
    local title=$1 log started status=0 pid
    shift
    mkdir -p "$DMID_CACHE/log"
    log=$DMID_CACHE/log/$(tr -cs 'a-zA-Z0-9' '-' <<<"$title" | sed 's/-*$//').log
    started=$SECONDS
    if [[ ! -t 1 ]]; then
        printf '  ... %s\n' "$title"
    fi
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    while [[ -t 1 ]] && kill -0 "$pid" 2>/dev/null; do
        printf '\r\033[K  ... %s  %ds  %.60s' "$title" $((SECONDS - started)) "$(tail -n 1 "$log" | tr -d '\r')"
        sleep 0.5
    done
    wait "$pid" || status=$?
    [[ -t 1 ]] && printf '\r\033[K'
    if ((status != 0)); then
        printf '  FAILED %s after %ds; the last lines of %s:\n' "$title" $((SECONDS - started)) "$log" >&2
        tail -n 40 "$log" >&2
        return "$status"
    fi
    printf '  ok  %s  %ds\n' "$title" $((SECONDS - started))
}

die() {
    printf '%s\n' "$@" >&2
    exit 3
}
