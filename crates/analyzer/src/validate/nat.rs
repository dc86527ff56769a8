//! Facts about translation that no check refuses (gateway reference 2.9 and 8.5). Routes are relative to the
//! GatewayPeering's spec.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::gateway::{Expose, PeeringSpec};
use crate::model::parse_duration;

use super::expose::{Mode, Subnet, View, expose_route, resolve};
use super::overlap;
use super::prefix::Ranges;

/// Ports of one public address that masquerade may use, per protocol and destination VPC (1024…65535).
pub const PORTS_PER_ADDRESS: u128 = 64_512;

/// Private addresses per public one above which a pool is small: less than about 16 flows per host.
pub const SMALL_POOL_RATIO: u128 = 4096;

/// A masquerade pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// The masqueraded side.
    pub vpc: String,
    /// Index in its `expose`.
    pub expose: usize,
    /// Private addresses; `None` where a subnet is not known.
    pub private: Option<u128>,
    /// Public addresses.
    pub public: u128,
    /// Concurrent flows per protocol that the pool holds at most: public addresses × 64 512.
    pub flows: u128,
    /// Field path of `as`.
    pub route: Vec<String>,
}

impl Pool {
    /// GW-NAT-SMALLPOOL: too many private addresses per public one.
    #[must_use]
    pub fn is_small(&self) -> bool {
        self.private.is_some_and(|private| private > self.public.saturating_mul(SMALL_POOL_RATIO))
    }
}

/// The masquerade pools of a peering; `subnets` resolves (VPC, subnet name). Pools without public addresses or
/// with something unreadable are left out.
#[must_use]
pub fn pools(spec: &PeeringSpec, subnets: &dyn Fn(&str, &str) -> Subnet) -> Vec<Pool> {
    let mut pools = Vec::new();
    for (vpc, view) in masqueraded(spec, subnets) {
        let public = view.public.effective.size();
        if public == 0 {
            continue;
        }
        let mut route = view.route(&[]);
        route.push("as".to_owned());
        pools.push(Pool {
            vpc: vpc.to_owned(),
            expose: view.expose,
            private: view.complete.then(|| view.private.effective.size()),
            public,
            flows: public.saturating_mul(PORTS_PER_ADDRESS),
            route,
        });
    }
    pools
}

fn masqueraded<'a>(spec: &'a PeeringSpec, subnets: &dyn Fn(&str, &str) -> Subnet) -> Vec<(&'a str, View<'a>)> {
    let mut found = Vec::new();
    for (vpc, side) in &spec.peering {
        for (index, expose) in side.expose.iter().enumerate() {
            let (views, faults) = resolve(vpc, index, expose, &|name| subnets(vpc, name));
            if faults.is_empty() {
                found.extend(views.into_iter().filter(|v| v.mode == Mode::Masquerade).map(|v| (vpc.as_str(), v)));
            }
        }
    }
    found
}

/// Two VPCs masqueraded to overlapping addresses towards one VPC (GW-NAT-SHAREDPOOL).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedPool {
    /// The VPC that sees both.
    pub vpc: String,
    /// The two peerings, in name order.
    pub peerings: (String, String),
    /// Their masqueraded sides.
    pub far: (String, String),
    /// The overlapping public prefixes.
    pub prefixes: (String, String),
    /// Field paths of the two prefixes, each inside its peering's spec.
    pub routes: (Vec<String>, Vec<String>),
}

/// Finds pools that two far VPCs of one VPC share: one result per pair of peerings and VPC. One VPC masqueraded
/// to the same range towards different peers is none.
#[must_use]
pub fn shared_pools<'a>(peerings: impl IntoIterator<Item = (&'a str, &'a PeeringSpec)>) -> Vec<SharedPool> {
    let mut seen: BTreeMap<&str, Vec<(&str, &str, View<'_>)>> = BTreeMap::new();
    for (name, spec) in peerings {
        if spec.peering.len() != 2 {
            continue;
        }
        for (far, view) in masqueraded(spec, &|_, _| Subnet::NotCaptured) {
            if let Some(near) = spec.peering.keys().find(|k| *k != far) {
                seen.entry(near).or_default().push((name, far, view));
            }
        }
    }
    let mut shared = Vec::new();
    for (vpc, mut list) in seen {
        list.sort_by(|a, b| (a.0, a.2.expose).cmp(&(b.0, b.2.expose)));
        let sets: Vec<&Ranges> = list.iter().map(|(_, _, v)| &v.public.effective).collect();
        let relevant = |i: usize, j: usize| match (list.get(i), list.get(j)) {
            (Some(a), Some(b)) => a.0 != b.0 && a.1 != b.1,
            _ => false,
        };
        let mut told = BTreeSet::new();
        for ((i, j), (v4, point)) in overlap::pairs(&sets, relevant) {
            let (Some((a, far_a, view_a)), Some((b, far_b, view_b))) = (list.get(i), list.get(j)) else { continue };
            if !told.insert((*a, *b)) {
                continue;
            }
            let (left, right) = (view_a.public.entry_at(v4, point), view_b.public.entry_at(v4, point));
            shared.push(SharedPool {
                vpc: vpc.to_owned(),
                peerings: ((*a).to_owned(), (*b).to_owned()),
                far: ((*far_a).to_owned(), (*far_b).to_owned()),
                prefixes: (
                    left.map(|e| e.prefix.to_string()).unwrap_or_default(),
                    right.map(|e| e.prefix.to_string()).unwrap_or_default(),
                ),
                routes: (view_a.entry_route(&[], &view_a.public, left), view_b.entry_route(&[], &view_b.public, right)),
            });
        }
    }
    shared
}

