//! Names, addresses and numbers of a copied object.

use serde_json::Value;

/// What a copy is called in place of its pattern: whole words in strings and keys, and whole numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rename {
    words: Vec<(String, String)>,
    numbers: Vec<(u64, u64)>,
    macs: Option<(String, String)>,
}

impl Rename {
    pub(crate) fn word(mut self, from: &str, to: &str) -> Self {
        self.words.push((from.into(), to.into()));
        self
    }

    pub(crate) fn number(mut self, from: u64, to: u64) -> Self {
        self.numbers.push((from, to));
        self
    }

    /// Replaces the beginning of every MAC address that has it.
    pub(crate) fn mac(mut self, from: &str, to: &str) -> Self {
        self.macs = Some((from.into(), to.into()));
        self
    }

    /// The copy of a value.
    pub(crate) fn copy(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Number(number) => number
                .as_u64()
                .and_then(|n| self.numbers.iter().find(|(from, _)| *from == n))
                .map_or_else(|| value.clone(), |(_, to)| (*to).into()),
            Value::Array(items) => items.iter().map(|item| self.copy(item)).collect(),
            Value::Object(map) => map.iter().map(|(key, item)| (self.text(key), self.copy(item))).collect(),
            other => other.clone(),
        }
    }

    /// The copy of a text.
    pub(crate) fn text(&self, text: &str) -> String {
        let words: Vec<_> = self.words.iter().filter(|(from, _)| text.contains(from.as_str())).collect();
        if words.is_empty() && !self.macs.as_ref().is_some_and(|(from, _)| text.contains(from.as_str())) {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(rest) = text.get(at..) {
            let Some(first) = rest.chars().next() else { break };
            let starts = !out_word(text, at);
            let hit =
                words.iter().find(|(from, _)| starts && rest.starts_with(from.as_str()) && !ends_inside(rest, from));
            if let Some((from, to)) = hit {
                out.push_str(to);
                at += from.len();
            } else if let Some((from, to)) =
                self.macs.as_ref().filter(|(from, _)| starts && rest.starts_with(from.as_str()))
            {
                out.push_str(to);
                at += from.len();
            } else {
                out.push(first);
                at += first.len_utf8();
            }
        }
        out
    }
}

/// Whether the place follows a letter or a digit, or is a later part of an address, so that no word begins
/// there.
fn out_word(text: &str, at: usize) -> bool {
    let digit = text.get(at..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.' && digit)
}

/// Whether the word goes on after its end.
fn ends_inside(rest: &str, word: &str) -> bool {
    let mut after = rest.get(word.len()..).unwrap_or("").chars();
    match after.next() {
        Some('.') if word.contains('.') => after.next().is_some_and(|c| c.is_ascii_alphanumeric()),
        Some(c) => c.is_ascii_alphanumeric(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_whole_words_and_numbers_are_renamed() {
        let rename =
            Rename::default().word("172.30.128.1", "172.30.129.1").word("leaf-01", "leaf-11").number(65101, 65120);
        let value = json!({"172.30.128.1": {"x": "172.30.128.10", "y": "172.30.128.1/31", "asn": 65101}, "leaf-01": ["a--leaf-01--b", "leaf-012", "switch.leaf-01"]});
        let wanted = json!({"172.30.129.1": {"x": "172.30.128.10", "y": "172.30.129.1/31", "asn": 65120}, "leaf-11": ["a--leaf-11--b", "leaf-012", "switch.leaf-11"]});
        assert_eq!(rename.copy(&value), wanted);
    }
}
