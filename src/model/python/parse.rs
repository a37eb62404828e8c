//! Text to tree. The only file that knows the parser; it reads and never runs a program.

use std::ops::Range;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, FStringPart, InterpolatedStringElement, Number, Operator, PythonVersion};
use ruff_python_parser::{Mode, ParseErrorType, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

use super::Unread;
use super::bounds;
use super::tree::{Call, Expr, Imported, Keyword, Kind, Piece, Statement, Value};

/// What our images run.
const VERSION: PythonVersion = PythonVersion::PY311;
/// Brackets, blocks and prefixes within each other. Python itself stops at 200 brackets.
const DEEPEST: u16 = 100;

/// # Errors
/// Where the text is no program of the images' Python, or is too large or too deep to be read.
pub(super) fn parse(text: &str) -> Result<Vec<Statement>, Unread> {
    bounds::check(text).map_err(|too_much| {
        let at = match too_much {
            bounds::TooMuch::Chain(index) => index..index,
            bounds::TooMuch::Size => 0..0,
        };
        Unread::TooMuch { why: too_much.to_string(), at }
    })?;
    let options = ParseOptions::from(Mode::Module).with_target_version(VERSION).with_max_recursion_depth(DEEPEST);
    let parsed = parse_unchecked(text, options);
    if let Some(error) = parsed.errors().first() {
        let at = range(error.location);
        return Err(match &error.error {
            ParseErrorType::RecursionLimitExceeded => {
                Unread::TooMuch { why: format!("it nests deeper than {DEEPEST}"), at }
            }
            other => Unread::Syntax { message: words(&other.to_string()), at },
        });
    }
    if let Some(error) = parsed.unsupported_syntax_errors().first() {
        return Err(Unread::Syntax { message: words(&error.to_string()), at: range(error.range) });
    }
    let Some(module) = parsed.try_into_module() else { return Ok(Vec::new()) };
    Ok(module.suite().iter().map(statement).collect())
}

/// In this project's manner: lower case, no period.
fn words(said: &str) -> String {
    let mut letters = said.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn range(range: TextRange) -> Range<usize> {
    usize::from(range.start())..usize::from(range.end())
}

/// What stands directly in a node.
#[derive(Default)]
struct Children<'a> {
    values: Vec<&'a ast::Expr>,
    statements: Vec<&'a ast::Stmt>,
    binds: Vec<String>,
}

impl<'a> Visitor<'a> for Children<'a> {
    fn visit_stmt(&mut self, statement: &'a ast::Stmt) {
        self.statements.push(statement);
    }

    fn visit_expr(&mut self, value: &'a ast::Expr) {
        self.values.push(value);
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        self.binds.extend(inner.name.iter().map(ToString::to_string));
        visitor::walk_except_handler(self, handler);
    }
}

fn statement(statement: &ast::Stmt) -> Statement {
    let kind = match statement {
        ast::Stmt::Assign(assign) => {
            Kind::Assign { targets: assign.targets.iter().map(expr).collect(), value: expr(&assign.value) }
        }
        ast::Stmt::AnnAssign(ast::StmtAnnAssign { target, value: Some(value), .. }) => {
            Kind::Assign { targets: vec![expr(target)], value: expr(value) }
        }
        ast::Stmt::Import(import) => Kind::Import { module: None, names: import.names.iter().map(imported).collect() },
        ast::Stmt::ImportFrom(import) if import.level == 0 => Kind::Import {
            module: import.module.as_ref().map(ToString::to_string),
            names: import.names.iter().map(imported).collect(),
        },
        ast::Stmt::FunctionDef(function) => function_kind(statement, function),
        other => block(other),
    };
    Statement { at: range(statement.range()), kind }
}

fn function_kind(statement: &ast::Stmt, function: &ast::StmtFunctionDef) -> Kind {
    let mut children = Children::default();
    visitor::walk_stmt(&mut children, statement);
    Kind::Function {
        name: function.name.to_string(),
        parameters: function.parameters.iter().map(|parameter| parameter.name().to_string()).collect(),
        values: children.values.into_iter().map(expr).collect(),
        body: children.statements.into_iter().map(self::statement).collect(),
    }
}

