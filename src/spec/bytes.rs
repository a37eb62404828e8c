//! From bytes to text: refuses what no parser should see, and says where it is.

use crate::diagnostic::{Diagnostic, Diagnostics, Span};

/// Ten thousand topics are about 2 MiB.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// More of the same kind says nothing new.
const MAX_REPORTED: usize = 10;

/// The text of a file, or located errors.
pub fn decode<'bytes>(bytes: &'bytes [u8], found: &mut Diagnostics) -> Option<&'bytes str> {
    if bytes.len() > MAX_BYTES {
        found.push(
            Diagnostic::error("SF002", format!("the file has {} bytes; at most {MAX_BYTES} are read", bytes.len()))
                .at(first_byte(), "too large"),
        );
        return None;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            found.push(not_utf8(bytes, error.valid_up_to()));
            return None;
        }
    };
    let refused = refused_characters(text);
    let clean = refused.is_empty();
    for (offset, character) in refused {
        found.push(refusal(text, offset, character));
    }
    clean.then_some(text)
}

/// The place of a byte range, with the line and column a person reads.
#[must_use]
pub fn span_at(text: &str, start: usize, end: usize) -> Span {
    let start = floor_char_boundary(text, start);
    let before = &text[..start];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Span {
        start,
        end: end.clamp(start, text.len()),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().filter(|c| *c != '\u{feff}').count() + 1,
    }
}

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

const fn first_byte() -> Span {
    Span { start: 0, end: 0, line: 1, column: 1 }
}

fn not_utf8(bytes: &[u8], valid: usize) -> Diagnostic {
    let readable = std::str::from_utf8(&bytes[..valid]).unwrap_or_default();
    let span = Span { end: valid + 1, ..span_at(readable, valid, valid) };
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let message = if utf16 { "the file is UTF-16; only UTF-8 is read" } else { "the file is not valid UTF-8" };
    Diagnostic::error("SF001", message)
        .at(span, format!("byte 0x{:02x} is not text", bytes.get(valid).copied().unwrap_or_default()))
        .help("save the file as UTF-8")
}

fn refused_characters(text: &str) -> Vec<(usize, char)> {
    // A byte order mark may stand at the start, and nowhere else.
    let refused = text
        .char_indices()
        .filter(|(at, character)| is_refused(*character) && !(*at == 0 && *character == BYTE_ORDER_MARK));
    refused.take(MAX_REPORTED).collect()
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Control characters, and those that make text look like other text: nobody sees them, and they change its order or its letters.
fn is_refused(character: char) -> bool {
    let control = character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\u{85}');
    let bidi =
        matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}');
    let hidden = matches!(character, '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}' | BYTE_ORDER_MARK);
    control || bidi || hidden
}

fn refusal(text: &str, offset: usize, character: char) -> Diagnostic {
    let what = if character == '\0' { "a NUL byte" } else { "an invisible control character" };
    Diagnostic::error("SF001", format!("the file holds {what} (U+{:04X})", u32::from(character)))
        .at(span_at(text, offset, offset + character.len_utf8()), "here")
        .help("delete it; in double quotes it can be written as an escape")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(bytes: &[u8]) -> Vec<(&'static str, usize, usize)> {
        let mut found = Diagnostics::default();
        let _ = decode(bytes, &mut found);
        found.sorted().iter().map(|d| (d.code, d.labels[0].span.line, d.labels[0].span.column)).collect()
    }

    #[test]
    fn plain_text_with_crlf_and_tab_in_a_comment_is_accepted() {
        assert_eq!(codes(b"name: a\r\n# a\tcomment\r\n"), []);
    }

    #[test]
    fn nul_is_located() {
        assert_eq!(codes(b"a: 1\nb: \0"), [("SF001", 2, 4)]);
    }

    #[test]
    fn a_byte_that_is_not_utf8_is_located() {
        assert_eq!(codes(b"a: 1\nbc: \xff"), [("SF001", 2, 5)]);
    }

    #[test]
    fn utf16_is_named() {
        let mut found = Diagnostics::default();
        assert_eq!(decode(b"\xff\xfea\0", &mut found), None);
        assert!(found.sorted()[0].message.contains("UTF-16"));
    }

    #[test]
    fn direction_overrides_are_refused() {
        assert_eq!(codes("name: a\u{202e}b".as_bytes()), [("SF001", 1, 8)]);
    }

    #[test]
    fn characters_that_nobody_sees_are_refused_and_letters_of_any_script_are_not() {
        assert_eq!(
            codes("a: 1\nna\u{feff}me: x\u{200b}y\u{2028}".as_bytes()),
            [("SF001", 2, 3), ("SF001", 2, 8), ("SF001", 2, 10)]
        );
        assert_eq!(
            codes(
                "\u{feff}name: Größe 日本語 \u{5d0}\u{5d1} \u{645}\u{200c}\u{6cc} \u{1f468}\u{200d}\u{1f469}"
                    .as_bytes()
            ),
            []
        );
    }

    #[test]
    fn a_file_of_refused_characters_is_ten_findings() {
        assert_eq!(codes(&vec![0; 100_000]).len(), MAX_REPORTED);
    }

    #[test]
    fn a_huge_file_is_refused_before_parsing() {
        assert_eq!(codes(&vec![b'a'; MAX_BYTES + 1]), [("SF002", 1, 1)]);
    }
}
