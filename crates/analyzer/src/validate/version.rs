//! Component versions: image tags, `status.versions`, VERSION columns.

use std::cmp::Ordering;
use std::fmt;

/// A version with a base `vX.Y.Z` and what the build adds to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// X.
    pub major: u32,
    /// Y.
    pub minor: u32,
    /// Z.
    pub patch: u32,
    /// `-4-gabc1234e-dev`, `-pre-…`, `+k3s1` or empty.
    pub tail: String,
}

/// Where a build lies relative to its base tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Before,
    Tag,
    After,
}

impl Version {
    /// Parses `v0.25.2`, `0.25.2`, `v0.94.3-4-gabc1234e-dev`, also as the tag of an image reference. `dev` has no
    /// base and is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let tag = text.split('@').next().unwrap_or(text);
        let tag = tag.rsplit_once('/').map_or(tag, |(_, name)| name);
        let tag = tag.rsplit_once(':').map_or(tag, |(_, tag)| tag);
        let tag = tag.strip_prefix('v').unwrap_or(tag);
        let end = tag.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(tag.len());
        let (base, tail) = tag.split_at_checked(end)?;
        if !(tail.is_empty() || tail.starts_with(['-', '+'])) {
            return None;
        }
        let mut parts = base.split('.').map(|p| p.parse::<u32>().ok());
        let (major, minor, patch) = (parts.next()??, parts.next()??, parts.next()??);
        parts.next().is_none().then(|| Self { major, minor, patch, tail: tail.to_owned() })
    }

    /// The numbers of the base tag.
    #[must_use]
    pub fn base(&self) -> (u32, u32, u32) {
        (self.major, self.minor, self.patch)
    }

    /// Whether the base tag is this one or a later one. Builds count as their base.
    #[must_use]
    pub fn at_least(&self, major: u32, minor: u32, patch: u32) -> bool {
        self.base() >= (major, minor, patch)
    }

    /// Whether two differ in their builds only.
    #[must_use]
    pub fn same_base(&self, other: &Self) -> bool {
        self.base() == other.base()
    }

    /// Whether it is a build between tags, not a release.
    #[must_use]
    pub fn is_dev(&self) -> bool {
        self.tail.starts_with('-')
    }

    fn stage(&self) -> Stage {
        match self.tail.strip_prefix('-') {
            None => Stage::Tag,
            Some(tail) if tail == "pre" || tail.starts_with("pre-") || tail.starts_with("pre.") => Stage::Before,
            Some(_) => Stage::After,
        }
    }

    /// Commits after the base tag, from a `-N-g<hash>` tail.
    fn commits(&self) -> u64 {
        let digits = self.tail.strip_prefix('-').and_then(|t| t.split('-').next());
        digits.and_then(|d| d.parse().ok()).unwrap_or(0)
    }
}

/// Whether a printed version is a development build: `dev`, or one with a git tail.
#[must_use]
pub fn is_dev(text: &str) -> bool {
    let text = text.trim();
    text == "dev" || text == "devel" || text == "(devel)" || Version::parse(text).is_some_and(|v| v.is_dev())
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |v: &Self| (v.base(), v.stage(), v.commits());
        key(self).cmp(&key(other)).then_with(|| self.tail.cmp(&other.tail))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}.{}{}", self.major, self.minor, self.patch, self.tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn parses() {
        assert_eq!(v("v0.25.2").base(), (0, 25, 2));
        assert_eq!(v("172.30.0.1:31000/githedgehog/dataplane:v0.20.2").base(), (0, 20, 2));
        assert_eq!(v("v0.94.3-4-gabc1234e-dev").tail, "-4-gabc1234e-dev");
        assert_eq!(v("v1.34.1+k3s1").to_string(), "v1.34.1+k3s1");
        for text in ["", "dev", "latest", "v1.2", "v1.2.3.4", "4.5.0_beta", "v1..2", "sha256:0123"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn orders() {
        let ascending =
            ["v0.9.10", "v0.25.1", "v0.25.2-pre-3", "v0.25.2", "v0.25.2-4-gabc1234", "v0.25.2-12-gabc1234", "v0.100.0"];
        for pair in ascending.windows(2) {
            assert!(v(pair[0]) < v(pair[1]), "{pair:?}");
        }
        assert!(v("v0.25.0-pre-1").at_least(0, 25, 0));
        assert!(!v("v0.24.9").at_least(0, 25, 0));
        assert!(v("v0.25.2").same_base(&v("v0.25.2-1-g00")));
    }

    #[test]
    fn development_builds() {
        for text in ["dev", "v0.25.2-4-gabc1234", "v0.25.2-dirty-20260101", "v0.25.2-pre-1"] {
            assert!(is_dev(text), "{text}");
        }
        for text in ["v0.25.2", "v1.34.1+k3s1", "", "4.5.0"] {
            assert!(!is_dev(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}") {
            let _ = (Version::parse(&text), is_dev(&text));
        }

        #[test]
        fn prints_what_it_reads(a in 0u32..999, b in 0u32..999, c in 0u32..999) {
            let text = format!("v{a}.{b}.{c}");
            proptest::prop_assert_eq!(v(&text).to_string(), text);
        }
    }
}
