//! What an expose block stands for: effective private and public addresses (gateway reference 11.2).

use std::sync::Arc;

use crate::model::gateway::{AgentVpc, Expose, Nat, PortForward, VpcInfoSpec};

use super::ports::{PortError, PortRange};
use super::prefix::{Prefix, Ranges};

/// How an expose block translates addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// No translation.
    Plain,
    /// One to one, stateless.
    Static,
    /// Source NAT, stateful.
    Masquerade,
    /// Destination NAT of ports, stateful.
    PortForward,
}

impl Mode {
    /// The mode of an expose block, or how many modes its `nat` names where that is not one.
    ///
    /// # Errors
    /// The number of modes named: 0, 2 or 3.
    pub fn of(expose: &Expose) -> Result<Self, usize> {
        let Some(nat) = &expose.nat else {
            return Ok(Self::Plain);
        };
        let Nat { masquerade, static_, port_forward, stateless, stateful } = nat;
        let static_ = static_.is_some() || stateless.is_some();
        let masquerade = masquerade.is_some() || stateful.is_some();
        match (static_, masquerade, port_forward.is_some()) {
            (true, false, false) => Ok(Self::Static),
            (false, true, false) => Ok(Self::Masquerade),
            (false, false, true) => Ok(Self::PortForward),
            (a, b, c) => Err([a, b, c].into_iter().filter(|set| *set).count()),
        }
    }

    /// Whether the gateway keeps flow state for it.
    #[must_use]
    pub fn is_stateful(self) -> bool {
        matches!(self, Self::Masquerade | Self::PortForward)
    }
}

/// What is known of a named subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subnet {
    /// Its prefix.
    Known(Prefix),
    /// It exists, its prefix cannot be parsed.
    Bad,
    /// The VPC is known and has no such subnet.
    Unknown,
    /// The VPC is not known: nothing can be said.
    NotCaptured,
}

/// Looks a subnet up in the VPC of a GatewayAgent's spec; `None` = the VPC is not there.
#[must_use]
pub fn agent_subnet(vpc: Option<&AgentVpc>, name: &str) -> Subnet {
    vpc.map_or(Subnet::NotCaptured, |v| subnet(v.subnets.get(name).map(|s| s.cidr.as_str())))
}

/// Looks a subnet up in a VPCInfo; `None` = the VPCInfo is not known.
#[must_use]
pub fn info_subnet(vpc: Option<&VpcInfoSpec>, name: &str) -> Subnet {
    vpc.map_or(Subnet::NotCaptured, |v| subnet(v.subnets.get(name).map(|s| s.cidr.as_str())))
}

pub(crate) fn subnet(cidr: Option<&str>) -> Subnet {
    cidr.map_or(Subnet::Unknown, |text| Prefix::parse(text).map_or(Subnet::Bad, Subnet::Known))
}

/// One prefix of an expose block with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The prefix; of a `vpcSubnet` the subnet's.
    pub prefix: Prefix,
    /// Index in `ips` or `as`.
    pub index: usize,
    /// `cidr`, `not` or `vpcSubnet`.
    pub field: &'static str,
}

/// The private (`ips`) or public (`as`) addresses of an expose block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses {
    /// `ips` or `as`.
    pub list: &'static str,
    /// What is named.
    pub entries: Vec<Entry>,
    /// What is excluded.
    pub nots: Vec<Entry>,
    /// What is left.
    pub effective: Ranges,
}

impl Addresses {
    fn new(list: &'static str, entries: Vec<Entry>, nots: Vec<Entry>) -> Self {
        let named: Ranges = entries.iter().map(|e| &e.prefix).collect();
        let excluded: Ranges = nots.iter().map(|e| &e.prefix).collect();
        Self { list, entries, nots, effective: named.minus(&excluded) }
    }

    /// The first entry that names this address.
    #[must_use]
    pub fn entry_at(&self, v4: bool, point: u128) -> Option<&Entry> {
        self.entries.iter().find(|e| e.prefix.holds(v4, point))
    }
}

