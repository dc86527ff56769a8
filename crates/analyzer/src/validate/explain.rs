//! Reads the dataplane's error texts: which rule of gateway reference 3.2 or 3.3 they are, and what they name.

mod rows;

use super::prefix::Prefix;

use rows::ROWS;

/// What an error text means.
#[derive(Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Row of gateway reference 3.2 (`C:<name>`) or 3.3 (`D18`).
    pub id: &'static str,
    /// Other rows that print the same text, or state the same fact one step earlier.
    pub also: &'static [&'static str],
    /// One plain sentence.
    pub meaning: &'static str,
    /// What to change.
    pub fix: &'static str,
}

impl Explanation {
    /// Whether a violation of this row can print the text.
    #[must_use]
    pub fn covers(&self, id: &str) -> bool {
        self.id == id || self.also.contains(&id)
    }
}

/// Kinds of names in an error text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A gateway group.
    Group,
    /// A VPC.
    Vpc,
    /// A peering.
    Peering,
    /// An access list rule.
    Rule,
    /// An interface of the gateway's node.
    Interface,
    /// An IP prefix.
    Prefix,
    /// A single IP address.
    Address,
    /// The rank of a group member.
    Rank,
}

/// Words that wrap an error once or more; class words stay, because some rows begin with the same word.
const WRAPPERS: [&str; 4] =
    ["Failure applying config: ", "Failed to convert K8sGatewayAgent to ExternalConfig: ", "dp-validator: ", "Error: "];

/// Prefix of each class of conversion errors (gateway reference 3.2).
const CLASSES: [&str; 6] = [
    "k8s infra: ",
    "Missing required data: ",
    "Not allowed: ",
    "Internal failure: ",
    "Configuration error: ",
    "Invalid ",
];

/// Cuts the log's wrapper words off an error: `Failed to apply the config for genid N: `, `Failure applying
/// config: ` (once or twice), `Failed to convert …: `.
#[must_use]
pub fn inner_error(text: &str) -> &str {
    let mut rest = text.trim();
    loop {
        let before = rest;
        for wrapper in WRAPPERS {
            rest = rest.strip_prefix(wrapper).unwrap_or(rest);
        }
        for start in ["Failed to apply the config for genid ", "Failed to apply the config for generation "] {
            if let Some((number, tail)) = rest.strip_prefix(start).and_then(|t| t.split_once(": "))
                && !number.is_empty()
                && number.bytes().all(|b| b.is_ascii_digit())
            {
                rest = tail;
            }
        }
        rest = rest.trim();
        if rest == before {
            return rest;
        }
    }
}

/// The row of an inner error text, with or without wrapper and class words.
#[must_use]
pub fn explain(inner_error_text: &str) -> Option<&'static Explanation> {
    let text = inner_error(inner_error_text);
    row_of(text).or_else(|| {
        let mut rest = text;
        for class in CLASSES {
            rest = rest.strip_prefix(class).unwrap_or(rest);
        }
        if rest == text { None } else { row_of(rest) }
    })
}

fn row_of(text: &str) -> Option<&'static Explanation> {
    ROWS.iter().find(|(pattern, _)| fits(pattern, text)).map(|(_, row)| row)
}

/// Whether `text` begins with the first part of `pattern` and holds the others after it, in order.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('…');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    for part in parts {
        match rest.find(part).and_then(|at| rest.get(at + part.len()..)) {
            Some(tail) => rest = tail,
            None => return false,
        }
    }
    true
}

/// Words before a name, and what the name is then. The longest that fits wins.
const INTRODUCTIONS: [(&str, ObjectKind); 16] = [
    ("non-existent group", ObjectKind::Group),
    ("gateway group member address", ObjectKind::Address),
    ("for gateway group:", ObjectKind::Group),
    ("Duplicated gateway group", ObjectKind::Group),
    ("non-existent VPC", ObjectKind::Vpc),
    ("unknown VPC", ObjectKind::Vpc),
    ("Cannot add vpc", ObjectKind::Vpc),
    ("Vpc", ObjectKind::Vpc),
    ("VPC", ObjectKind::Vpc),
    ("with peer", ObjectKind::Vpc),
    ("Peering", ObjectKind::Peering),
    ("peering", ObjectKind::Peering),
    ("rule name:", ObjectKind::Rule),
    ("Rule", ObjectKind::Rule),
    ("rule", ObjectKind::Rule),
    ("interface", ObjectKind::Interface),
];

/// Words that follow an introduction without being a name.
const NOT_NAMES: [&str; 24] = [
    "peering",
    "object",
    "objects",
    "prefixes",
    "subnet",
    "CIDR",
    "must",
    "reference",
    "in",
    "with",
    "name",
    "Id",
    "for",
    "between",
    "from",
    "to",
    "and",
    "is",
    "has",
    "member",
    "address",
    "peers",
    "reconciliation",
    "exposed",
];

