# SPDX-License-Identifier: Apache-2.0
# Sourced by every script under tools/: the root of the checkout, and Node on the PATH.
DMID_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
DMID_CACHE=$DMID_ROOT/.cache
export DMID_ROOT DMID_CACHE
# Present only where tools/setup had to fetch Node or npm itself.
if [[ -d $DMID_CACHE/bin ]]; then
    export PATH=$DMID_CACHE/bin:$PATH
fi
# postfix and its tools live where a plain user's PATH does not reach.
case :$PATH: in
*:/usr/sbin:*) ;;
*) export PATH=$PATH:/usr/sbin:/sbin ;;
esac

# How many compilers at once: one a core, but no more than one for each 1.2 GB of memory.
dmid_jobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemTotal/ { print int($2 / 1258291) }' /proc/meminfo)
    ((memory < 1)) && memory=1
    echo $((cores < memory ? cores : memory))
}
