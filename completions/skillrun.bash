# bash completion of skillrun; bash 4 or later, with or without bash-completion.
_skillrun() {
  local program=$1 line=${COMP_LINE:0:COMP_POINT} word rest index=-1 i
  local words=()
  # bash parts words at = : and @ as well; what no blank parts is one word.
  rest=$line
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((i == 0)) || [[ $rest == [[:blank:]]* ]]; then
      words+=("$word")
      index=$((index + 1))
      rest=${rest#"${rest%%[![:blank:]]*}"}
    else
      words[index]+=$word
    fi
    rest=${rest#"$word"}
  done
  # Of the word that is being completed bash replaces only what follows the last of these characters.
  local breaks='' tail=${words[index]} character before
  for character in = : @; do
    if [[ $COMP_WORDBREAKS == *"$character"* ]]; then breaks+=$character; fi
  done
  if [[ -n $breaks ]]; then tail=${tail##*[$breaks]}; fi
  before=${words[index]%"$tail"}

  COMPREPLY=()
  local paths=none first=yes
  while IFS= read -r line; do
    if [[ -n $first ]]; then
      paths=$line first=
      continue
    fi
    word=${line%%$'\t'*}
    COMPREPLY+=("${word#"$before"}")
  done < <("$program" __complete "${words[@]:1}" 2>/dev/null)
  case $paths in
    files) rest=-f ;;
    folders) rest=-d ;;
    *) return 0 ;;
  esac
  compopt -o filenames 2>/dev/null
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$rest" -- "$tail")
}
complete -F _skillrun skillrun
