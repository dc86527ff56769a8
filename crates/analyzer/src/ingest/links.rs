//! Links: reported, never followed.

use std::collections::BTreeSet;

use super::collect::{Collector, Target};
use super::name;
use crate::source::{Problem, ProblemKind};

/// Kind of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Relative to the folder that holds the link.
    Symbolic,
    /// A member name of the archive.
    Hard,
}

/// Reports the link at `path` (inside `archive`) to `target`. `names` are the clean names of all
/// members that `path` and `target` are relative to.
pub(super) fn report(
    collector: &mut Collector,
    archive: &str,
    path: &str,
    target: &str,
    kind: Kind,
    names: &BTreeSet<String>,
) {
    let shown = name::escape(target);
    let place = Target::Path(super::collect::join(archive, path));
    let inside = resolve(path, target, kind);
    let (class, problem) = match inside {
        Some(inside) if contains(names, &inside) => (
            "links to other files of the bundle",
            Problem::note(ProblemKind::UnsafePath, format!("link to `{shown}`, read there")),
        ),
        Some(_) => (
            "links to files that are not in the bundle",
            Problem::note(ProblemKind::UnsafePath, format!("link to `{shown}`, which is not in the bundle")),
        ),
        None => (
            "links to outside of the bundle",
            Problem::warning(
                ProblemKind::UnsafePath,
                format!("link to `{shown}`, outside of the bundle: not followed"),
            )
            .help("add the file itself to the bundle where it matters"),
        ),
    };
    collector.problem(class, archive, place, problem);
}

/// True for a member or a folder with members.
fn contains(names: &BTreeSet<String>, path: &str) -> bool {
    if path.is_empty() || names.contains(path) {
        return true;
    }
    let folder = format!("{path}/");
    names.range(folder.clone()..).next().is_some_and(|name| name.starts_with(&folder))
}

/// The member that a link names; `None` where it leaves the archive.
fn resolve(path: &str, target: &str, kind: Kind) -> Option<String> {
    if kind == Kind::Hard {
        return Some(name::clean(target, name::Style::Unix).path);
    }
    if target.starts_with('/') || target.starts_with('\\') {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        for (path, target, inside) in [
            ("a/b/link", "../c.log", Some("a/c.log")),
            ("a/link", "./x//y", Some("a/x/y")),
            ("link", "x", Some("x")),
            ("link", "../x", None),
            ("a/link", "/etc/passwd", None),
            ("a/link", "../../a/x", None),
        ] {
            assert_eq!(resolve(path, target, Kind::Symbolic).as_deref(), inside, "{path} {target}");
        }
        assert_eq!(resolve("a/b", "./a/c", Kind::Hard).as_deref(), Some("a/c"));
        let names = BTreeSet::from(["a/b/c".to_owned(), "a/bx".to_owned()]);
        assert!(contains(&names, "a/b") && contains(&names, "a/bx") && !contains(&names, "a/c"));
        assert!(!contains(&names, "a/b/"));
    }
}
