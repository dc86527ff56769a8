//! Generated texts.

use proptest::prelude::*;

use super::super::{Parsed, documents, head, json_values, parse, parse_json};
use super::agreement::all_mapped;
use super::reading::read;
use super::{agree, complete, shown};
use crate::source::{EntryId, Span};

/// Lines that look like what kubectl writes, at indentations that mostly fit.
fn yaml_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => Just("a: 1"), 4 => Just("b:"), 4 => Just("- x"), 2 => Just("-"), 2 => Just("- k: v"),
        2 => Just("c: |"), 1 => Just("c: |-"), 1 => Just("d: >"), 1 => Just("d: >+"), 1 => Just("e: |2"),
        1 => Just("- |"), 2 => Just("text  "), 1 => Just("  spaced text"), 1 => Just("# comment"),
        1 => Just("f: \"quoted"), 1 => Just("end\""), 1 => Just("g: 'single"), 1 => Just("it''s'"),
        1 => Just("h: \"a\\n\\\\ \\"), 1 => Just("i: word # comment"), 1 => Just("\"q\": 'v'"), 1 => Just("j: {}"),
        1 => Just("k: []"), 1 => Just("- - y"), 3 => Just(""), 1 => Just("l: ~"), 1 => Just("m: a:b"),
        1 => Just("n: x: y"), 1 => Just("\ttab"), 1 => Just("o: &a z"), 1 => Just("p: *a"), 1 => Just("é: ü"),
        1 => Just("---"), 1 => Just("..."), 1 => Just("q: - r"), 1 => Just("? s"), 1 => Just("- \"t\": u"),
        1 => Just("- 'v"), 1 => Just("w: \"x\" y"), 1 => Just("z: |1-"), 1 => Just("[a, b]"), 1 => Just(":"),
    ];
    proptest::collection::vec((0_usize..4, 0_usize..8, piece), 0..14).prop_map(|lines| {
        let mut indent = 0_usize;
        let mut text = String::new();
        for (step, odd, piece) in lines {
            indent = match step {
                0 => indent,
                1 => indent + 2,
                2 => indent.saturating_sub(2),
                _ => 0,
            };
            let extra = usize::from(odd == 0);
            text.push_str(&" ".repeat(indent + extra));
            text.push_str(piece);
            text.push('\n');
        }
        text
    })
}

/// Characters that decide how a scalar is read.
const SCALAR: &str = "[ \n\t'\"\\\\:#|>a-cé✔\u{1b}-]{0,40}";

fn check(parsed: &Parsed, text: &str) {
    for problem in &parsed.problems {
        let span = problem.span.unwrap();
        assert!(span.start <= span.end && span.start as usize <= text.len(), "{problem:?}");
    }
    shown(&parsed.tree);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn readers_agree(text in yaml_like()) {
        agree(&text);
        let parsed = read(&text);
        check(&parsed, &text);
        if let (Some(root), true) = (parsed.tree.root(), parsed.problems.is_empty()) {
            all_mapped(&text, root);
        }
    }

    #[test]
    fn any_text_is_read(text in "[ \n\r\ta-b:\"'|>\\-\\[\\]{},#&*?\\\\.\u{feff}\u{1}é]{0,60}") {
        agree_if_clean(&text);
        check(&read(&text), &text);
        for span in documents(&text) {
            check(&parse(EntryId(0), &text, span), &text);
            let _ = head(span.slice(&text));
        }
        for span in json_values(&text) {
            check(&parse_json(EntryId(0), &text, span), &text);
        }
    }

    #[test]
    fn written_strings_are_read_back(values in proptest::collection::vec(SCALAR, 1..5)) {
        let map: std::collections::BTreeMap<_, _> =
            values.iter().enumerate().map(|(n, value)| (format!("k{n}"), value)).collect();
        let text = serde_yaml::to_string(&map).unwrap();
        let parsed = read(&text);
        prop_assert!(parsed.problems.is_empty(), "{text:?} {:?}", parsed.problems);
        let root = parsed.tree.root().unwrap();
        for (key, value) in &map {
            prop_assert_eq!(root.str(key), Some(value.as_str()));
        }
        agree(&text);
        all_mapped(&text, root);
    }

    /// Long strings are folded over lines, as go-yaml does it.
    #[test]
    fn folded_quoted_strings(words in proptest::collection::vec("[a-c\n\t ✔\"\\\\]{1,12}", 1..20), width in 5_usize..30) {
        let value = words.concat();
        let text = format!("k:\n  s: {}\nz: 1\n", fold(&value, width));
        prop_assert!(agree(&text), "{}", text);
        let parsed = read(&text);
        let root = parsed.tree.root().unwrap();
        let node = root.at(&["k", "s"]).unwrap();
        prop_assert_eq!(node.text(), Some(value.as_str()));
        all_mapped(&text, root);
    }

    #[test]
    fn json_agrees_with_serde_json(text in "\\{\"a\":(\\[[0-9]{1,3}(,\"x[a-c\\\\\\\\n]{0,2}\")?,null\\]|\\{\"b\":-1\\.5e3,\"c\":\\{\\}\\}|true)[\\]},]?\\}") {
        let parsed = parse_json(EntryId(0), &text, Span::new(0, text.len()));
        check(&parsed, &text);
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
            prop_assert!(parsed.problems.is_empty());
            let (other, _) = complete(&text).unwrap();
            prop_assert_eq!(shown(&parsed.tree), shown(&other));
            let read: serde_json::Value = super::super::from_node(parsed.tree.root().unwrap(), &mut Vec::new()).unwrap();
            prop_assert_eq!(read, value);
        }
    }
}

fn agree_if_clean(text: &str) {
    // The fast reader is only given printable text without CR.
    if !text.contains(['\r', '\u{1}']) {
        agree(text);
    }
}

/// Writes a double-quoted scalar that is broken into lines of about `width` characters.
fn fold(value: &str, width: usize) -> String {
    let mut out = String::from("\"");
    let (mut column, mut before) = (0, ' ');
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        let between_words =
            before != ' ' && chars.peek().is_some_and(|next| *next != ' ' && *next != '\n' && *next != '\t');
        match c {
            ' ' if column >= width && between_words => {
                out.push_str("\n    ");
                column = 0;
                before = ' ';
                continue;
            }
            ' ' if column >= width => {
                out.push_str("\\\n    \\ ");
                column = 0;
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c => out.push(c),
        }
        column += 1;
        before = c;
    }
    out.push('"');
    out
}
