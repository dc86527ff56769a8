//! Broken documents: what is beside the broken place is kept, and the place is named.

use super::super::NodeRef;
use super::reading::read;
use crate::source::ProblemKind;

fn names(node: NodeRef<'_>) -> Vec<&str> {
    node.items().filter_map(|item| item.at(&["metadata", "name"])?.text()).collect()
}

fn list(items: &str) -> String {
    format!("apiVersion: v1\nitems:\n{items}kind: List\nmetadata:\n  resourceVersion: \"\"\n")
}

#[test]
fn a_broken_item_is_left_out() {
    let good = |name: &str| format!("- kind: A\n  metadata:\n    name: {name}\n  spec:\n    x: 1\n");
    for broken in [
        "- kind: A\n  spec: \"open\n",
        "- kind: A\n\tspec: x\n",
        "- kind: A\n  spec: a: b\n",
        "- @\n",
        "- kind: A\n  spec: [1, 2\n",
        "- kind: 'A\n",
        "- kind: A\n spec: x\n",
    ] {
        let text = list(&format!("{}{broken}{}", good("one"), good("two")));
        let parsed = read(&text);
        let root = parsed.tree.root().unwrap();
        assert_eq!(root.str("kind"), Some("List"), "{broken:?}");
        let found = names(root.get("items").unwrap());
        assert_eq!(found, ["one", "two"], "{broken:?}");
        assert_eq!(parsed.problems.len(), 1, "{broken:?} {:?}", parsed.problems);
        let at = parsed.problems[0].span.unwrap().start as usize;
        let from = text.find(broken).unwrap();
        assert!((from..=from + broken.len()).contains(&at), "{broken:?} {at}");
    }
}

#[test]
fn of_a_broken_item_the_good_keys_stay() {
    let item = "- kind: A\n  metadata:\n    name: one\n    bad: x: y\n    uid: u\n  spec:\n  - |2\n      a\n";
    let parsed = read(&list(item));
    let item = parsed.tree.root().unwrap().at(&["items", "0"]).unwrap();
    assert_eq!(item.at(&["metadata", "uid"]).unwrap().text(), Some("u"));
    assert!(item.at(&["metadata", "bad"]).is_none());
    assert_eq!(item.at(&["spec", "0"]).unwrap().text(), Some("  a\n"));
    assert_eq!(parsed.problems.len(), 1);
}

#[test]
fn a_cut_list_keeps_its_items() {
    let whole = list("- kind: A\n  metadata:\n    name: one\n- kind: B\n  metadata:\n    name: 'two'\n");
    for cut in 0..whole.len() {
        let parsed = read(&whole[..cut]);
        if cut > whole.find("- kind: B").unwrap() {
            let root = parsed.tree.root().unwrap();
            assert_eq!(names(root.get("items").unwrap())[0], "one", "{cut}");
        }
    }
    let cut = whole.find("wo'").unwrap();
    let parsed = read(&whole[..cut]);
    assert_eq!(parsed.problems.len(), 1);
    assert_eq!(parsed.problems[0].help.as_deref(), Some("the text may have been cut here"));
}

#[test]
fn keys_of_an_object_stay() {
    let text = "apiVersion: v1\nkind: A\nmetadata:\n  name: n\nspec:\n\tx: 1\nstatus:\n  y: 2\ncut";
    let parsed = read(text);
    let root = parsed.tree.root().unwrap();
    assert_eq!(root.at(&["metadata", "name"]).unwrap().text(), Some("n"));
    assert_eq!(root.at(&["status", "y"]).unwrap().text(), Some("2"));
    assert!(root.get("spec").is_none_or(|spec| spec.is_null()));
    assert_eq!(parsed.problems.len(), 2, "{:?}", parsed.problems);
    assert!(parsed.problems.iter().all(|problem| problem.kind == ProblemKind::Syntax));
    assert_eq!(parsed.problems[0].message, "a tab is used for indentation");
}

#[test]
fn places_survive_the_taking_apart() {
    let text = "a:\n- b: 1\n  c: \"x\n- d: ok\n";
    let parsed = read(text);
    let item = parsed.tree.root().unwrap().at(&["a", "0", "b"]).unwrap();
    assert_eq!(item.place().span.slice(text), "1");
    let item = parsed.tree.root().unwrap().at(&["a", "1", "d"]).unwrap();
    assert_eq!(item.place().span.slice(text), "ok");
}

#[test]
fn broken_flow_documents_are_read_as_json() {
    let parsed = read("{\"a\": 1, \"b\": {\"c\": [1, 2");
    let root = parsed.tree.root().unwrap();
    assert_eq!(root.at(&["b", "c", "1"]).unwrap().text(), Some("2"));
    assert_eq!(parsed.problems[0].kind, ProblemKind::Truncated);
}

/// Work on hostile text stays bounded: many broken lines, deep broken nesting.
#[test]
fn hostile_texts() {
    for text in [
        "a: b: c\n".repeat(5_000),
        "- \"\n".repeat(5_001),
        (0..150).map(|n| format!("{}k: \"\n{}a:\n", " ".repeat(n), " ".repeat(n))).collect(),
        "- ".repeat(3_000) + "\"",
        "'".repeat(5_001),
        ": ".repeat(5_000),
    ] {
        let parsed = read(&text);
        assert!(!parsed.problems.is_empty() && parsed.problems.len() < 100, "{:.20}", text);
    }
}

#[test]
fn a_cut_string_is_kept_up_to_the_cut() {
    let head = "createdAt: x\npodLogs:\n  fab:\n    'pod: a':\n      c:\n        current: ";
    for (string, value) in [
        ("\"one\\ntwo\n          three \\\n          \\ four", "one\ntwo three  four"),
        ("\"one\\n\n          tw\\u20", "one\n tw"),
        ("\"one\\n\n          tw\\", "one\n tw"),
        ("\"one\\n\n          tw\\\\", "one\n tw\\"),
        ("'one\n\n          it''s", "one\nit's"),
    ] {
        let text = format!("{head}{string}");
        let parsed = read(&text);
        let root = parsed.tree.root().unwrap();
        assert_eq!(root.str("createdAt"), Some("x"));
        let current = root.at(&["podLogs", "fab", "pod: a", "c", "current"]).and_then(NodeRef::text);
        assert_eq!(current, Some(value), "{string:?} {:?}", parsed.problems);
        assert!(!parsed.problems.is_empty());
    }
    let parsed = read("metadata:\n  name: \"gatew");
    assert_eq!(parsed.tree.root().and_then(|root| root.at(&["metadata", "name"])).map(|_| ()), None);
}