/// One expose block, or one port rule of a port-forward block, with its addresses resolved.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// The side it stands on.
    pub vpc: &'a str,
    /// Index in `expose`.
    pub expose: usize,
    /// Index in `nat.portForward.ports`.
    pub rule: Option<usize>,
    /// Translation.
    pub mode: Mode,
    /// A default expose: all of IPv4, no addresses of its own.
    pub default: bool,
    /// Real addresses.
    pub private: Arc<Addresses>,
    /// Real ports; `None` = all.
    pub private_ports: Option<PortRange>,
    /// Addresses that the far side sees.
    pub public: Arc<Addresses>,
    /// Ports that the far side sees; `None` = all.
    pub public_ports: Option<PortRange>,
    /// Every entry could be resolved. Where not, sizes and emptiness mean nothing.
    pub complete: bool,
}

impl View<'_> {
    /// Field path below the peering's spec.
    #[must_use]
    pub fn route(&self, base: &[String]) -> Vec<String> {
        expose_route(base, self.vpc, self.expose)
    }

    /// Field path of one entry.
    #[must_use]
    pub fn entry_route(&self, base: &[String], addresses: &Addresses, entry: Option<&Entry>) -> Vec<String> {
        let mut path = self.route(base);
        match entry {
            Some(e) => path.extend(route![addresses.list, e.index, e.field]),
            None if !addresses.list.is_empty() => path.extend(route![addresses.list]),
            None => {}
        }
        path
    }

    /// Public addresses as the far side sees them: a default expose stands for all of IPv4.
    #[must_use]
    pub fn seen(&self) -> Ranges {
        if self.default { std::iter::once(&Prefix::everything_v4()).collect() } else { self.public.effective.clone() }
    }

    /// Field path of the port rule, or of the expose.
    #[must_use]
    pub fn rule_route(&self, base: &[String]) -> Vec<String> {
        let mut path = self.route(base);
        if let Some(rule) = self.rule {
            path.extend(route!["nat", "portForward", "ports", rule]);
        }
        path
    }
}

/// Field path of an expose block below a peering's spec.
#[must_use]
pub fn expose_route(base: &[String], vpc: &str, index: usize) -> Vec<String> {
    let mut path = base.to_vec();
    path.extend(route!["peering", vpc, "expose", index]);
    path
}

/// Something in an expose block that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// Field path below the expose block.
    pub tail: Vec<String>,
}

/// Kinds of faults of an expose block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Not a prefix.
    BadCidr(String),
    /// The VPC has no subnet of that name.
    UnknownSubnet(String),
    /// An entry of `ips` with no field set.
    EmptyIp,
    /// An entry of `as` with no field set.
    EmptyAs,
    /// `nat` names no mode.
    NoMode,
    /// `nat` names several modes.
    SeveralModes,
    /// A port-forward block without `ports`.
    NoPorts,
    /// A port rule without `port`.
    NoPort,
    /// A port rule without `as`.
    NoPublicPort,
    /// Not a port or range.
    BadPort(String, PortError),
    /// Not `tcp`, `udp` or absent.
    BadProto(String),
}

/// Resolves one expose block. A port-forward block gives one view per port rule; with more than one prefix on a
/// side (which the dataplane refuses) only the first rule is shown.
#[must_use]
pub fn resolve<'a>(
    vpc: &'a str,
    index: usize,
    expose: &'a Expose,
    subnets: &dyn Fn(&str) -> Subnet,
) -> (Vec<View<'a>>, Vec<Fault>) {
    let mut faults = Vec::new();
    let (private, known) = private(expose, subnets, &mut faults);
    let public = public(expose, &mut faults);
    let mode = match Mode::of(expose) {
        Ok(mode) => mode,
        Err(count) => {
            let kind = if count == 0 { FaultKind::NoMode } else { FaultKind::SeveralModes };
            faults.push(Fault { kind, tail: route!["nat"] });
            return (Vec::new(), faults);
        }
    };
    let complete = known && faults.is_empty();
    let private = Arc::new(private);
    let public = if mode == Mode::Plain { Arc::clone(&private) } else { Arc::new(public) };
    let mut view = View {
        vpc,
        expose: index,
        rule: None,
        mode,
        default: expose.default,
        private,
        private_ports: None,
        public,
        public_ports: None,
        complete,
    };
    let Some(forward) = expose.nat.as_ref().and_then(|n| n.port_forward.as_ref()) else {
        return (vec![view], faults);
    };
    let rules = port_rules(forward, &mut faults);
    if rules.is_empty() {
        view.complete = false;
        return (vec![view], faults);
    }
    let single = view.private.entries.len() <= 1 && view.public.entries.len() <= 1;
    let limit = if single { rules.len() } else { 1 };
    let views = rules.into_iter().take(limit).map(|(rule, port, seen)| View {
        rule: Some(rule),
        private_ports: Some(port),
        public_ports: Some(seen),
        ..view.clone()
    });
    (views.collect(), faults)
}

