//! A tolerant JSON reader that fills the same trees as YAML does.

use super::TreeBuilder;
use super::assemble::{Assembler, Child, MAX_DEPTH};
use super::decode::{self, byte};
use super::reader::Parsed;
use crate::source::{EntryId, Problem, ProblemKind, ScalarStyle, Span};

/// Reads the JSON value at `span` of `text`. Strings are double-quoted scalars; numbers, booleans and
/// null are plain ones with their text as written. On an error everything complete before it is kept
/// and the place is reported.
#[must_use]
pub fn parse_json(entry: EntryId, text: &str, span: Span) -> Parsed {
    let mut out = TreeBuilder::new(entry);
    let mut problems = Vec::new();
    let end = (span.end as usize).min(text.len());
    let text = text.get(..end).unwrap_or(text);
    let tree = Assembler::new(&mut out, &mut problems);
    let mut reader = Reader { text, pos: span.start as usize, open: Vec::new(), tree };
    reader.document();
    let root = reader.tree.root.map(|child| child.id);
    Parsed { tree: out.finish(root), problems }
}

/// What is expected next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    /// A value or `]`.
    Item,
    /// A key or `}`.
    Key,
    /// `,` or the closing bracket.
    Next,
}

struct Reader<'a, 'b> {
    text: &'a str,
    pos: usize,
    /// Kinds of the open collections (true: array).
    open: Vec<bool>,
    tree: Assembler<'b>,
}

type Step<T> = Result<T, &'static str>;

impl Reader<'_, '_> {
    fn document(&mut self) {
        let mut expect = Expect::Value;
        loop {
            self.skip_blanks();
            let start = self.pos;
            match self.step(expect) {
                Ok(_) if self.open.is_empty() => break,
                Ok(next) => expect = next,
                Err(message) => {
                    if self.tree.depth() > 0 || self.pos < self.text.len() {
                        self.stop(start, message);
                    }
                    return;
                }
            }
        }
        self.skip_blanks();
        if self.pos < self.text.len() {
            let place = Span::new(self.pos, self.text.len());
            let problem = Problem::warning(ProblemKind::Syntax, "text follows the JSON value; it is not read");
            self.tree.problems.push(problem.at(self.tree.out.entry(), place));
        }
    }

    /// Reports an error and closes everything that is open.
    fn stop(&mut self, at: usize, message: &'static str) {
        let cut = at >= self.text.len();
        let message = if cut { "the JSON text ends in the middle of a value" } else { message };
        let kind = if cut { ProblemKind::Truncated } else { ProblemKind::Syntax };
        let problem = Problem::warning(kind, message)
            .help("what stands before this place was read, the rest was not")
            .at(self.tree.out.entry(), Span::new(at, at.saturating_add(usize::from(!cut))));
        self.tree.problems.push(problem);
        while let Some(array) = self.open.pop() {
            if !array && self.tree.count() % 2 == 1 {
                self.tree.drop_last();
            }
            self.tree.close(None);
        }
    }

    fn skip_blanks(&mut self) {
        let rest = self.text.as_bytes().get(self.pos..).unwrap_or(&[]);
        let blanks = rest.iter().take_while(|b| matches!(**b, b' ' | b'\t' | b'\r' | b'\n')).count();
        self.pos = self.pos.saturating_add(blanks);
    }

