//! `SF0xx`: the file itself.

use super::{Code, code};

pub(super) const CODES: &[Code] = &[
    code(
        "SF001",
        "the file is not clean UTF-8 text",
        "pipeline.yaml is read as UTF-8. Other encodings, NUL bytes, control characters, characters without width, and those that change the direction of text are refused, because a reader would see something else than the program does. A byte order mark at the start and Windows line ends are fine.",
    ),
    code(
        "SF002",
        "the file is too large, too deep, or grows too much",
        "At most 16 MiB, 64 levels, 20,000 keys in one map and 1000 aliases are read; what aliases expand to and variables fill in is bounded too, and of more than 10,000 findings the rest is counted. Real pipelines are far below; files that are not are mistakes or attacks.",
    ),
    code(
        "SF003",
        "the file is not YAML",
        "The YAML parser could not go on. Common causes: a tab as indentation, a missing quote, a `:` or `#` inside text that needs quotes, a tag that means nothing here.",
    ),
    code(
        "SF004",
        "a key is there twice",
        "YAML readers disagree on which of two equal keys wins, so neither does: keep one.",
    ),
    code(
        "SF005",
        "the file is not one map of keys",
        "A pipeline is exactly one YAML document, and that document is a map. An empty file, a list, or a second document after `---` is refused.",
    ),
    code(
        "SF006",
        "unknown key",
        "Only known keys are allowed, so that a mistyped one is not silently skipped. The help names the nearest key and all that may stand here.",
    ),
    code("SF007", "something required is missing", "The key has no default that could be right for everyone."),
    code(
        "SF008",
        "a value of another kind was expected",
        "Each key takes one kind of value. Values are read by YAML 1.2: `yes` and `no` are text, `0x10` and `1_000` are not numbers, a quoted number is text.",
    ),
    code(
        "SF009",
        "a value is out of range",
        "The value has the right kind, and the thing it stands for cannot be that small or large.",
    ),
    code("SF010", "a value is none of those allowed", "The key takes one of a few words; the message names them."),
    code("SF011", "keys that exclude each other", "Both keys answer the same question. Keep one."),
    code(
        "SF012",
        "not yet",
        "The key or value is reserved: a later version will understand it. It is refused rather than skipped, so that nothing you asked for is missing without a word.",
    ),
    code(
        "SF013",
        "a variable is not set",
        "`${VAR}` must have a value. Set it in the environment, in an env file, or give a default: `${VAR:-default}`.",
    ),
    code(
        "SF014",
        "a `${...}` that is not understood",
        "Forms: `${VAR}`, `${VAR:-default}` (unset or empty), `${VAR-default}` (unset), `${VAR:?message}`, `${VAR:+value}`. `$${` is a literal `${`. A bare `$` is text.",
    ),
    code("SF015", "unknown profile", "`--profile` names a key under `profiles`."),
    code(
        "SF017",
        "a name that cannot be used",
        "Names become topics, tables, Python identifiers, host names and paths. Each kind has one closed pattern, given in the help.",
    ),
    code(
        "SF018",
        "unknown service",
        "A service is either one that sparkflow has a blueprint for, or any container, which then needs `image:`.",
    ),
    code(
        "SF020",
        "a path leaves the project",
        "Files are named relative to the folder of pipeline.yaml and must be inside it, links included, so that a project can be moved and shared. Below a named folder links may lead to other places of the project, but not in circles; at most 10,000 files, 512 MiB and 40 levels are read.",
    ),
    code(
        "SF021",
        "a file is not there, or not what it should be",
        "The file named does not exist in the project folder, or is a folder where a file is needed, or the other way round.",
    ),
    code(
        "SF022",
        "unknown type",
        "Types: string, int, bigint, double, boolean, uuid, timestamp, date, decimal(precision,scale), list<T>, map<K,V>.",
    ),
];
