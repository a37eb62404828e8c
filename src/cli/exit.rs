//! The codes the program ends with: a promise to scripts. `clap`'s own 2 is mapped to `Usage`.

use std::process::ExitCode;

use crate::report::text;

/// Why the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// What was asked for is done.
    Done,
    /// The operation failed, and the message says at which step.
    Failed,
    /// `plan --detailed-exitcode` only: there are changes to make.
    Pending,
    /// The file is wrong: its form, a contract between its parts, or a version.
    File,
    /// `verify` found a stage that fails.
    Unproven,
    /// The time that was given ran out.
    TimedOut,
    /// The machine does not offer what is needed: an engine, a port, memory, disk.
    Environment,
    /// A step wants consent that was not given.
    Consent,
    /// The command line is wrong.
    Usage,
    /// Interrupted; what was begun is finished or left so that the next `up` goes on from there.
    Interrupted,
    /// What a command in a container ended with, passed on by `exec`.
    Command(u8),
}

impl Exit {
    /// Every code of our own, in order, for help and tests.
    pub const ALL: [Self; 10] = [
        Self::Done,
        Self::Failed,
        Self::Pending,
        Self::File,
        Self::Unproven,
        Self::TimedOut,
        Self::Environment,
        Self::Consent,
        Self::Usage,
        Self::Interrupted,
    ];

    /// The codes as `--help` ends with them; a test keeps it equal to the list above.
    pub const HELP: &'static str = "Exit codes: 0 done; 1 failed; 2 changes pending (plan --detailed-exitcode); 3 the file is wrong; \
        4 verify found a failing stage; 5 timed out; 6 no engine, port, memory or disk; 7 consent needed; 64 usage; 130 interrupted";

    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Pending => 2,
            Self::File => 3,
            Self::Unproven => 4,
            Self::TimedOut => 5,
            Self::Environment => 6,
            Self::Consent => 7,
            Self::Usage => 64,
            Self::Interrupted => 130,
            Self::Command(code) => code,
        }
    }

    /// A command's own code; 0 is `Done` whoever says it.
    #[must_use]
    pub const fn of_command(code: u8) -> Self {
        match code {
            0 => Self::Done,
            code => Self::Command(code),
        }
    }

    /// One sentence, as `--help` shows it.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "the operation failed",
            Self::Pending => "changes are pending (`plan --detailed-exitcode` only)",
            Self::File => "the file is wrong",
            Self::Unproven => "`verify` found a failing stage",
            Self::TimedOut => "timed out",
            Self::Environment => "the machine does not offer what is needed: engine, port, memory",
            Self::Consent => "consent needed and not given",
            Self::Usage => "the command line is wrong",
            Self::Interrupted => "interrupted",
            Self::Command(_) => "what the command in the container ended with",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Help and version are results; a wrong command line ends with `Usage`, not with clap's 2, which means "changes pending".
pub(super) fn usage(error: &clap::Error) -> Exit {
    let rendered = error.render();
    if error.use_stderr() {
        text::say(rendered.ansi());
        return Exit::Usage;
    }
    text::out(rendered.ansi());
    Exit::Done
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_codes_are_those_that_scripts_rely_on() {
        let codes: Vec<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 64, 130]);
    }
}
