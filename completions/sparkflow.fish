# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_sparkflow_global_optspecs
    string join \n f/file= p/project= profile= env-file= context= o/output= progress= color= q/quiet h/help V/version
end

function __fish_sparkflow_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_sparkflow_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_sparkflow_using_subcommand
    set -l cmd (__fish_sparkflow_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c sparkflow -n "__fish_sparkflow_needs_command" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_needs_command" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_needs_command" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_needs_command" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_needs_command" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_needs_command" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_needs_command" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_needs_command" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_needs_command" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -s V -l version -d 'Print version'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "init" -d 'Write a pipeline to begin with'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "validate" -d 'Check the file alone; no engine is needed'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "plan" -d 'Show what `up` would change, and why'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "build" -d 'Build the images'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "up" -d 'Make everything in the file true: containers, topics, tables, the connection, DAGs'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "down" -d 'Remove containers and the network; data stays unless asked for'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "status" -d 'Show each container and resource, and whether it is as declared'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "ps" -d 'Show each container and resource, and whether it is as declared'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "endpoints" -d 'Show where each service answers'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "logs" -d 'Show the output of containers'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "exec" -d 'Run a command in a container'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "cql" -d 'Run CQL statements, or type them at a prompt'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "run" -d 'Run a source, a job or a schedule now'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "restart" -d 'Stop and start a container, a service or a streaming job, and wait until it is ready'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "stop" -d 'Stop a container of the stack'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "test" -d 'Try SQL and Python jobs on small given data, without the stack'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "verify" -d 'Prove with data that each stage works'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "doctor" -d 'Say why something does not work, and what to do'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "record" -d 'Save answers of a source as a file that its replay reads'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "graph" -d 'Show the way of the data, from source to column, with findings marked on it'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "lock" -d 'Write sparkflow.lock: exactly what this pipeline runs on'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "explain" -d 'Say what a code means, with an example and the way out; without a code, list all'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "schema" -d 'Print the JSON Schema of pipeline.yaml'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "completions" -d 'Print a completion script'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "ingest" -d 'What Airflow\'s ingest tasks run'
complete -c sparkflow -n "__fish_sparkflow_needs_command" -f -a "replay" -d 'What the replay service runs'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand init" -l template -d 'What to begin with' -r -f -a "minimal\t'A source, a topic, a streaming job and a table'
batch\t'A SQL job on a schedule, with Airflow'
python\t'A job in Python of your own'"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand init" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand init" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand init" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand init" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand init" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand init" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand init" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand init" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand init" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand validate" -l format -d 'How findings about the file are shown; `github` and `sarif` on stdout' -r -f -a "text\t''
json\t''
github\t''
sarif\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand validate" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand validate" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand validate" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand validate" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand validate" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand validate" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand validate" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand validate" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand validate" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l out -d 'Save the plan, to be applied exactly by `up FILE`' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l only -d 'Plan only these and what they need' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l live -d 'Compare with a saved observation; no engine is needed' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l save-live -d 'Save what is observed, for `--live` anywhere; no secret is in it' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l sample -d 'Look at so many real records of each source' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l format -d 'How findings about the file are shown; `github` and `sarif` on stdout' -r -f -a "text\t''
json\t''
github\t''
sarif\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l detailed-exitcode -d 'Exit with 2 when there is something to change'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l static -d 'Read queries from their text alone: Spark is not asked'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l destroy -d 'Show what `down` would remove'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l volumes -d 'With --destroy: the volumes too, as `down --volumes`'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -l locked -d 'Refuse where sparkflow.lock says something else'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand build" -l timeout -d 'Longest time for all images together' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand build" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand build" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand build" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand build" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand build" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand build" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand build" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand build" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand build" -l pull -d 'Make every image anew, on a base that is pulled again: for security updates'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand build" -l locked -d 'Refuse where sparkflow.lock says something else'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand build" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand build" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand up" -l timeout -d 'Longest wait until everything is ready' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand up" -l only -d 'Only these and what they need; as `status` names them, or a service, a job, a schedule' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand up" -l allow-loss -d 'Agree to lose the data of this topic or table' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand up" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand up" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand up" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand up" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand up" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand up" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand up" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand up" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand up" -l locked -d 'Refuse where sparkflow.lock says something else'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand up" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand up" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand down" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand down" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand down" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand down" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand down" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand down" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand down" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand down" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand down" -l volumes -d 'Remove the volumes too, with all data and secrets in them'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand down" -l images -d 'Remove the pipeline\'s images too, earlier ones included; those that something else uses stay'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand down" -s y -l yes -d 'Do not ask'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand down" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand down" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand status" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand status" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand status" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand status" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand status" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand status" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand status" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand status" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand status" -s w -l watch -d 'Look again every 2 seconds until Ctrl-C (exit code 130); without a terminal, print a line per change'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand status" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ps" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ps" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ps" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ps" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ps" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ps" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ps" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ps" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ps" -s w -l watch -d 'Look again every 2 seconds until Ctrl-C (exit code 130); without a terminal, print a line per change'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ps" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ps" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand endpoints" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand endpoints" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand endpoints" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand endpoints" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand endpoints" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand endpoints" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand endpoints" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand endpoints" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand endpoints" -l show-secrets -d 'Print the passwords too'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand endpoints" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand endpoints" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand logs" -l tail -d 'Only the last lines of each' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand logs" -l since -d 'Only what is younger' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand logs" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand logs" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand logs" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand logs" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand logs" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand logs" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand logs" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand logs" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand logs" -s F -l follow -d 'Go on with what comes'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand logs" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand logs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand exec" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand exec" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand exec" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand exec" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand exec" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand exec" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand exec" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand exec" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand exec" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand exec" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand cql" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand cql" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand cql" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand cql" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand cql" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand cql" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand cql" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand cql" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand cql" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand cql" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and not __fish_seen_subcommand_from source job schedule" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and not __fish_seen_subcommand_from source job schedule" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and not __fish_seen_subcommand_from source job schedule" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and not __fish_seen_subcommand_from source job schedule" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and not __fish_seen_subcommand_from source job schedule" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and not __fish_seen_subcommand_from source job schedule" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and not __fish_seen_subcommand_from source job schedule" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and not __fish_seen_subcommand_from source job schedule" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and not __fish_seen_subcommand_from source job schedule" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and not __fish_seen_subcommand_from source job schedule" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and not __fish_seen_subcommand_from source job schedule" -f -a "source" -d 'Fetch records from a source into its topic'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and not __fish_seen_subcommand_from source job schedule" -f -a "job" -d 'Submit a Spark job and wait for its end'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and not __fish_seen_subcommand_from source job schedule" -f -a "schedule" -d 'Start an Airflow schedule\'s DAG and wait for its end'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from source" -l count -d 'Exactly so many good records' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from source" -l for -d 'So long' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from source" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from source" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from source" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from source" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from source" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from source" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from source" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from source" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from source" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from source" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from job" -l timeout -d 'Longest wait' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from job" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from job" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from job" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from job" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from job" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from job" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from job" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from job" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from job" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from job" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from schedule" -l timeout -d 'Longest wait' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from schedule" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from schedule" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from schedule" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from schedule" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from schedule" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from schedule" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from schedule" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from schedule" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from schedule" -l detach -d 'Start it and do not wait'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from schedule" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand run; and __fish_seen_subcommand_from schedule" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand restart" -l timeout -d 'Longest wait until it is ready again' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand restart" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand restart" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand restart" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand restart" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand restart" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand restart" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand restart" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand restart" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand restart" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand restart" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand stop" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand stop" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand stop" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand stop" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand stop" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand stop" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand stop" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand stop" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand stop" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand test" -l junit -d 'Also write the result as `JUnit` XML' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand test" -l timeout -d 'Longest time for all cases together' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand test" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand test" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand test" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand test" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand test" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand test" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand test" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand test" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand test" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -l level -d 'How far to go; each level includes the ones before it' -r -f -a "ready\t'Every service answers in its own protocol'
resources\t'Every declared resource is read back'
trace\t'Records and rows balance, and a tracer goes from topic to table'"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -l only -d 'Only these resources (`topic/orders`, or `orders`); may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -l junit -d 'Also write the result as `JUnit` XML' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -l markdown -d 'Also write the result as Markdown, for the summary page of a build (`$GITHUB_STEP_SUMMARY`)' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -l format -d 'How the result is shown; `github` adds a line per failing stage that GitHub shows at its place in the file' -r -f -a "text\t''
json\t''
github\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -l timeout -d 'Longest time for everything together' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand doctor" -l bundle -d 'Also write what was seen as a .tar.gz that can be given away: secrets are taken out' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand doctor" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand doctor" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand doctor" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand doctor" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand doctor" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand doctor" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand doctor" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand doctor" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand doctor" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand record" -s n -l answers -d 'How many answers to save' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand record" -l to -d 'Where to; by default the file the source names under `replay`, else fixtures/SOURCE.jsonl in the project' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand record" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand record" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand record" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand record" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand record" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand record" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand record" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand record" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand record" -l force -d 'Replace the file if it is there'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand record" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand record" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand graph" -l format -d 'How it is drawn; svg and mermaid are for files: `sparkflow graph --format svg > graph.svg`' -r -f -a "text\t''
mermaid\t''
svg\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand graph" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand graph" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand graph" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand graph" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand graph" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand graph" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand graph" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand graph" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand graph" -l columns -d 'Show fields and columns, and what each is made of'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand graph" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand graph" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand lock" -l upgrade -d 'Take over only what NAME stands for, and leave the rest of the lock as it is: an image (`spark`), a file of requirements or another lock by its path, a package (`group:artifact`), or `sparkflow` itself' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand lock" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand lock" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand lock" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand lock" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand lock" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand lock" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand lock" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand lock" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand lock" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand lock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand explain" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand explain" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand explain" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand explain" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand explain" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand explain" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand explain" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand explain" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand explain" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand schema" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand schema" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand schema" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand schema" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand schema" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand schema" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand schema" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand schema" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand schema" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand completions" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand completions" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand completions" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand completions" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand completions" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand completions" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand completions" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand completions" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand completions" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ingest" -l task -d 'The task, as `up` published it' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ingest" -l count -d 'Exactly so many good records' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ingest" -l for -d 'So long' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ingest" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ingest" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ingest" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ingest" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ingest" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ingest" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ingest" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ingest" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ingest" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand ingest" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand replay" -l listen -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand replay" -l fixture -d 'SOURCE=FILE, once per source' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand replay" -l records -d 'SOURCE=PATH of the list of records, for fixtures that do not say it themselves' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand replay" -s f -l file -d 'The pipeline; by default pipeline.yaml here or in a parent folder' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand replay" -s p -l project -d 'Name of the project in the engine; by default the pipeline\'s name' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand replay" -l profile -d 'A profile of the file; may be given several times' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand replay" -l env-file -d 'Variables for `${...}`, under those of the environment; by default .env beside the pipeline' -r -F
complete -c sparkflow -n "__fish_sparkflow_using_subcommand replay" -l context -d 'The docker context to use' -r
complete -c sparkflow -n "__fish_sparkflow_using_subcommand replay" -s o -l output -d 'What stdout gets' -r -f -a "text\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand replay" -l progress -d 'How progress is shown on stderr' -r -f -a "auto\t''
tty\t''
plain\t''
json\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand replay" -l color -d 'When colour is used' -r -f -a "auto\t''
always\t''
never\t''"
complete -c sparkflow -n "__fish_sparkflow_using_subcommand replay" -s q -l quiet -d 'Say only what fails'
complete -c sparkflow -n "__fish_sparkflow_using_subcommand replay" -s h -l help -d 'Print help (see more with \'--help\')'
