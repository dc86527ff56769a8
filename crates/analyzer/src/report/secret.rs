//! Values of secret-like keys are withheld from every report, whatever its format.

/// Words that a secret's key holds.
const KEYS: [&str; 11] = [
    "password",
    "passwd",
    "token",
    "secret",
    "authorizedkey",
    "sshkey",
    "privatekey",
    "apikey",
    "api_key",
    "authorization",
    "bearer",
];

/// What stands for a withheld value.
const MASK: &str = "***";

/// True for a character of a key or a plain value.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Withholds each value that follows a secret-like key and `:` or `=`, or the word `Bearer`, and keeps the
/// rest of the text. `in_value` tells that the text begins with such a value: its key stands before it.
#[must_use]
pub(crate) fn mask(text: &str, in_value: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut withhold = in_value;
    while !rest.is_empty() {
        if withhold {
            rest = withheld(rest, &mut out);
            withhold = false;
            continue;
        }
        let word_end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if word_end == 0 {
            let mut chars = rest.chars();
            out.extend(chars.next());
            rest = chars.as_str();
            continue;
        }
        let (word, after) = rest.split_at(word_end);
        out.push_str(word);
        rest = after;
        if let Some(separator) = separator(word, after) {
            out.push_str(after.get(..separator).unwrap_or(""));
            rest = after.get(separator..).unwrap_or("");
            withhold = true;
        }
    }
    out
}

/// A quoted line: all that follows a secret-like key is withheld, since a value may hold blanks there.
#[must_use]
pub(crate) fn mask_line(line: &str, in_value: bool) -> String {
    let line = mask(line, in_value);
    let lower = line.to_lowercase();
    let Some(key) = KEYS.iter().filter_map(|key| lower.find(key)).min() else { return line };
    // `to_lowercase` may change lengths outside ASCII; then the whole line is withheld.
    if lower.len() != line.len() {
        return MASK.to_owned();
    }
    let rest = line.get(key..).unwrap_or("");
    let Some(separator) = rest.find([':', '=', ' ']) else { return line };
    let value_at = key + separator + 1;
    if line.get(value_at..).unwrap_or("").trim().is_empty() {
        return line;
    }
    format!("{} {MASK}", line.get(..value_at).unwrap_or(""))
}

/// True if a value that `text` does not hold any more follows at its end: the next line begins with it.
#[must_use]
pub(crate) fn ends_before_value(text: &str) -> bool {
    let text = text.trim_end().trim_end_matches('\\').trim_end();
    let word_end = text.trim_end_matches([':', '=', '"', '\'', ' ']);
    let word_start = word_end.rfind(|c| !is_word(c)).map_or(0, |at| at + word_end.get(at..).map_or(1, first_len));
    let word = word_end.get(word_start..).unwrap_or("");
    let after = text.get(word_end.len()..).unwrap_or("");
    separator(word, after).is_some_and(|length| length >= after.len()) || word.eq_ignore_ascii_case("bearer")
}

fn first_len(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

/// Bytes between a secret-like key and its value; none if the word is no such key.
fn separator(word: &str, after: &str) -> Option<usize> {
    let lower = word.to_lowercase();
    if !KEYS.iter().any(|key| lower.contains(key)) {
        return None;
    }
    let length = after.len() - after.trim_start_matches([':', '=', '"', '\'', '\\', ' ']).len();
    let between = after.get(..length).unwrap_or("");
    (between.contains([':', '=']) || (lower == "bearer" && length > 0)).then_some(length)
}

/// Writes the mask for the value at the start of `text`; gives what follows. `Authorization: Bearer x` has its
/// value after the scheme.
fn withheld<'t>(text: &'t str, out: &mut String) -> &'t str {
    let end =
        text.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '}' | '\\')).unwrap_or(text.len());
    let (value, rest) = text.split_at(end);
    if ["bearer", "basic"].iter().any(|scheme| value.eq_ignore_ascii_case(scheme)) && rest.starts_with(' ') {
        out.push_str(value);
        out.push(' ');
        return withheld(rest.trim_start(), out);
    }
    // Nothing to withhold in `password:` at an end, or in an already withheld value.
    out.push_str(if value.is_empty() { "" } else { MASK });
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_withheld_and_the_rest_is_kept() {
        for (text, masked) in [
            ("login user=core password=hunter2 ok", "login user=core password=*** ok"),
            ("  joinToken: abc::def", "  joinToken: ***"),
            ("{\"spec\":{\"password\":\"hunter2\"}}", "{\"spec\":{\"password\":\"***\"}}"),
            ("Authorization: Bearer hunter2\\n2026", "Authorization: Bearer ***\\n2026"),
            ("Bearer hunter2 x", "Bearer *** x"),
            ("API_TOKEN=hunter2,x=1", "API_TOKEN=***,x=1"),
            ("  name: gw-1", "  name: gw-1"),
            ("requeue to wait for service account token", "requeue to wait for service account token"),
            ("password:", "password:"),
        ] {
            assert_eq!(mask(text, false), masked, "{text}");
        }
        assert_eq!(mask("hunter2\\n2026 next", true), "***\\n2026 next");
    }

    #[test]
    fn quoted_lines_end_at_a_secret() {
        assert_eq!(mask_line("    password: correct horse battery", false), "    password: ***");
        assert_eq!(mask_line("  joinToken: abc::def", false), "  joinToken: ***");
        assert_eq!(mask_line("  name: gw-1", false), "  name: gw-1");
        assert_eq!(mask_line("password:", false), "password:");
    }

    #[test]
    fn a_value_on_the_next_line() {
        for text in ["x token:", "x token: \\", "password=", "Authorization: Bearer", "Authorization:"] {
            assert!(ends_before_value(text), "{text}");
        }
        for text in ["", "name:", "a token", "password=x", "é"] {
            assert!(!ends_before_value(text), "{text}");
        }
    }
}
