// SPDX-License-Identifier: Apache-2.0
#include "tool/complete.hpp"

namespace dmid::tool
{
namespace
{
// The answer of `dmid complete`: a first line `files`, `folders` or `none`, then `word<TAB>help` lines.
constexpr std::string_view kBash =
    R"sh(# bash completion of dmid: eval "$(dmid completion bash)", or this file as
# ~/.local/share/bash-completion/completions/dmid
_dmid() {
  local line answer="" first="" cur="${COMP_WORDS[COMP_CWORD]}" tab=$'\t'
  COMPREPLY=()
  answer="$("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" || return 0
  while IFS= read -r line; do
    if [ -z "$first" ]; then first="$line"; continue; fi
    COMPREPLY+=("$(printf '%q' "${line%%"$tab"*}")")
  done <<< "$answer"
  case "$first" in
    files)
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur") ;;
    folders)
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$cur") ;;
  esac
}
complete -F _dmid dmid
)sh";

constexpr std::string_view kZsh = R"sh(#compdef dmid
# zsh completion of dmid: eval "$(dmid completion zsh)" after compinit, or this file as _dmid in $fpath
_dmid() {
  local first="" line word help
  local -a items
  while IFS= read -r line; do
    if [[ -z $first ]]; then first=$line; continue; fi
    word=${line%%$'\t'*} help=${line#*$'\t'}
    items+=("${word//:/\\:}:$help")
  done < <("${words[1]}" complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( $#items )) && _describe dmid items
  case $first in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
if [[ ${funcstack[1]} == _dmid ]]; then _dmid "$@"; else compdef _dmid dmid; fi
)sh";

constexpr std::string_view kFish =
    R"sh(# fish completion of dmid: dmid completion fish | source, or this file as
# ~/.config/fish/completions/dmid.fish
function __dmid_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l answer ($words[1] complete -- $words[2..-1] 2>/dev/null)
    test (count $answer) -gt 0; or return
    switch $answer[1]
        case files
            __fish_complete_path (commandline -ct)
        case folders
            __fish_complete_directories (commandline -ct)
    end
    test (count $answer) -gt 1; and printf '%s\n' $answer[2..-1]
end
complete -c dmid -f -a '(__dmid_complete)'
)sh";
} // namespace

std::string_view completion_script(std::string_view shell) noexcept
{
    return shell == "bash" ? kBash : shell == "zsh" ? kZsh : shell == "fish" ? kFish : std::string_view{};
}
} // namespace dmid::tool
