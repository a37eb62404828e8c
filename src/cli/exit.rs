//! The codes the program ends with: a promise to scripts. `clap`'s own 2 is mapped to `Usage`.

use std::process::ExitCode;

/// Why the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// What was asked for is done.
    Done = 0,
    /// The operation failed, and the message says at which step.
    Failed = 1,
    /// `plan --detailed-exitcode` only: there are changes to make.
    Pending = 2,
    /// The file is wrong: its form, a contract between its parts, or a version.
    File = 3,
    /// `verify` found a stage that fails.
    Unproven = 4,
    /// The time that was given ran out.
    TimedOut = 5,
    /// The machine does not offer what is needed: an engine, a port, memory.
    Environment = 6,
    /// A step wants consent that was not given.
    Consent = 7,
    /// The command line is wrong.
    Usage = 64,
    /// Interrupted; what was begun is finished or left so that the next `up` goes on from there.
    Interrupted = 130,
}

impl Exit {
    /// Every code, in order, for help and tests.
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
        4 verify found a failing stage; 5 timed out; 6 no engine, port or memory; 7 consent needed; 64 usage; 130 interrupted";

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
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
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
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