/// The objects an error text names, in the order of the text: quoted or bare names behind `group`, `VPC`,
/// `peering`, `rule`, `interface`, and everything that is a prefix or an address.
#[must_use]
pub fn named_objects(inner_error_text: &str) -> Vec<(ObjectKind, String)> {
    let text = inner_error(inner_error_text);
    let mut found: Vec<(usize, ObjectKind, String)> = Vec::new();
    for (at, _) in text.char_indices().filter(|&(at, _)| is_word_start(text, at)) {
        let Some(here) = text.get(at..) else { continue };
        let hit = INTRODUCTIONS
            .iter()
            .filter(|(words, _)| here.starts_with(words))
            .max_by_key(|(words, _)| words.len())
            .and_then(|(words, kind)| here.get(words.len()..).map(|rest| (*kind, rest)));
        if let Some((kind, name)) = hit.and_then(|(kind, rest)| name(rest).map(|n| (kind, n))) {
            found.push((at, kind, name.to_owned()));
        }
        let token = here.split(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '/'))).next();
        let token = token.unwrap_or_default().trim_end_matches(['.', ':']);
        if Prefix::parse(token).is_some() {
            found.push((at, ObjectKind::Prefix, token.to_owned()));
        } else if token.parse::<std::net::IpAddr>().is_ok() {
            found.push((at, ObjectKind::Address, token.to_owned()));
        }
        if let Some(rank) = here.strip_prefix("rank ") {
            let digits: String = rank.chars().take_while(char::is_ascii_digit).collect();
            if !digits.is_empty() {
                found.push((at, ObjectKind::Rank, digits));
            }
        }
    }
    let mut objects: Vec<(ObjectKind, String)> = Vec::new();
    for (_, kind, name) in found {
        if objects.len() < 64 && !objects.contains(&(kind, name.clone())) {
            objects.push((kind, name));
        }
    }
    objects
}

fn is_word_start(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|t| t.chars().next_back());
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '/');
    before.is_none_or(|c| !part(c)) && text.get(at..).is_some_and(|t| t.starts_with(|c: char| part(c) || c == '\''))
}

/// The name that follows an introduction: quoted, or one bare word.
fn name(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix(' ')?;
    let rest = rest.strip_prefix("with name/id ").unwrap_or(rest);
    if let Some(quoted) = rest.strip_prefix('\'') {
        return quoted.split_once('\'').map(|(name, _)| name).filter(|n| !n.is_empty());
    }
    let bare = rest.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | '\'')).next()?;
    let bare = bare.trim_end_matches([':', '.']);
    let fits = !bare.is_empty()
        && bare.starts_with(|c: char| c.is_ascii_alphanumeric())
        && bare.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
        && !NOT_NAMES.contains(&bare);
    fits.then_some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> &'static str {
        explain(text).map_or("none", |row| row.id)
    }

    #[test]
    fn rows_of_log_lines() {
        for (text, expected) in [
            (
                "Failed to apply the config for genid 11: Failure applying config: VPC prefixes overlap: 10.0.0.0/24 and 10.0.0.0/25",
                "D18",
            ),
            (
                "Failure applying config: Failure applying config: Interface reconciliation not achieved after 300 passes",
                "D24",
            ),
            ("Interface reconciliation not achieved after 300 passes", "D24"),
            (
                "Failed to convert K8sGatewayAgent to ExternalConfig: Missing required data: Gateway ASN not specified",
                "C:missing-asn",
            ),
            (
                "Failed to apply the config for generation 3: Forbidden: Multiple default destinations exposed to VPC",
                "D19",
            ),
            ("dp-validator: A VPC peering object refers to non-existent group 'edge'", "D21"),
            ("Invalid configuration: Default expose cannot have ips/nots or nat configuration", "D7"),
            ("Invalid VTEP MAC 00", "C:bad-vtep-mac"),
            ("No BGP community exists for rank 3", "D1"),
            ("Internal error: Unable to find kernel interface 'enp2s9'", "D24"),
            ("Invalid port mapping: the length of ranges 80-90 and 80 differ", "D25"),
            ("VPC app peers more than once with peer store", "D3"),
        ] {
            assert_eq!(id(text), expected, "{text}");
        }
        for text in ["", "no such text", "connection refused", "VPC app is fine", "Invalid"] {
            assert_eq!(id(text), "none", "{text}");
        }
    }

    #[test]
    fn names() {
        let objects = |text: &str| {
            named_objects(text).into_iter().map(|(kind, name)| format!("{kind:?} {name}")).collect::<Vec<_>>()
        };
        assert_eq!(objects("A VPC peering object refers to non-existent group 'edge'"), ["Group edge"]);
        assert_eq!(objects("peering 'app--store': unknown VPC 'ext.isp-1'"), ["Peering app--store", "Vpc ext.isp-1"]);
        assert_eq!(
            objects("Failure applying config: VPC prefixes overlap: 10.0.0.0/24 and 10.0.0.0/25"),
            ["Prefix 10.0.0.0/24", "Prefix 10.0.0.0/25"]
        );
        assert_eq!(objects("VPC app peers more than once with peer store"), ["Vpc app", "Vpc store"]);
        assert_eq!(objects("Peering app--store is not mapped to any gateway group"), ["Peering app--store"]);
        assert_eq!(objects("No BGP community exists for rank 2"), ["Rank 2"]);
        assert_eq!(objects("Duplicated gateway group member address 172.30.12.2"), ["Address 172.30.12.2"]);
        assert_eq!(objects("Internal error: Unable to find kernel interface 'enp2s9'"), ["Interface enp2s9"]);
        assert_eq!(
            objects("Prefix 2001:db8::/32 overlaps a special-use/reserved range (::/8)"),
            ["Prefix 2001:db8::/32", "Prefix ::/8"]
        );
        assert!(objects("Manifest cannot have multiple default exposes").is_empty());
    }

    #[test]
    fn every_row_has_words() {
        for (pattern, row) in ROWS {
            assert!(!pattern.is_empty() && !row.meaning.is_empty() && !row.fix.is_empty(), "{pattern}");
            assert_eq!(explain(pattern).map(|r| r.id), Some(row.id), "{pattern} is hidden by an earlier row");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,120}") {
            let _ = (explain(&text), named_objects(&text), inner_error(&text));
        }
    }
}
