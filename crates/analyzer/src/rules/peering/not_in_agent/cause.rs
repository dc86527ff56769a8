//! Why the controller leaves a peering out.

use super::super::controller::Lines;
use crate::facts::{Context, External, GatewayPeering, Object, VPC, VPCInfo, external_of};
use crate::finding::Evidence;
use crate::parse::log::literals::controller;

/// Why.
pub(super) enum Cause {
    /// A side has no VPCInfo: what is known of it.
    Side(Side),
    /// A VPCInfo without an id keeps every agent as it is.
    NotReady(String, Evidence),
    /// Nothing in the capture says.
    Unknown,
}

/// A side of a peering that is no VPC to the gateways.
pub(super) struct Side {
    /// The key in the peering.
    pub(super) key: String,
    /// What it probably should be.
    pub(super) meant: Option<Meant>,
    /// Proof that there is none.
    pub(super) evidence: Vec<Evidence>,
}

/// What a key probably should be.
pub(super) enum Meant {
    /// An External of that name, whose key is `ext.<name>`.
    External(String),
    /// A name that differs in a letter or two.
    Similar(String),
    /// The VPC (or External) is there, only its VPCInfo is missing.
    Unsynced,
}

/// Finds the cause.
pub(super) fn of(cx: &Context<'_>, peering: &Object<GatewayPeering>) -> Cause {
    if let Some(side) = peering.spec.peering.keys().find_map(|key| side(cx, peering, key)) {
        return Cause::Side(side);
    }
    let not_ready = cx
        .list::<VPCInfo>()
        .iter()
        .find(|info| info.status.internal_id.is_empty() && !(cx.truncated() && info.at(&["status"]).is_none()));
    match not_ready {
        Some(info) => {
            let evidence = info.key_evidence(&["status"], "no internalID: the controller waits for it");
            Cause::NotReady(info.meta.name.clone(), evidence.field("status.internalID"))
        }
        None => Cause::Unknown,
    }
}

/// The side, if there is certainly no VPCInfo for it: none in a complete listing, or the controller says so.
fn side(cx: &Context<'_>, peering: &Object<GatewayPeering>, key: &str) -> Option<Side> {
    if cx.find::<VPCInfo>(key).is_some() {
        return None;
    }
    let fields = [("peering", peering.name()), ("vpc", key)];
    let skipped = Lines::current(cx, &controller::PEERED_VPC_MISSING, &fields)
        .and_then(|lines| lines.evidence("the controller leaves the peering out"));
    if skipped.is_none() && !cx.complete::<VPCInfo>() {
        return None;
    }
    let mut evidence = vec![peering.key_evidence(&["spec", "peering", key], format!("{key} has no VPCInfo"))];
    evidence.extend(skipped);
    let meant = meant(cx, key);
    if let Some(Meant::External(name)) = &meant
        && let Some(info) = cx.find::<VPCInfo>(&format!("ext.{name}"))
    {
        evidence.push(info.name_evidence("the VPCInfo of the external"));
    }
    Some(Side { key: key.to_owned(), meant, evidence })
}

fn meant(cx: &Context<'_>, key: &str) -> Option<Meant> {
    let external = format!("ext.{key}");
    let exists = match external_of(key) {
        Some(name) => cx.find::<External>(name).is_some(),
        None => cx.find::<VPC>(key).is_some(),
    };
    if exists {
        return Some(Meant::Unsynced);
    }
    if cx.find::<VPCInfo>(&external).is_some() || cx.find::<External>(key).is_some() {
        return Some(Meant::External(key.to_owned()));
    }
    let names = cx.list::<VPCInfo>().iter().map(Object::name);
    names.filter(|name| is_similar(name, key)).min().map(|name| Meant::Similar(name.to_owned()))
}

/// True for two names of at least four letters that one change, or the exchange of two neighbours, makes equal.
fn is_similar(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().min(b.len()) < 4 || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let front = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let rest = |text: &[char]| text.get(front..).map(<[char]>::to_vec).unwrap_or_default();
    let (mut a, mut b) = (rest(&a), rest(&b));
    while let (Some(x), Some(y)) = (a.last(), b.last())
        && x == y
    {
        a.pop();
        b.pop();
    }
    match (a.as_slice(), b.as_slice()) {
        ([], [_]) | ([_], []) => true,
        // Another digit is another VPC, not a slip.
        ([x], [y]) => !(x.is_ascii_digit() && y.is_ascii_digit()),
        ([x, y], [z, w]) => x == w && y == z,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_similar;

    #[test]
    fn slips() {
        for (a, b) in [("store", "stroe"), ("store", "stor"), ("ext.isp-1", "ext.isp1"), ("store", "stora")] {
            assert!(is_similar(a, b), "{a} {b}");
        }
        for (a, b) in [("store", "store"), ("vpc-01", "vpc-02"), ("app", "ap"), ("store", "front")] {
            assert!(!is_similar(a, b), "{a} {b}");
        }
    }
}
