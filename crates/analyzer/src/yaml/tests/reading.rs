//! Single documents, with what is expected of them.

use super::super::{Parsed, parse};
use super::agreement::all_mapped;
use super::{agree, complete, shown};
use crate::source::{EntryId, ProblemKind, ProblemLevel, Span};

pub(super) fn read(text: &str) -> Parsed {
    parse(EntryId(0), text, Span::new(0, text.len()))
}

/// Documents of the subset that the fast reader knows.
#[test]
fn the_fast_reader_knows() {
    for text in [
        "a: 1\nb:\nc: foo bar\n  baz  # x\nd: |\n  lit\n  x\n\ne: >-\n\n  f\n  g\n\n\nf: {}\ng: []\n",
        "g:\n- x\n-\n- - y\n  -\n-\nh: \"q\\\n  \\ z\"\n",
        "a: |2\n    x\n   y\n \n  z\nb: |\n\n",
        "a:\n  - |\n\n  - >\n   \n  - b\n",
        "a: '\\x\n\n  z'\nb: \"\\ud83d\\ude00 \\x41\\e\"\n",
        "a: b\n  c\n\n  d\n#x\nb: c\n",
        "- a: 1\n  b:\n  - c\n  - d: x\n    e: y\n- f\n-   g: 1\n    h: 2\n",
        "\"a b\": 1\n'c: d': 2\ne f: 3\n-g: 4\n:h: 5\n?i: 6\n",
        "a: http://x/y#z\nb: 10:20\nc: -1\nd: a:b # c\ne: x#y\n",
        "a: |+\n  x\n\n\nb: >+\n  x\n\n\nc: |-\n  x\n\n\n",
        "a: >\n  x\n  y\n    z\n  w\n\n    v\n\n  u\n  \tt\n  s\n",
        "a: >\n\n\n    x\n\n    y\n",
        "  a: 1\n  b:\n    c: 2\n",
        "a:\n   b: 1\nc:\n - d\n",
        "a: |\n  x",
        "a: >-\n  x\n\n",
        "a: |\n# c\nb: 1\n",
        "a: | # c\n  x\nb: >- # d\n  y\n",
        "a: |\n     \n     x\n",
        "a: |\n  x\n     \n  \nb: 1\n",
        "a: \"\"\nb: ''\nc: ''''\nd: \" x \"\n",
        "a: \"x  \n   y\n\n\n  z \\\n\n  w\\t \n  v\"\n",
        "a: \"x\\  \n  y\"\n",
        "a: ~\nb: null\nc: 'null'\n",
        "",
        "# c\n\n",
        "a:   b   \n",
        "a:\n",
        "-\n",
        "- \n- x",
    ] {
        assert!(agree(text), "gave up on {text:?}");
        let parsed = read(text);
        assert!(parsed.problems.is_empty(), "{text:?} {:?}", parsed.problems);
        if let Some(root) = parsed.tree.root() {
            all_mapped(text, root);
        }
    }
}

/// Documents that it leaves to the complete reader, or that no reader takes.
#[test]
fn the_fast_reader_gives_up() {
    for text in [
        "a: &x b\nc: *x\n",
        "a: !!str 5\n",
        "? k\n: v\n",
        "{a: b}\n",
        "a: [1, 2]\n",
        "a:\n\tb: c\n",
        "a:\tb\n",
        "a: b: c\n",
        "a: b\n  c: d\n",
        "a:\n  b: 1\n c: 2\n",
        "a:\n  - b\n - c\n",
        "a: 1\n- b\n",
        "- a\nb: 1\n",
        "a: \"x\ny\"\n",
        "a: \"x\" y\n",
        "a: 'x'y\n",
        "a: |\n    \n  x\n",
        "a: |x\n  y\n",
        " e: |2\n  # comment\n",
        "a: - b\n",
        "a: @x\n",
        "a: `x\n",
        "a: b #c\n  d\n",
        "a: |\n  x\n y\n",
        "--- |\n x\n",
        "scalar\n",
        "a:\n  value\n",
        "a: \"\\q\"\n",
        "a: \"\\ud83d\"\n",
        "a: %x\n",
    ] {
        assert!(!agree(text), "took {text:?}");
    }
}

#[test]
fn aliases_share_nodes() {
    let parsed = read("a: &x\n  b: 1\nc: *x\nd: [*x, *x]\n");
    let root = parsed.tree.root().unwrap();
    assert_eq!(root.get("a").unwrap().id(), root.get("c").unwrap().id());
    assert_eq!(root.at(&["d", "1", "b"]).unwrap().text(), Some("1"));
    assert!(parsed.problems.is_empty());
}

