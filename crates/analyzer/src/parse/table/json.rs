//! JSON in cells.

use crate::parse::draft::Draft;
use crate::source::{ScalarStyle, Span};

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 32;

/// Reads a list or object that starts at byte `base`; none unless the whole text is one.
pub(super) fn parse(text: &str, base: usize) -> Option<Draft> {
    let mut reader = Reader { text, base, at: 0 };
    let value = reader.value(0)?;
    reader.blanks();
    (reader.at == text.len() && !matches!(value, Draft::Scalar { .. })).then_some(value)
}

struct Reader<'t> {
    text: &'t str,
    base: usize,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, c: char) -> bool {
        self.blanks();
        let found = self.rest().starts_with(c);
        self.at += if found { c.len_utf8() } else { 0 };
        found
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.base.saturating_add(start), self.base.saturating_add(self.at))
    }

    fn value(&mut self, depth: usize) -> Option<Draft> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.blanks();
        if self.eat('{') {
            self.object(depth)
        } else if self.eat('[') {
            self.list(depth)
        } else if self.rest().starts_with('"') {
            let start = self.at;
            let text = self.string()?;
            Some(Draft::Scalar { text, style: ScalarStyle::DoubleQuoted, span: self.span(start) })
        } else {
            let start = self.at;
            let end = self.rest().find([',', ']', '}', ' ', '"']).unwrap_or(self.rest().len());
            let word = self.rest().get(..end).filter(|word| !word.is_empty())?.to_owned();
            self.at += end;
            Some(Draft::plain(word, self.span(start)))
        }
    }

    fn object(&mut self, depth: usize) -> Option<Draft> {
        let mut entries = Vec::new();
        if self.eat('}') {
            return Some(Draft::Map(entries));
        }
        loop {
            self.blanks();
            let start = self.at;
            let key = self.string()?;
            let span = self.span(start);
            if !self.eat(':') {
                return None;
            }
            entries.push((key, span, self.value(depth + 1)?));
            if self.eat('}') {
                return Some(Draft::Map(entries));
            }
            if !self.eat(',') {
                return None;
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<Draft> {
        let mut items = Vec::new();
        if self.eat(']') {
            return Some(Draft::Seq(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.eat(']') {
                return Some(Draft::Seq(items));
            }
            if !self.eat(',') {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        if !self.eat('"') {
            return None;
        }
        let start = self.at.checked_sub(1)?;
        let (mut escaped, mut end) = (false, None);
        for (at, c) in self.rest().char_indices() {
            if c == '"' && !escaped {
                end = Some(at);
                break;
            }
            escaped = c == '\\' && !escaped;
        }
        self.at += end? + 1;
        serde_json::from_str(self.text.get(start..self.at)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_places() {
        let text = r#"[{"name":"de\"f","priority":200, "x": [true, null]}]"#;
        let Some(Draft::Seq(items)) = parse(text, 10) else { panic!() };
        let Draft::Map(entries) = &items[0] else { panic!() };
        assert_eq!(entries.len(), 3);
        assert_eq!(entries[0].0, "name");
        let Draft::Scalar { text: name, span, .. } = &entries[0].2 else { panic!() };
        assert_eq!(name, "de\"f");
        assert_eq!((span.start, span.end), (19, 26));
        assert_eq!(entries[1].2, Draft::plain("200", Span { start: 38, end: 41 }));
    }

    #[test]
    fn other_texts() {
        let deep = "[".repeat(100_000);
        for text in ["", "a", "\"a\"", "[", "[1", "[1,]", "{\"a\"}", "{a:1}", "[1] x", "map[a:b]", &deep] {
            assert_eq!(parse(text, 0), None);
        }
    }
}
