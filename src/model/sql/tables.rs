//! Tables named in FROM and JOIN, minus common table expressions.
//!
//! Works on tokens, so that subqueries anywhere count, and syntax only Spark knows does no harm.

use std::ops::Range;

use sqlparser::dialect::SparkSqlDialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Span, Token, Tokenizer};

use super::offsets::Offsets;

/// Table names in the order of their first mention; a dotted name keeps its dots. Nothing where the text has no tokens.
#[must_use]
pub fn tables(query: &str) -> Vec<String> {
    tables_at(query).into_iter().map(|(name, _)| name).collect()
}

/// The same, with the place of the first mention in bytes.
#[must_use]
pub fn tables_at(query: &str) -> Vec<(String, Range<usize>)> {
    let Ok(tokens) = Tokenizer::new(&SparkSqlDialect, query).tokenize_with_location() else {
        return Vec::new();
    };
    let tokens = tokens.into_iter().filter(|token| !matches!(token.token, Token::Whitespace(_)));
    let (tokens, spans): (Vec<Token>, Vec<Span>) = tokens.map(|token| (token.token, token.span)).unzip();
    let expressions = common_table_expressions(&tokens);
    let mut names: Vec<Mention> = Vec::new();
    let mut levels = vec![Level::query()];
    let mut index = 0;
    while index < tokens.len() {
        index = step(&tokens, index, &mut levels, &mut names);
    }
    names.retain(|mention| !expressions.iter().any(|expression| expression.eq_ignore_ascii_case(&mention.name)));
    let offsets = Offsets::new(query);
    let place = |mention: &Mention| {
        let (first, last) = (spans.get(mention.first)?, spans.get(mention.end.checked_sub(1)?)?);
        offsets.range(Span { start: first.start, end: last.end })
    };
    names.iter().map(|mention| (mention.name.clone(), place(mention).unwrap_or(0..query.len()))).collect()
}

/// A table's name, and the tokens it is made of.
struct Mention {
    name: String,
    first: usize,
    end: usize,
}

/// One pair of parentheses: whether a query stands in it, and whether a table is expected next.
struct Level {
    query: bool,
    in_from: bool,
    expects_table: bool,
}

impl Level {
    const fn query() -> Self {
        Self { query: true, in_from: false, expects_table: false }
    }
}

/// Reads one token, or a whole table name; returns where to go on.
fn step(tokens: &[Token], index: usize, levels: &mut Vec<Level>, names: &mut Vec<Mention>) -> usize {
    let nested = levels.len() > 1;
    let Some(level) = levels.last_mut() else {
        return tokens.len();
    };
    match &tokens[index] {
        Token::LParen => {
            let starts_query = tokens
                .get(index + 1)
                .is_some_and(|next| [Keyword::SELECT, Keyword::WITH, Keyword::FROM].iter().any(|word| is(next, *word)));
            let joined_tables = level.expects_table && !starts_query;
            level.expects_table = false;
            levels.push(Level {
                query: starts_query || joined_tables,
                in_from: joined_tables,
                expects_table: joined_tables,
            });
        }
        Token::RParen if nested => {
            levels.pop();
        }
        Token::Comma => level.expects_table = level.query && level.in_from,
        Token::Word(word) if level.expects_table && !is_table_prefix(word.keyword) => {
            level.expects_table = false;
            let (name, next) = object_name(tokens, index);
            let is_function = tokens.get(next) == Some(&Token::LParen);
            if !is_function && !names.iter().any(|mention| mention.name == name) {
                names.push(Mention { name, first: index, end: next });
            }
            return next;
        }
        Token::Word(word) => keyword(word.keyword, tokens, index, level),
        _ => {}
    }
    index + 1
}

fn keyword(word: Keyword, tokens: &[Token], index: usize, level: &mut Level) {
    let after_distinct = index > 0 && is(&tokens[index - 1], Keyword::DISTINCT);
    match word {
        Keyword::FROM if level.query && !after_distinct => {
            level.in_from = true;
            level.expects_table = true;
        }
        Keyword::JOIN if level.query => level.expects_table = true,
        Keyword::SELECT
        | Keyword::WHERE
        | Keyword::GROUP
        | Keyword::HAVING
        | Keyword::ORDER
        | Keyword::LIMIT
        | Keyword::UNION
        | Keyword::EXCEPT
        | Keyword::INTERSECT
        | Keyword::WINDOW
        | Keyword::SORT
        | Keyword::CLUSTER
        | Keyword::DISTRIBUTE
        | Keyword::LATERAL
        | Keyword::VIEW => {
            level.in_from = false;
            level.expects_table = false;
        }
        _ => {}
    }
}

/// Words between FROM and the table's name.
const fn is_table_prefix(word: Keyword) -> bool {
    matches!(word, Keyword::LATERAL | Keyword::ONLY | Keyword::TABLE)
}

fn object_name(tokens: &[Token], start: usize) -> (String, usize) {
    let mut name = String::new();
    let mut index = start;
    while let Some(Token::Word(word)) = tokens.get(index) {
        name.push_str(&word.value);
        index += 1;
        if tokens.get(index) != Some(&Token::Period) {
            break;
        }
        name.push('.');
        index += 1;
    }
    (name, index)
}

/// Names of `name AS (SELECT ...)` and `name (columns) AS (SELECT ...)`.
fn common_table_expressions(tokens: &[Token]) -> Vec<String> {
    let mut names = Vec::new();
    for (index, window) in tokens.windows(3).enumerate() {
        let opens = is(&window[0], Keyword::AS)
            && window[1] == Token::LParen
            && (is(&window[2], Keyword::SELECT) || is(&window[2], Keyword::WITH));
        if !opens {
            continue;
        }
        let mut before = index;
        if before > 0 && tokens[before - 1] == Token::RParen {
            before = tokens[..before].iter().rposition(|token| *token == Token::LParen).unwrap_or(0);
        }
        if let Some(Token::Word(word)) = before.checked_sub(1).map(|name| &tokens[name]) {
            names.push(word.value.clone());
        }
    }
    names
}

fn is(token: &Token, keyword: Keyword) -> bool {
    matches!(token, Token::Word(word) if word.keyword == keyword && word.quote_style.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_found_wherever_a_query_may_name_them() {
        for (query, expected) in [
            ("SELECT * FROM a", &["a"][..]),
            ("select x.y from a as x, b where x.c in (select d from e)", &["a", "b", "e"]),
            ("SELECT * FROM a JOIN b ON a.id = b.id LEFT JOIN c USING (id)", &["a", "b", "c"]),
            ("WITH c AS (SELECT * FROM a), d (x) AS (SELECT 1 FROM c) SELECT * FROM c JOIN d", &["a"]),
            ("SELECT * FROM (SELECT * FROM a) AS t UNION ALL SELECT * FROM b", &["a", "b"]),
            ("SELECT EXTRACT(year FROM born_at), TRIM(BOTH ' ' FROM name) FROM a", &["a"]),
            ("SELECT * FROM a WHERE x IS DISTINCT FROM y", &["a"]),
            ("SELECT * FROM `my-topic` LATERAL VIEW explode(tags) t AS tag", &["my-topic"]),
            ("SELECT * FROM ks.t -- FROM comment\n", &["ks.t"]),
            ("SELECT 'FROM x' FROM range(10)", &[]),
            ("SELECT * FROM (a JOIN b ON a.x = b.x)", &["a", "b"]),
        ] {
            assert_eq!(tables(query), expected, "{query}");
        }
    }
}
