//! What an access list does, beyond what the dataplane refuses (gateway reference 2.10 and 8.5). Routes are
//! relative to the GatewayPeering's spec.

use std::collections::BTreeMap;

use crate::model::gateway::{Acl, AclEndpoint, AclRule, PeeringSpec};

use super::Violation;
use super::dataplane::{Peering, Side, scope_violations};
use super::expose::{self, Mode, Subnet};
use super::ports::PortRange;
use super::prefix::{Prefix, Ranges};

/// Comparisons of match entries per list before the search stops: a bound on hostile lists.
const BUDGET: usize = 200_000;

/// A rule that another one spoils, or that lacks another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFact {
    /// Index in `acl.rules`.
    pub rule: usize,
    /// Name of the rule, or `#index`.
    pub label: String,
    /// Source side.
    pub from: String,
    /// Destination side.
    pub to: String,
    /// Field path of the rule.
    pub route: Vec<String>,
    /// Field path of the rule that spoils it.
    pub related_route: Option<Vec<String>>,
}

/// The name of a rule, or `#index`.
#[must_use]
pub fn label(rule: &AclRule, index: usize) -> String {
    if rule.name.is_empty() { format!("#{index}") } else { rule.name.clone() }
}

/// Source and destination side of a rule: a missing one is the other side. `None` where it does not lead from
/// one of the sides to the other.
#[must_use]
pub fn direction<'a>(rule: &AclRule, a: &'a str, b: &'a str) -> Option<(&'a str, &'a str)> {
    let (from, to) = (rule.from.as_str(), rule.to.as_str());
    let is = |text: &str, side: &str| text.is_empty() || text == side;
    match (from.is_empty() && to.is_empty(), is(from, a) && is(to, b), is(from, b) && is(to, a)) {
        (true, _, _) => None,
        (_, true, _) => Some((a, b)),
        (_, _, true) => Some((b, a)),
        _ => None,
    }
}

/// GW-ACL-DENYALL: the route of the access list where it denies by default and allows nothing.
#[must_use]
pub fn denies_all(spec: &PeeringSpec) -> Option<Vec<String>> {
    let acl = spec.acl.as_ref()?;
    let denies = acl.default == "deny" && !acl.rules.iter().any(|r| r.action == "allow");
    denies.then(|| route!["acl", "default"])
}

/// GW-ACL-NOREPLY: under `default: deny`, the allow rules with scope packet whose replies no allow rule of the
/// other direction covers. Addresses are compared only where no side translates.
#[must_use]
pub fn without_reply(spec: &PeeringSpec, subnets: &dyn Fn(&str, &str) -> Subnet) -> Vec<RuleFact> {
    let Some((acl, rules)) = compile(spec, subnets) else {
        return Vec::new();
    };
    if acl.default != "deny" {
        return Vec::new();
    }
    let plain = spec.peering.values().flat_map(|s| &s.expose).all(|e| Mode::of(e) == Ok(Mode::Plain));
    let mut budget = BUDGET;
    let mut facts = Vec::new();
    for rule in rules.iter().filter(|r| r.allow && r.packet) {
        let opposite = |r: &&Rule<'_>| r.allow && r.from == rule.to && r.to == rule.from;
        let replies: Vec<&Rule<'_>> = rules.iter().filter(opposite).collect();
        // A rule that lets the replies of a narrower one through is there for them, however broad it is.
        let is_reply = |budget: &mut usize| {
            let mut asks = replies.iter().filter(|ask| ask.is_narrower(rule));
            asks.any(|ask| replied(ask, &[rule], plain, budget))
        };
        if !replied(rule, &replies, plain, &mut budget) && !is_reply(&mut budget) {
            facts.push(rule.fact(None));
        }
    }
    facts
}

/// Whether the rules of the other direction together cover the mirror of each tuple of `rule`.
fn replied(rule: &Rule<'_>, replies: &[&Rule<'_>], addresses: bool, budget: &mut usize) -> bool {
    let within = |all: &[&Option<Ranges>], wanted: &Option<Ranges>| match wanted {
        _ if all.iter().any(|a| a.is_none()) => true,
        None => false,
        Some(wanted) => Ranges::union(all.iter().filter_map(|a| a.as_ref())).covers(wanted),
    };
    rule.tuples().all(|(src, dst)| {
        let (mut sources, mut targets) = (Vec::new(), Vec::new());
        for reply in replies.iter().filter(|r| r.covers_proto(rule)) {
            for (s, d) in reply.tuples() {
                // Out of budget nothing is claimed.
                let Some(left) = budget.checked_sub(1) else {
                    return true;
                };
                *budget = left;
                if s.covers_ports(dst) && d.covers_ports(src) {
                    sources.push(&s.addresses);
                    targets.push(&d.addresses);
                }
            }
        }
        let fits = !addresses || (within(&sources, &dst.addresses) && within(&targets, &src.addresses));
        !sources.is_empty() && fits
    })
}

/// GW-ACL-SHADOW: rules that no packet reaches, because an earlier rule of the same direction matches everything
/// they match.
#[must_use]
pub fn shadowed(spec: &PeeringSpec, subnets: &dyn Fn(&str, &str) -> Subnet) -> Vec<RuleFact> {
    let Some((_, rules)) = compile(spec, subnets) else {
        return Vec::new();
    };
    let mut budget = BUDGET;
    let mut facts = Vec::new();
    for (position, rule) in rules.iter().enumerate() {
        let mut earlier = rules.iter().take(position);
        let broader = earlier.find(|e| {
            e.from == rule.from
                && e.covers_proto(rule)
                && rule.tuples().all(|(src, dst)| {
                    e.tuples().any(|(s, d)| {
                        budget = budget.saturating_sub(1);
                        budget > 0 && s.covers(src) && d.covers(dst)
                    })
                })
        });
        if let Some(broader) = broader {
            facts.push(rule.fact(Some(broader.index)));
        }
    }
    facts
}

