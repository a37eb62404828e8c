//! Refuses, before any parsing, programs whose tree would be too deep to walk: long chains of `a.b().c()` and `a + b + c`.
//!
//! The parser bounds brackets, blocks and prefix operators itself; chains grow to the left, past its count.

/// Larger files are data, not programs.
const LARGEST: usize = 1024 * 1024;
/// Links of one chain. The longest ones that people write have some fifty.
const LONGEST_CHAIN: usize = 400;

/// Why a program is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    #[error("it is larger than 1 MiB")]
    Size,
    #[error("an expression in it has more than 400 links")]
    Chain(usize),
}

/// # Errors
/// Where the text is larger, or a chain in it longer, than is read; with the byte where it grows too long.
pub fn check(text: &str) -> Result<(), TooMuch> {
    if text.len() > LARGEST {
        return Err(TooMuch::Size);
    }
    let bytes = text.as_bytes();
    let mut links = vec![0_usize];
    let mut index = 0;
    while index < bytes.len() {
        index = match bytes[index] {
            b'#' => end_of_line(bytes, index),
            b'"' | b'\'' => end_of_text(bytes, index),
            byte => {
                count(byte, &mut links);
                index + 1
            }
        };
        if links.last().is_some_and(|count| *count > LONGEST_CHAIN) {
            return Err(TooMuch::Chain(index.min(bytes.len())));
        }
    }
    Ok(())
}

/// `links` holds one count for each open bracket, and one for the line.
fn count(byte: u8, links: &mut Vec<usize>) {
    let is_line = links.len() == 1;
    let Some(last) = links.last_mut() else { return };
    match byte {
        b'(' | b'[' | b'{' => {
            *last += 1;
            links.push(0);
        }
        b')' | b']' | b'}' if !is_line => {
            links.pop();
        }
        b',' | b';' | b':' => *last = 0,
        b'\n' if is_line => *last = 0,
        b'.' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'@' | b'<' | b'>' => *last += 1,
        _ => {}
    }
}

fn end_of_line(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| start + length)
}

/// After the closing quotes; a text that is not closed ends with its line, or with the file where it has three quotes.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let is_long = bytes[start..].starts_with(&[quote; 3]);
    let mut index = start + if is_long { 3 } else { 1 };
    while index < bytes.len() {
        match bytes[index] {
            b'\\' => index += 2,
            byte if is_long && byte == quote && bytes[index..].starts_with(&[quote; 3]) => return index + 3,
            byte if !is_long && byte == quote => return index + 1,
            b'\n' if !is_long => return index,
            _ => index += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_of_people_pass() {
        for text in
            ["", "a.b(c).d(e)\n", "x = '''\n....\n'''\n", &"a = -1\n".repeat(5000), &"f(-1, -2.5)\n".repeat(5000)]
        {
            assert_eq!(check(text), Ok(()));
        }
        assert_eq!(check(&format!("x = [{}]", "-1.5, ".repeat(10_000))), Ok(()));
        assert_eq!(check(&format!("# {}", "(".repeat(10_000))), Ok(()));
    }

    #[test]
    fn chains_without_end_are_refused_where_they_grow_too_long() {
        for text in [format!("a{}", ".b".repeat(5000)), "1+".repeat(5000), format!("a{}", "()".repeat(5000))] {
            assert!(matches!(check(&text), Err(TooMuch::Chain(_))));
        }
        assert_eq!(check(&" ".repeat(LARGEST + 1)), Err(TooMuch::Size));
    }
}
