#compdef skillrun
# zsh completion of skillrun.
_skillrun() {
  local -a lines described
  local paths
  lines=("${(@f)$(command "${(Q)words[1]}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  paths=$lines[1]
  described=("${(@)${(@)lines[2,-1]}//:/\\:}")
  described=("${(@)described/$'\t'/:}")
  (( $#described )) && _describe -V skillrun described
  case $paths in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
# Read as a function of fpath, or sourced.
if [[ $funcstack[1] == _skillrun ]]; then
  _skillrun "$@"
else
  compdef _skillrun skillrun
fi