/// GW-ACL-SCOPE: the scope rule of D22 on one GatewayPeering; routes are relative to its spec.
#[must_use]
pub fn scope(name: &str, spec: &PeeringSpec) -> Vec<Violation> {
    let sides = spec.peering.iter().map(|(vpc, side)| {
        let (mut views, mut faults) = (Vec::new(), Vec::new());
        for (index, block) in side.expose.iter().enumerate() {
            let (v, f) = expose::resolve(vpc, index, block, &|_| Subnet::NotCaptured);
            views.extend(v);
            faults.extend(f.into_iter().map(|fault| (index, fault)));
        }
        Side { vpc, known: false, exposes: side.expose.len(), views, faults }
    });
    scope_violations(&Peering { name, spec, base: Vec::new(), sides: sides.collect() })
}

/// One entry of a match; `None` = any address, no ports = all ports.
struct End {
    addresses: Option<Ranges>,
    ports: Vec<PortRange>,
}

impl End {
    fn covers_ports(&self, other: &Self) -> bool {
        let inside = |p: &PortRange| self.ports.iter().any(|mine| mine.contains(p));
        self.ports.is_empty() || (!other.ports.is_empty() && other.ports.iter().all(inside))
    }

    fn covers(&self, other: &Self) -> bool {
        let addresses = match (&self.addresses, &other.addresses) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(mine), Some(theirs)) => mine.covers(theirs),
        };
        addresses && self.covers_ports(other)
    }
}

/// A rule with its ends resolved.
struct Rule<'a> {
    index: usize,
    label: String,
    allow: bool,
    packet: bool,
    from: &'a str,
    to: &'a str,
    proto: &'a str,
    src: Vec<End>,
    dst: Vec<End>,
}

impl Rule<'_> {
    fn covers_proto(&self, other: &Self) -> bool {
        self.proto.is_empty() || self.proto == other.proto
    }

    /// Whether it asks for a service that `other` does not name.
    fn is_narrower(&self, other: &Self) -> bool {
        let service = |rule: &Self| rule.dst.iter().any(|d| !d.ports.is_empty());
        (service(self) && !service(other)) || (!self.proto.is_empty() && other.proto.is_empty())
    }

    fn tuples(&self) -> impl Iterator<Item = (&End, &End)> {
        self.src.iter().flat_map(|s| self.dst.iter().map(move |d| (s, d)))
    }

    fn fact(&self, related: Option<usize>) -> RuleFact {
        RuleFact {
            rule: self.index,
            label: self.label.clone(),
            from: self.from.to_owned(),
            to: self.to.to_owned(),
            route: route!["acl", "rules", self.index],
            related_route: related.map(|index| route!["acl", "rules", index]),
        }
    }
}

/// The rules that can be read in full. Others are left out: nothing is claimed of them.
fn compile<'a>(spec: &'a PeeringSpec, subnets: &dyn Fn(&str, &str) -> Subnet) -> Option<(&'a Acl, Vec<Rule<'a>>)> {
    let acl = spec.acl.as_ref()?;
    let mut names = spec.peering.keys().map(String::as_str);
    let (a, b) = (names.next()?, names.next()?);
    let mut known: BTreeMap<(&str, &str), Subnet> = BTreeMap::new();
    let mut rules = Vec::new();
    for (index, rule) in acl.rules.iter().enumerate() {
        let Some((from, to)) = direction(rule, a, b) else {
            continue;
        };
        let mut ends = |list: &'a [AclEndpoint], vpc: &'a str| -> Option<Vec<End>> {
            if list.is_empty() {
                return Some(vec![End { addresses: None, ports: Vec::new() }]);
            }
            let mut ends = Vec::with_capacity(list.len());
            for entry in list {
                let prefix = if !entry.cidr.is_empty() {
                    Some(Prefix::parse(&entry.cidr)?)
                } else if !entry.vpc_subnet.is_empty() {
                    let name = entry.vpc_subnet.as_str();
                    match known.entry((vpc, name)).or_insert_with(|| subnets(vpc, name)) {
                        Subnet::Known(prefix) => Some(*prefix),
                        Subnet::Bad | Subnet::Unknown | Subnet::NotCaptured => return None,
                    }
                } else {
                    None
                };
                let ports: Result<Vec<PortRange>, _> = entry.ports.iter().map(|p| PortRange::parse(p)).collect();
                ends.push(End { addresses: prefix.map(|p| [p].iter().collect()), ports: ports.ok()? });
            }
            Some(ends)
        };
        let (Some(src), Some(dst)) = (ends(&rule.match_.src, from), ends(&rule.match_.dst, to)) else {
            continue;
        };
        rules.push(Rule {
            index,
            label: label(rule, index),
            allow: rule.action == "allow",
            packet: rule.scope == "packet",
            from,
            to,
            proto: match rule.match_.proto.as_str() {
                "6" => "tcp",
                "17" => "udp",
                other => other,
            },
            src,
            dst,
        });
    }
    Some((acl, rules))
}

#[cfg(test)]
mod tests;
