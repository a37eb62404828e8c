//! The two streams: `out` for results, `say` for talk. Colour is dropped where it is not wanted.
//!
//! A reader that went away (`sparkflow status | head -1`) ends the program quietly, as with other tools.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};

pub use anstream::ColorChoice;

/// Decides for both streams; `Auto` looks at the terminal, `NO_COLOR` and `CLICOLOR_FORCE`.
pub fn set_color(choice: ColorChoice) {
    choice.write_global();
}

/// A result: one text on stdout, ended with a newline if it does not end with one.
pub fn out(text: impl Display) {
    write_text(&mut anstream::stdout().lock(), &text.to_string());
}

/// Talk: one text on stderr, ended with a newline if it does not end with one.
pub fn say(text: impl Display) {
    write_text(&mut anstream::stderr().lock(), &text.to_string());
}

/// A text in the place of the one before, on a terminal: from its first line, and nothing left of what was longer.
pub fn redraw(text: &str) {
    let lines: String = text.lines().map(|line| format!("{line}\u{1b}[K\n")).collect();
    out_bytes(format!("\u{1b}[H{lines}\u{1b}[J").as_bytes());
}

/// A question to whoever types: on stderr, and the answer begins on the same line.
pub fn ask(text: &str) {
    let mut stderr = anstream::stderr().lock();
    leave_if_unread(write!(stderr, "{text}").and_then(|()| stderr.flush()));
}

/// Whether results are read by a person at once.
#[must_use]
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// A result that is not text (an archive, a log in the user's encoding), untouched.
pub fn out_bytes(bytes: &[u8]) {
    let mut stdout = io::stdout().lock();
    leave_if_unread(stdout.write_all(bytes).and_then(|()| stdout.flush()));
}

/// Talk that is not ours (a command's stderr), untouched.
pub fn say_bytes(bytes: &[u8]) {
    let mut stderr = io::stderr().lock();
    leave_if_unread(stderr.write_all(bytes).and_then(|()| stderr.flush()));
}

/// The text on one line, with nothing a terminal would act on: what comes from records and logs passes through here.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let stripped = anstream::adapter::strip_str(text).to_string();
    let mut line = String::with_capacity(stripped.len());
    for character in stripped.chars() {
        match character {
            '\n' => line.push_str("\\n"),
            '\t' => line.push(' '),
            '\r' => {}
            other if other.is_control() => line.extend(other.escape_unicode()),
            other => line.push(other),
        }
    }
    Cow::Owned(line)
}

/// Like [`plain`], for texts that may have several lines (help with commands to type, the cause of a failed job).
#[must_use]
pub fn plain_lines(text: &str) -> String {
    text.trim_end().lines().map(plain).collect::<Vec<_>>().join("\n")
}

fn write_text(stream: &mut dyn Write, text: &str) {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    leave_if_unread(write!(stream, "{text}{end}").and_then(|()| stream.flush()));
}

/// Nobody reads any more: there is nothing left to do and nobody to tell. Other failures to print have no better place to go.
fn leave_if_unread(written: io::Result<()>) {
    if written.is_err_and(|error| error.kind() == ErrorKind::BrokenPipe) {
        leave();
    }
}

#[expect(clippy::disallowed_methods, reason = "nobody reads any more, so no code of ours would be seen")]
fn leave() -> ! {
    std::process::exit(0)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_line_without_controls_is_left_alone() {
        assert_eq!(plain("Åsa, 北京"), "Åsa, 北京");
    }

    #[test]
    fn a_record_cannot_move_the_cursor_or_break_a_row() {
        assert_eq!(plain("a\u{1b}[2Jb\r\nc\td\u{7}"), "ab\\nc de".replace('e', ""));
    }
}
