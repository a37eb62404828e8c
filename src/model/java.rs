//! Where Java and Scala sources set a master. Reads words and signs, and knows comments and texts.

use std::ops::Range;

/// The calls of `setMaster` and `master` with a text, outside of comments and texts.
#[must_use]
pub fn masters(source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let code = blanked(source);
    for name in [".setMaster(", ".master("] {
        for (start, _) in code.match_indices(name) {
            let inside = start + name.len();
            let is_text = code[inside..].trim_start().starts_with('"');
            if is_text {
                let end = source[inside..].find(')').map_or(source.len(), |length| inside + length + 1);
                found.push(start + 1..end);
            }
        }
    }
    found.sort_by_key(|range| range.start);
    found
}

/// The same text with comments and the insides of texts as spaces, byte for byte.
fn blanked(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut code = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let rest = &bytes[index..];
        let (length, kept) = if rest.starts_with(b"//") {
            (rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()), 0)
        } else if rest.starts_with(b"/*") {
            (find(rest, b"*/", 2).unwrap_or(rest.len()), 0)
        } else if rest.starts_with(b"\"\"\"") {
            (find(rest, b"\"\"\"", 3).unwrap_or(rest.len()), 1)
        } else if rest[0] == b'"' {
            (end_of_text(rest), 1)
        } else {
            (1, 1)
        };
        code.extend_from_slice(&rest[..kept]);
        code.extend(std::iter::repeat_n(b' ', length - kept));
        index += length;
    }
    // Only whole characters of texts and comments were replaced, each by as many spaces as it has bytes.
    String::from_utf8_lossy(&code).into_owned()
}

fn find(bytes: &[u8], end: &[u8], from: usize) -> Option<usize> {
    bytes.get(from..)?.windows(end.len()).position(|window| window == end).map(|start| from + start + end.len())
}

fn end_of_text(bytes: &[u8]) -> usize {
    let mut index = 1;
    while index < bytes.len() {
        match bytes[index] {
            b'\\' => index += 2,
            b'"' => return index + 1,
            b'\n' => return index,
            _ => index += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masters_are_found_in_code_alone() {
        let source = "// x.setMaster(\"a\")\n/* .master(\"b\") */ String s = \".master(\\\"c\\\")\"; é.setMaster(\"local\"); b.master(url);";
        let found: Vec<&str> = masters(source).into_iter().map(|at| &source[at]).collect();
        assert_eq!(found, ["setMaster(\"local\")"]);
    }

    #[test]
    fn any_text_is_read() {
        for source in ["", "\"", "/*", "\"\"\"", "\"\\", "//"] {
            assert!(masters(source).is_empty());
        }
    }
}
