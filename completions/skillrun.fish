# fish completion of skillrun.
function __skillrun_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (command $words[1] __complete $words[2..-1] "$current" 2>/dev/null)
    string collect -- $lines[2..-1] | string split \n
    switch "$lines[1]"
        case files
            __fish_complete_path "$current"
        case folders
            __fish_complete_directories "$current" ""
    end
end
complete -c skillrun -f -a '(__skillrun_complete)'