    fn step(&mut self, expect: Expect) -> Step<Expect> {
        let array = self.open.last().copied();
        match (byte(self.text, self.pos), expect, array) {
            (Some(b'}'), Expect::Key | Expect::Next, Some(false))
            | (Some(b']'), Expect::Item | Expect::Next, Some(true)) => {
                self.pos = self.pos.saturating_add(1);
                self.open.pop();
                self.tree.close(Some(Span::new(self.pos, self.pos).start));
                Ok(Expect::Next)
            }
            (Some(b','), Expect::Next, Some(array)) => {
                self.pos = self.pos.saturating_add(1);
                Ok(if array { Expect::Item } else { Expect::Key })
            }
            (_, Expect::Next, _) => Err("expected `,` or a closing bracket"),
            (Some(b'"'), Expect::Key, _) => {
                let key = self.string()?;
                self.tree.child(key);
                self.skip_blanks();
                if byte(self.text, self.pos) != Some(b':') {
                    return Err("expected `:` after the key");
                }
                self.pos = self.pos.saturating_add(1);
                Ok(Expect::Value)
            }
            (_, Expect::Key, _) => Err("expected a key in double quotes"),
            (Some(b'"'), ..) => {
                let value = self.string()?;
                self.tree.child(value);
                Ok(Expect::Next)
            }
            (Some(bracket @ (b'{' | b'[')), ..) => {
                let array = bracket == b'[';
                if self.tree.depth() >= MAX_DEPTH {
                    return self.too_deep();
                }
                self.tree.open(array, Some(Span::new(self.pos, self.pos).start));
                self.open.push(array);
                self.pos = self.pos.saturating_add(1);
                Ok(if array { Expect::Item } else { Expect::Key })
            }
            (Some(_), ..) => self.word(),
            (None, ..) => Err("expected a value"),
        }
    }

    /// Leaves out a collection below the nesting limit.
    fn too_deep(&mut self) -> Step<Expect> {
        let start = self.pos;
        self.pos = super::json_split::value_end(self.text, start).unwrap_or(self.text.len());
        let span = Span::new(start, self.pos);
        let problem = Problem::warning(ProblemKind::Limit, "collections are nested too deeply here; read as null");
        self.tree.problems.push(problem.at(self.tree.out.entry(), span));
        let id = self.tree.out.scalar("", ScalarStyle::Plain, span);
        self.tree.child(Child::leaf(id, span));
        Ok(Expect::Next)
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Step<Expect> {
        let rest = self.text.get(self.pos..).unwrap_or("");
        let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.')).count();
        let word = rest.get(..length).unwrap_or("");
        let number = word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && word.parse::<f64>().is_ok();
        if !number && !matches!(word, "true" | "false" | "null") {
            return Err("expected a value");
        }
        let span = Span::new(self.pos, self.pos.saturating_add(length));
        let id = self.tree.out.scalar(word, ScalarStyle::Plain, span);
        self.tree.child(Child::leaf(id, span));
        self.pos = self.pos.saturating_add(length);
        Ok(Expect::Next)
    }

    fn string(&mut self) -> Step<Child> {
        let open = self.pos;
        let from = self.tree.out.strings().len();
        let mut start = open.saturating_add(1);
        loop {
            let rest = self.text.as_bytes().get(start..).unwrap_or(&[]);
            let Some(length) = memchr::memchr3(b'"', b'\\', b'\n', rest) else {
                return Err(self.unclosed(from));
            };
            let at = start.saturating_add(length);
            let strings = self.tree.out.strings();
            strings.push_str(self.text.get(start..at).unwrap_or(""));
            match byte(self.text, at) {
                Some(b'"') => {
                    self.pos = at.saturating_add(1);
                    let span = Span::new(open, self.pos);
                    let id = self.tree.out.scalar_from(from, ScalarStyle::DoubleQuoted, span);
                    return Ok(Child::leaf(id, span));
                }
                Some(b'\\') => {
                    if let Some((c, next)) = decode::escape(self.text, at) {
                        strings.push(c);
                        start = next;
                    } else if self.text.get(at..at.saturating_add(2)) == Some("\\u") {
                        // Half of a surrogate pair: what Go and JavaScript make of it.
                        strings.push(char::REPLACEMENT_CHARACTER);
                        start = at.saturating_add(6);
                        if self.text.get(..start).is_none() {
                            return Err(self.unclosed(from));
                        }
                    } else {
                        strings.truncate(from);
                        return Err("a string holds a backslash that starts no escape");
                    }
                }
                _ => return Err(self.unclosed(from)),
            }
        }
    }

    fn unclosed(&mut self, from: usize) -> &'static str {
        self.tree.out.strings().truncate(from);
        "the string that starts here is never closed"
    }
}