#[test]
fn broken_aliases() {
    let parsed = read("a: *x\nb: &y [*y]\nc: 1\n");
    let root = parsed.tree.root().unwrap();
    assert_eq!(root.str("a"), Some("*x"));
    assert!(root.at(&["b", "0"]).unwrap().is_null());
    assert_eq!(root.str("c"), Some("1"));
    assert_eq!(parsed.problems.len(), 2);
    let parsed = read("a: ***HIDDEN***\nb: 1\n");
    assert_eq!(parsed.tree.root().unwrap().str("a"), Some("***HIDDEN***"));
    assert_eq!(parsed.problems[0].level, ProblemLevel::Note);
}

#[test]
fn a_billion_laughs_are_cut() {
    let mut text = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let below = format!("*l{}, ", level - 1).repeat(10);
        text.push_str(&format!("l{level}: &l{level} [{}]\n", below.trim_end_matches(", ")));
    }
    let parsed = read(&text);
    assert!(parsed.problems.iter().any(|problem| problem.kind == ProblemKind::Limit));
    let mut out = String::new();
    super::dump(parsed.tree.root().unwrap(), &mut out);
    assert!(out.lines().count() < 2_500_000);
}

/// Nesting through aliases is nesting as well.
#[test]
fn deep_aliases_are_cut() {
    let deep = |inner: &str| format!("{}{inner}{}", "[".repeat(100), "]".repeat(100));
    let mut text = format!("k0: &k0 {}\n", deep("x"));
    for level in 1..50 {
        text.push_str(&format!("k{level}: &k{level} {}\n", deep(&format!("*k{}", level - 1))));
    }
    let parsed = read(&text);
    assert!(parsed.problems.iter().any(|problem| problem.kind == ProblemKind::Limit));
    assert!(!shown(&parsed.tree).is_empty());
}

#[test]
fn nesting_is_limited() {
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        format!("a: 1\nb: {}\n", "[".repeat(100_000)),
        (0..3000).map(|level| format!("{}a:\n", " ".repeat(level))).collect(),
        "- ".repeat(100_000),
        format!("a: 1\nb:\n  {}", "- ".repeat(100_000)),
        "? ".repeat(10_000),
    ] {
        let parsed = read(&text);
        let limit = parsed.problems.iter().any(|problem| problem.kind == ProblemKind::Limit);
        assert!(limit, "{:.40} {:?}", text, parsed.problems);
        shown(&parsed.tree);
    }
    assert_eq!(read("a: 1\nb: [[[[\n").tree.root().unwrap().str("a"), Some("1"));
}

#[test]
fn duplicate_keys() {
    let parsed = read("a: 1\nb: 2\na: 3\nb: 2\n");
    assert_eq!(parsed.tree.root().unwrap().str("a"), Some("3"));
    let found: Vec<_> = parsed.problems.iter().map(|p| (p.level, p.span.unwrap().start)).collect();
    assert_eq!(found, [(ProblemLevel::Warning, 10), (ProblemLevel::Note, 15)]);
    let many: String = (0..100).map(|n| format!("k{}: {n}\n", n % 99)).collect();
    assert_eq!(read(&many).problems.len(), 1);
}

#[test]
fn control_characters_do_not_cost_the_document() {
    let text = "a: |\n  x\u{1b}[0m\n  \u{0}\u{80}y\nb: \u{fffe}z é\n";
    let parsed = read(text);
    let root = parsed.tree.root().unwrap();
    assert_eq!(root.str("a"), Some("x?[0m\n???y\n"));
    assert_eq!(root.str("b"), Some("???z é"));
    assert_eq!(parsed.problems.len(), 1);
    assert_eq!(parsed.problems[0].kind, ProblemKind::Encoding);
    assert_eq!(root.get("b").unwrap().place().span.slice(text), "\u{fffe}z é");
}

/// Spans of block scalars run from the indicator to the end of the content.
#[test]
fn spans() {
    let text = "a: |+\n  x\n\nb: !t >- # |\n  y\n\n# c\nc: &z |\n\nd: \"q\"\r\ne:\n  f: [1, 2]\n";
    let parsed = complete(text).unwrap().0;
    let root = parsed.root().unwrap();
    let slice = |key: &str| root.get(key).unwrap().place().span.slice(text);
    assert_eq!(slice("a"), "|+\n  x");
    assert_eq!(slice("b"), ">- # |\n  y");
    assert_eq!(slice("c"), "|");
    assert_eq!(slice("d"), "\"q\"");
    assert_eq!(slice("e"), "f: [1, 2]");
}

#[test]
fn crlf() {
    let text =
        "a: |\r\n  x\r\n  y\r\nb: \"c\r\n  d\\\r\n  e\r\n\r\n  f\"\r\nc: >\r\n  g\r\n  h\r\n\r\n  i\r\nd: j\r\n  k\r\n";
    let parsed = read(text);
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    let root = parsed.tree.root().unwrap();
    assert_eq!(root.str("a"), Some("x\ny\n"));
    assert_eq!(root.str("b"), Some("c de\nf"));
    assert_eq!(root.str("c"), Some("g h\ni\n"));
    assert_eq!(root.str("d"), Some("j k"));
    all_mapped(text, root);
}