/// How long an established flow may be idle, in classes (GW-NAT-IDLE).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Idle {
    /// Not a Go duration.
    Unreadable,
    /// 0, negative or below a second: the dataplane cuts fractions, so it takes it as 0.
    Zero,
    /// Below 10 s.
    Short,
    /// Up to the default of 2 min.
    Default,
    /// More than 2 min.
    Long,
    /// No value: the dataplane's own defaults apply (masquerade 2 min, port forwarding TCP 30 min, UDP 30 s).
    Absent,
}

/// Classifies an idle timeout. An absent key is not `0s`.
#[must_use]
pub fn idle(value: Option<&str>) -> Idle {
    const SECOND: i128 = 1_000_000_000;
    let Some(text) = value.filter(|t| !t.trim().is_empty()) else {
        return Idle::Absent;
    };
    match parse_duration(text) {
        None => Idle::Unreadable,
        Some(n) if n < SECOND => Idle::Zero,
        Some(n) if n < 10 * SECOND => Idle::Short,
        Some(n) if n <= 120 * SECOND => Idle::Default,
        Some(_) => Idle::Long,
    }
}

/// The idle timeout of one stateful expose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdleTimeout {
    /// The side.
    pub vpc: String,
    /// Index in its `expose`.
    pub expose: usize,
    /// Masquerade or port forwarding.
    pub mode: Mode,
    /// Its text, where there is one.
    pub value: Option<String>,
    /// Its class.
    pub class: Idle,
    /// Field path of the value, or of the mode where it is absent.
    pub route: Vec<String>,
}

/// The idle timeouts of a peering.
#[must_use]
pub fn idle_timeouts(spec: &PeeringSpec) -> Vec<IdleTimeout> {
    let mut found = Vec::new();
    for (vpc, side) in &spec.peering {
        for (index, expose) in side.expose.iter().enumerate() {
            let Some(nat) = &expose.nat else { continue };
            let masquerade = nat.masquerade.as_ref().map(|m| (Mode::Masquerade, "masquerade", &m.idle_timeout));
            let forward = nat.port_forward.as_ref().map(|p| (Mode::PortForward, "portForward", &p.idle_timeout));
            for (mode, key, value) in masquerade.into_iter().chain(forward) {
                let mut route = expose_route(&[], vpc, index);
                route.extend(route!["nat", key]);
                route.extend(value.as_ref().map(|_| "idleTimeout".to_owned()));
                found.push(IdleTimeout {
                    vpc: vpc.clone(),
                    expose: index,
                    mode,
                    value: value.clone(),
                    class: idle(value.as_deref()),
                    route,
                });
            }
        }
    }
    found
}

/// Whether one side of a peering may open connections to the other (GW-NAT-DIRECTION).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Initiate {
    /// Yes, from and to at least some addresses.
    Yes,
    /// No: the far side is only masqueraded.
    FarMasqueraded,
    /// No: the near side is only port-forwarded.
    NearPortForwarded,
    /// No side, no expose, or an unreadable translation: cannot tell.
    Unknown,
}

/// Whether side `from` of a peering may open connections to the other side.
#[must_use]
pub fn may_initiate(spec: &PeeringSpec, from: &str) -> Initiate {
    let near = spec.peering.get(from);
    let far = spec.peering.iter().find(|(vpc, _)| *vpc != from).map(|(_, side)| side);
    let (Some(near), Some(far)) = (near, far) else {
        return Initiate::Unknown;
    };
    if spec.peering.len() != 2 || near.expose.is_empty() || far.expose.is_empty() {
        return Initiate::Unknown;
    }
    let any = |blocks: &[Expose], barred: Mode| {
        let mut modes = blocks.iter().map(Mode::of);
        modes.any(|mode| mode != Ok(barred))
    };
    let readable = near.expose.iter().chain(&far.expose).all(|e| Mode::of(e).is_ok());
    match (any(&far.expose, Mode::Masquerade), any(&near.expose, Mode::PortForward)) {
        (false, _) => Initiate::FarMasqueraded,
        (_, false) => Initiate::NearPortForwarded,
        _ if readable => Initiate::Yes,
        _ => Initiate::Unknown,
    }
}

#[cfg(test)]
mod tests;