fn private(expose: &Expose, subnets: &dyn Fn(&str) -> Subnet, faults: &mut Vec<Fault>) -> (Addresses, bool) {
    let (mut entries, mut nots, mut known) = (Vec::new(), Vec::new(), true);
    for (index, ip) in expose.ips.iter().enumerate() {
        let mut fault = |kind, field: &str| {
            let mut tail = route!["ips", index];
            tail.extend((!field.is_empty()).then(|| field.to_owned()));
            faults.push(Fault { kind, tail });
        };
        if ip.cidr.is_empty() && ip.not.is_empty() && ip.vpc_subnet.is_empty() {
            fault(FaultKind::EmptyIp, "");
        }
        if !ip.vpc_subnet.is_empty() {
            match subnets(&ip.vpc_subnet) {
                Subnet::Known(prefix) => entries.push(Entry { prefix, index, field: "vpcSubnet" }),
                Subnet::Bad | Subnet::NotCaptured => known = false,
                Subnet::Unknown => fault(FaultKind::UnknownSubnet(ip.vpc_subnet.clone()), "vpcSubnet"),
            }
        }
        for (text, field, list) in [(&ip.cidr, "cidr", &mut entries), (&ip.not, "not", &mut nots)] {
            if !text.is_empty() {
                match Prefix::parse(text) {
                    Some(prefix) => list.push(Entry { prefix, index, field }),
                    None => fault(FaultKind::BadCidr(text.clone()), field),
                }
            }
        }
    }
    (Addresses::new("ips", entries, nots), known)
}

fn public(expose: &Expose, faults: &mut Vec<Fault>) -> Addresses {
    let (mut entries, mut nots) = (Vec::new(), Vec::new());
    for (index, ip) in expose.as_.iter().enumerate() {
        if ip.cidr.is_empty() && ip.not.is_empty() {
            faults.push(Fault { kind: FaultKind::EmptyAs, tail: route!["as", index] });
        }
        for (text, field, list) in [(&ip.cidr, "cidr", &mut entries), (&ip.not, "not", &mut nots)] {
            if !text.is_empty() {
                match Prefix::parse(text) {
                    Some(prefix) => list.push(Entry { prefix, index, field }),
                    None => {
                        faults.push(Fault { kind: FaultKind::BadCidr(text.clone()), tail: route!["as", index, field] })
                    }
                }
            }
        }
    }
    Addresses::new("as", entries, nots)
}

/// The readable port rules: index, real and public ports.
fn port_rules(forward: &PortForward, faults: &mut Vec<Fault>) -> Vec<(usize, PortRange, PortRange)> {
    let mut rules = Vec::new();
    if forward.ports.is_empty() {
        faults.push(Fault { kind: FaultKind::NoPorts, tail: route!["nat", "portForward"] });
    }
    for (index, rule) in forward.ports.iter().enumerate() {
        let mut fault = |kind, field: &str| {
            faults.push(Fault { kind, tail: route!["nat", "portForward", "ports", index, field] });
        };
        if !matches!(rule.proto.as_str(), "" | "tcp" | "udp") {
            fault(FaultKind::BadProto(rule.proto.clone()), "proto");
        }
        let mut read = |text: &str, field: &str, missing: FaultKind| match PortRange::parse(text) {
            Ok(range) => Some(range),
            Err(PortError::Empty) => {
                fault(missing, field);
                None
            }
            Err(error) => {
                fault(FaultKind::BadPort(text.to_owned(), error), field);
                None
            }
        };
        let port = read(&rule.port, "port", FaultKind::NoPort);
        let seen = read(&rule.as_, "as", FaultKind::NoPublicPort);
        if let (Some(port), Some(seen)) = (port, seen) {
            rules.push((index, port, seen));
        }
    }
    rules
}

#[cfg(test)]
mod tests;
