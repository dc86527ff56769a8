//! What the rules of this area share: who is attached where, and names and keys of it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use crate::facts::{Context, FabricLink, Form, Kind, Object, Topology, VPCAttachment};
use crate::finding::Key;
use crate::validate::prefix::Prefix;

/// True if the object is there as a whole: not a row of a table, nor (in a cut dump) one that may end anywhere. Dumps
/// write `status` behind `spec`.
pub(super) fn is_whole<K: Kind>(cx: &Context<'_>, object: &Object<K>) -> bool {
    object.raw.form == Form::Full && !(cx.truncated() && object.at(&["status"]).is_none())
}

/// True if the object waits for its deletion.
pub(super) fn is_leaving<K: Kind>(object: &Object<K>) -> bool {
    object.meta.deletion_timestamp.is_some()
}

/// True if the object is known to be younger than `seconds`.
pub(super) fn is_young<K: Kind>(cx: &Context<'_>, object: &Object<K>, seconds: i64) -> bool {
    cx.object_age(object).is_some_and(|age| !age.over(seconds))
}

/// An empty name stands for `default`.
pub(super) fn or_default(name: &str) -> &str {
    if name.is_empty() { "default" } else { name }
}

/// The first of a list, and how many more: `a, b, c and 4 more`.
pub(super) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let shown: Vec<&str> = names.iter().take(6).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// An IPv4 address as a number.
pub(super) fn address(text: &str) -> Option<u32> {
    text.trim().parse::<Ipv4Addr>().ok().map(u32::from)
}

/// An IPv4 prefix.
pub(super) fn prefix(text: &str) -> Option<Prefix> {
    Prefix::parse(text.trim()).filter(Prefix::is_v4)
}

/// The links of the Connections, by Connection.
pub(super) struct Wiring<'b> {
    /// All links.
    pub(super) topology: Topology<'b>,
    by_connection: BTreeMap<&'b str, Vec<usize>>,
}

impl<'b> Wiring<'b> {
    pub(super) fn new(cx: &Context<'b>) -> Self {
        let topology = cx.topology();
        let mut by_connection: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, link) in topology.links.iter().enumerate() {
            by_connection.entry(link.connection).or_default().push(index);
        }
        Self { topology, by_connection }
    }

    /// Links of a Connection.
    pub(super) fn links<'w>(&'w self, connection: &str) -> impl Iterator<Item = &'w FabricLink<'b>> + use<'w, 'b> {
        let indices = self.by_connection.get(connection);
        indices.into_iter().flatten().filter_map(|index| self.topology.links.get(*index))
    }

    /// Switches of a Connection.
    pub(super) fn switches(&self, connection: &str) -> BTreeSet<&'b str> {
        self.links(connection).flat_map(FabricLink::switch_ends).map(|end| end.device).collect()
    }

    /// The server of a Connection.
    pub(super) fn server(&self, connection: &str) -> Option<&'b str> {
        self.links(connection).flat_map(FabricLink::ends).find(|end| end.key == "server").map(|end| end.device)
    }

    /// Join keys of an attachment: itself, its Connection, the VPC; without the switches.
    pub(super) fn attachment_keys(attachment: &Object<VPCAttachment>) -> Vec<Key> {
        let spec = &attachment.spec;
        let mut keys = vec![Key::Attachment(attachment.meta.name.clone()), Key::Connection(spec.connection.clone())];
        if let Some((vpc, _)) = spec.vpc_subnet() {
            keys.push(Key::Vpc(vpc.into()));
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        assert_eq!(listed(&["a", "b"]), "a, b");
        assert_eq!(listed(&["a"; 8]), "a, a, a, a, a, a and 2 more");
        assert_eq!(address("10.0.0.1"), Some(0x0a00_0001));
        assert_eq!(address("10.0.0.1/24"), None);
        assert!(prefix("10.0.0.0/24").is_some() && prefix("fd00::/8").is_none());
        assert_eq!((or_default(""), or_default("edge")), ("default", "edge"));
    }
}