fn block(statement: &ast::Stmt) -> Kind {
    let mut children = Children::default();
    visitor::walk_stmt(&mut children, statement);
    let targets: Vec<&ast::Expr> = match statement {
        ast::Stmt::For(each) => vec![&each.target],
        ast::Stmt::AugAssign(assign) => vec![&assign.target],
        ast::Stmt::With(with) => with.items.iter().filter_map(|item| item.optional_vars.as_deref()).collect(),
        _ => Vec::new(),
    };
    let mut binds = children.binds;
    for target in targets {
        expr(target).each(&mut |part| {
            if let Value::Name(name) = &part.value {
                binds.push(name.clone());
            }
        });
    }
    if let ast::Stmt::ClassDef(class) = statement {
        binds.push(class.name.to_string());
    }
    Kind::Block {
        values: children.values.into_iter().map(expr).collect(),
        binds,
        body: children.statements.into_iter().map(self::statement).collect(),
    }
}

fn imported(alias: &ast::Alias) -> Imported {
    let name = alias.name.to_string();
    let known_as = alias.asname.as_ref().map_or_else(|| name.clone(), ToString::to_string);
    Imported { name, known_as, at: range(alias.range()) }
}

fn expr(node: &ast::Expr) -> Expr {
    let value = match node {
        ast::Expr::StringLiteral(text) => Value::Text(text.value.to_str().to_owned()),
        ast::Expr::NumberLiteral(number) => match &number.value {
            Number::Int(int) => Value::Int(int.as_i64()),
            _ => Value::Float,
        },
        ast::Expr::BooleanLiteral(literal) => Value::Bool(literal.value),
        ast::Expr::NoneLiteral(_) => Value::None,
        ast::Expr::Name(name) => Value::Name(name.id.to_string()),
        ast::Expr::List(list) => Value::List(list.elts.iter().map(expr).collect()),
        ast::Expr::Tuple(tuple) => Value::List(tuple.elts.iter().map(expr).collect()),
        ast::Expr::Dict(dict) => {
            Value::Dict(dict.items.iter().map(|item| (item.key.as_ref().map(expr), expr(&item.value))).collect())
        }
        ast::Expr::Call(call) => Value::Call(Box::new(Call {
            callee: expr(&call.func),
            args: call.arguments.args.iter().map(expr).collect(),
            keywords: call.arguments.keywords.iter().map(keyword).collect(),
        })),
        ast::Expr::Attribute(attribute) => Value::Attribute {
            of: Box::new(expr(&attribute.value)),
            name: attribute.attr.to_string(),
            name_at: range(attribute.attr.range()),
        },
        ast::Expr::Subscript(item) => Value::Item { of: Box::new(expr(&item.value)), key: Box::new(expr(&item.slice)) },
        ast::Expr::FString(text) => Value::Template(text.value.iter().flat_map(pieces).collect()),
        ast::Expr::BinOp(operation) if operation.op == Operator::Add => {
            Value::Add(Box::new(expr(&operation.left)), Box::new(expr(&operation.right)))
        }
        ast::Expr::ListComp(_) => Value::List(inside(node)),
        _ => Value::Other(inside(node)),
    };
    Expr { at: range(node.range()), value }
}

fn inside(node: &ast::Expr) -> Vec<Expr> {
    let mut children = Children::default();
    visitor::walk_expr(&mut children, node);
    children.values.into_iter().map(expr).collect()
}

fn keyword(keyword: &ast::Keyword) -> Keyword {
    Keyword {
        name: keyword.arg.as_ref().map(ToString::to_string),
        at: range(keyword.range()),
        value: expr(&keyword.value),
    }
}

fn pieces(part: &FStringPart) -> Vec<Piece> {
    match part {
        FStringPart::Literal(text) => vec![Piece::Text(text.value.to_string())],
        FStringPart::FString(text) => text.elements.iter().map(piece).collect(),
    }
}

fn piece(element: &InterpolatedStringElement) -> Piece {
    match element {
        InterpolatedStringElement::Literal(text) => Piece::Text(text.value.to_string()),
        InterpolatedStringElement::Interpolation(value) => {
            let plain = value.format_spec.is_none() && value.debug_text.is_none() && value.conversion.is_none();
            if plain { Piece::Value(expr(&value.expression)) } else { Piece::Unknown }
        }
    }
}
