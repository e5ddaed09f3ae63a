# SPDX-License-Identifier: Apache-2.0
# zsh_offers.zsh SETUP LINE FILE: what zsh's own completion system offers at the end of LINE, one a line. An interactive
# shell on a terminal of its own runs SETUP, loads compinit, types LINE and a tab; compadd, through which every offer
# goes, also writes them down.
zmodload zsh/zpty
offers=$3
: > $offers
zpty shell env ZDOTDIR=/nowhere TERM=xterm HISTFILE= zsh -f -i
zpty -w shell "autoload -Uz compinit
$1
compadd() { local -a found; builtin compadd -O found \"\$@\"; print -rl -- \$found >> $offers; builtin compadd \"\$@\"; }
bindkey '^I' complete-word
finish() { print -- --done-- >> $offers; exit }
zle -N finish; bindkey '^Y' finish
print -- --ready-- >> $offers"
repeat 400 { grep -q -e '^--ready--' $offers && break; zpty -r -t shell ignored; sleep 0.05 }
: > $offers
zpty -w -n shell "$2"$'\t'$'\x19'
repeat 400 { grep -q -e '^--done--' $offers && break; zpty -r -t shell ignored; sleep 0.05 }
grep -q -e '^--done--' $offers || { print -u2 'zsh did not come to an end'; exit 1 }
zpty -d shell
grep -v -e '^--done--' $offers | grep . | sort -u
exit 0
