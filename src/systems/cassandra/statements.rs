//! Where one CQL statement ends and the next begins: at a `;` that is in no text, name, comment or batch.
//!
//! Reads no more of the language than that; what a statement means is the database's business.

/// One statement, without its `;`, and the line that it begins on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub text: String,
    /// From 1.
    pub line: usize,
}

/// What follows the last `;`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rest {
    /// Nothing but space and comments.
    Empty,
    /// A statement that lacks only its `;`.
    Whole(Statement),
    /// Something that was begun has no end; in words.
    Open(Statement, &'static str),
}

/// The statements of a text, in order.
#[must_use]
pub fn split(text: &str) -> (Vec<Statement>, Rest) {
    let mut done = Vec::new();
    let mut begun = Begun::default();
    let mut at = 0;
    while at < text.len() {
        let (token, length) = token(&text[at..]);
        match token {
            Token::Space => {}
            Token::End if begun.is_open_batch() => {}
            Token::End => {
                done.extend(begun.statement(text, at));
                begun = Begun::default();
            }
            Token::Open(what) => {
                begun.take(at, "");
                let open =
                    begun.statement(text, text.len()).map_or(Rest::Empty, |statement| Rest::Open(statement, what));
                return (done, open);
            }
            Token::Word => begun.take(at, &text[at..at + length]),
            Token::Other => begun.take(at, ""),
        }
        at += length;
    }
    let rest = match begun.statement(text, text.len()) {
        None => Rest::Empty,
        Some(statement) if begun.is_open_batch() => Rest::Open(statement, "a batch, which ends with `APPLY BATCH;`"),
        Some(statement) => Rest::Whole(statement),
    };
    (done, rest)
}

/// What the statement that is being read began with, and its last words: enough to know a batch and its end.
#[derive(Debug, Default)]
struct Begun {
    start: Option<usize>,
    first: Vec<String>,
    last: [String; 2],
}

impl Begun {
    fn take(&mut self, at: usize, word: &str) {
        self.start.get_or_insert(at);
        let word = word.to_ascii_uppercase();
        if self.first.len() < 3 {
            self.first.push(word.clone());
        }
        self.last.rotate_left(1);
        self.last[1] = word;
    }

    fn is_open_batch(&self) -> bool {
        let words: Vec<&str> = self.first.iter().map(String::as_str).collect();
        let is_batch = matches!(words.as_slice(), ["BEGIN", "BATCH", ..] | ["BEGIN", "UNLOGGED" | "COUNTER", "BATCH"]);
        is_batch && self.last != ["APPLY", "BATCH"]
    }

    fn statement(&self, text: &str, end: usize) -> Option<Statement> {
        let start = self.start?;
        let line = text[..start].matches('\n').count() + 1;
        // To the end of the input nothing is trimmed: it may be the inside of a text that goes on.
        let text = if end == text.len() { &text[start..] } else { text[start..end].trim_end() };
        Some(Statement { text: text.to_owned(), line })
    }
}

enum Token {
    /// Comments too.
    Space,
    Word,
    /// A text, a name in quotes, a sign.
    Other,
    /// `;`
    End,
    Open(&'static str),
}

/// The first token of a text that is not empty, and its length.
fn token(text: &str) -> (Token, usize) {
    let first = text.chars().next().unwrap_or(' ');
    let line = || text.find('\n').unwrap_or(text.len());
    let run = |belongs: fn(char) -> bool| text.find(|letter| !belongs(letter)).unwrap_or(text.len());
    let until = |mark: &str, kind: Token, what: &'static str| match text[mark.len()..].find(mark) {
        Some(length) => (kind, length + 2 * mark.len()),
        None => (Token::Open(what), text.len()),
    };
    match first {
        ';' => (Token::End, 1),
        // A quote inside is written twice, which reads as two texts without a space: their ends are the same.
        '\'' => until("'", Token::Other, "a text in single quotes"),
        '"' => until("\"", Token::Other, "a name in double quotes"),
        '$' if text.starts_with("$$") => until("$$", Token::Other, "a text in `$$`"),
        '-' if text.starts_with("--") => (Token::Space, line()),
        '/' if text.starts_with("//") => (Token::Space, line()),
        '/' if text.starts_with("/*") => match text[2..].find("*/") {
            Some(length) => (Token::Space, length + 4),
            None => (Token::Open("a comment"), text.len()),
        },
        _ if first.is_whitespace() => (Token::Space, run(char::is_whitespace)),
        _ if first.is_alphanumeric() || first == '_' => {
            (Token::Word, run(|letter| letter.is_alphanumeric() || letter == '_'))
        }
        _ => (Token::Other, first.len_utf8()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> (Vec<String>, Rest) {
        let (done, rest) = split(text);
        (done.into_iter().map(|statement| statement.text).collect(), rest)
    }

    fn whole(text: &str, line: usize) -> Rest {
        Rest::Whole(Statement { text: text.to_owned(), line })
    }

    #[test]
    fn statements_end_at_their_semicolons() {
        let (done, rest) = texts("SELECT 1;\n\n SELECT 2 ;;\nSELECT 3");
        assert_eq!(done, ["SELECT 1", "SELECT 2"]);
        assert_eq!(rest, whole("SELECT 3", 4));
    }

    #[test]
    fn each_statement_knows_its_line() {
        let (done, _) = split("-- all of it\n\nSELECT\n 1;\nSELECT 2;");
        assert_eq!(done.iter().map(|statement| statement.line).collect::<Vec<_>>(), [3, 5]);
    }

    #[test]
    fn a_semicolon_in_a_text_a_name_or_a_comment_ends_nothing() {
        for one in [
            "INSERT INTO t (a) VALUES ('x; it''s; y')",
            "SELECT \"a;b\" FROM t",
            "CREATE FUNCTION f() AS $$ return 1; $$",
            "SELECT 1 /* ; */ FROM t",
            "SELECT 1 -- ; no\n FROM t",
            "SELECT 1 // ; no\n FROM t",
        ] {
            let (done, rest) = texts(&format!("{one};"));
            assert_eq!((done, rest), (vec![one.to_owned()], Rest::Empty));
        }
    }

    #[test]
    fn a_batch_is_one_statement() {
        for kind in ["BATCH", "unlogged batch", "COUNTER BATCH"] {
            let batch = format!("BEGIN {kind} INSERT INTO t (a) VALUES (1); DELETE FROM t WHERE a = 2; APPLY BATCH");
            let (done, rest) = texts(&format!("{batch}; SELECT 1;"));
            assert_eq!((done, rest), (vec![batch, "SELECT 1".to_owned()], Rest::Empty));
        }
        assert!(
            matches!(split("BEGIN BATCH DELETE FROM t WHERE a = 2;").1, Rest::Open(_, what) if what.contains("APPLY"))
        );
    }

    #[test]
    fn what_has_no_end_is_named() {
        for (text, what) in [("SELECT 'a;", "single quotes"), ("SELECT \"a", "double quotes"), ("/* a; b", "comment")] {
            let (done, rest) = texts(text);
            assert!(done.is_empty());
            assert!(matches!(rest, Rest::Open(_, open) if open.contains(what)), "{text}");
        }
    }

    #[test]
    fn comments_alone_are_no_statement() {
        assert_eq!(split("-- nothing\n/* at all */ ;\n"), (Vec::new(), Rest::Empty));
    }
}
