//! Access lists as the dataplane checks them (gateway reference 3.2, D22).

use std::collections::BTreeMap;

use crate::model::gateway::{Acl, AclEndpoint, AclRule, GatewayAgentSpec};

use super::super::Violation;
use super::super::acl::{direction, label};
use super::super::expose::{Subnet, agent_subnet};
use super::super::ports::PortRange;
use super::super::prefix::{Prefix, Ranges};
use super::peering::side_ranges;
use super::{Peering, Side};

/// Protocol numbers with ports: TCP and UDP.
const WITH_PORTS: [&str; 4] = ["tcp", "udp", "6", "17"];

struct Context<'c, 'a> {
    spec: &'c GatewayAgentSpec,
    peering: &'c Peering<'a>,
    base: Vec<String>,
    /// By VPC: real addresses, then shown ones.
    ranges: BTreeMap<&'a str, [Option<Ranges>; 2]>,
}

impl<'c, 'a> Context<'c, 'a> {
    fn new(spec: &'c GatewayAgentSpec, peering: &'c Peering<'a>) -> Self {
        let mut base = peering.base.clone();
        base.push("acl".to_owned());
        let both = |s: &Side<'a>| (s.vpc, [side_ranges(s, false), side_ranges(s, true)]);
        Self { spec, peering, base, ranges: peering.sides.iter().map(both).collect() }
    }
}

impl Context<'_, '_> {
    fn violation(&self, id: &'static str, tail: Vec<String>, text: String, why: String) -> Violation {
        let mut route = self.base.clone();
        route.extend(tail);
        Violation::new(id, self.peering.subject(), route, text, why).vpcs(self.peering.vpc_names())
    }
}

pub(super) fn check(spec: &GatewayAgentSpec, peering: &Peering<'_>, found: &mut Vec<Violation>) {
    let Some(acl) = &peering.spec.acl else { return };
    let context = Context::new(spec, peering);
    if acl.rules.is_empty() {
        found.push(context.violation(
            "D22",
            route!["rules"],
            "Invalid ACL configuration: ACL list must contain at least one rule".to_owned(),
            "The access list has no rules.".to_owned(),
        ));
    }
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, rule) in acl.rules.iter().enumerate() {
        let other = (!rule.name.is_empty()).then(|| names.insert(&rule.name, index)).flatten();
        if let Some(other) = other {
            let mut related = context.base.clone();
            related.extend(route!["rules", other, "name"]);
            found.push(
                context
                    .violation(
                        "D22",
                        route!["rules", index, "name"],
                        format!("Invalid ACL configuration: Duplicate non-empty ACL rule name: '{}'", rule.name),
                        format!("Rules {other} and {index} are both named \"{}\".", rule.name),
                    )
                    .related(related),
            );
        }
        check_rule(&context, index, rule, found);
    }
    found.extend(scope_rules(&context, acl));
}

fn check_rule(context: &Context<'_, '_>, index: usize, rule: &AclRule, found: &mut Vec<Violation>) {
    let name = label(rule, index);
    let mut report = |id, field: &str, text: String, why: String| {
        found.push(context.violation(id, route!["rules", index, field], text, why));
    };
    if rule.from.is_empty() && rule.to.is_empty() {
        report(
            "C:acl-direction",
            "from",
            format!("Missing required data: Rule '{name}' must specify at least one of 'from' or 'to' fields"),
            format!("Rule {name} names neither source nor destination."),
        );
    }
    let proto = rule.match_.proto.as_str();
    if !(matches!(proto, "" | "tcp" | "udp") || proto.parse::<u8>().is_ok()) {
        report(
            "C:acl-proto",
            "match",
            format!("Invalid ACL protocol '{proto}': expected \"tcp\", \"udp\", or a numeric protocol"),
            format!("Rule {name} matches the protocol \"{proto}\", which the gateway does not know."),
        );
    } else if !proto.is_empty()
        && !WITH_PORTS.contains(&proto)
        && rule.match_.src.iter().chain(&rule.match_.dst).any(|e| !e.ports.is_empty())
    {
        report(
            "D22",
            "match",
            format!("Invalid ACL configuration: Protocol {proto} does not support port matching"),
            format!("Rule {name} matches ports of protocol {proto}, which has none."),
        );
    }
    let Some((from, to)) = context.peering.pair() else {
        return;
    };
    let ends = direction(rule, from.vpc, to.vpc);
    let Some((source, target)) = ends else {
        if !(rule.from.is_empty() && rule.to.is_empty()) {
            report(
                "D22",
                if rule.from.is_empty() { "to" } else { "from" },
                format!("Not allowed: Rule '{name}' has invalid 'from' or 'to' fields: {} {}", rule.from, rule.to),
                format!("Rule {name} does not lead from one side of the peering to the other."),
            );
        }
        return;
    };
    let side = |vpc: &str| if from.vpc == vpc { from } else { to };
    matches(context, index, &name, rule, side(source), side(target), found);
}

/// What the entries of a match resolve to; `None` where one cannot be told.
fn endpoints(
    context: &Context<'_, '_>,
    index: usize,
    field: &str,
    list: &[AclEndpoint],
    side: &Side<'_>,
    found: &mut Vec<Violation>,
) -> Option<Vec<Prefix>> {
    let mut prefixes = Some(Vec::new());
    for (i, entry) in list.iter().enumerate() {
        let at = |name: &str| route!["rules", index, "match", field, i, name];
        for (k, text) in entry.ports.iter().enumerate() {
            if PortRange::parse(text).is_err() {
                let mut tail = at("ports");
                tail.push(k.to_string());
                let why = format!("Rule {index} matches the port \"{text}\", which is not a port or range.");
                found.push(context.violation("C:port-range", tail, format!("Invalid port range {text}"), why));
            }
        }
        let prefix = if !entry.cidr.is_empty() {
            let prefix = Prefix::parse(&entry.cidr);
            if prefix.is_none() {
                let text = format!("Invalid CIDR format: {}", entry.cidr);
                let why = format!("Rule {index} matches \"{}\", which is not a prefix.", entry.cidr);
                found.push(context.violation("C:cidr", at("cidr"), text, why));
            }
            prefix
        } else if !entry.vpc_subnet.is_empty() {
            match agent_subnet(context.spec.vpcs.get(side.vpc), &entry.vpc_subnet) {
                Subnet::Known(prefix) => Some(prefix),
                Subnet::Unknown => {
                    let name = &entry.vpc_subnet;
                    found.push(context.violation(
                        "C:acl-subnet",
                        at("vpcSubnet"),
                        format!("Not allowed: ACL match references unknown VPC subnet {name}"),
                        format!("Rule {index} names the subnet {name}, which {} does not have.", side.vpc),
                    ));
                    None
                }
                Subnet::Bad | Subnet::NotCaptured => None,
            }
        } else {
            // Ports alone match any address.
            if entry.ports.is_empty() {
                found.push(context.violation(
                    "C:acl-entry",
                    route!["rules", index, "match", field, i],
                    "Missing required data: ACL match entry must specify either cidr or vpcSubnet".to_owned(),
                    format!("Rule {index} has an empty match entry."),
                ));
            }
            None
        };
        match (prefix, &mut prefixes) {
            (Some(p), Some(all)) => all.push(p),
            _ => prefixes = None,
        }
    }
    prefixes
}

fn matches(
    context: &Context<'_, '_>,
    index: usize,
    name: &str,
    rule: &AclRule,
    source: &Side<'_>,
    target: &Side<'_>,
    found: &mut Vec<Violation>,
) {
    let src = endpoints(context, index, "src", &rule.match_.src, source, found);
    let dst = endpoints(context, index, "dst", &rule.match_.dst, target, found);
    let all: Vec<&Prefix> = src.iter().chain(&dst).flatten().collect();
    if let Some(first) = all.first()
        && let Some(odd) = all.iter().find(|p| p.is_v4() != first.is_v4())
    {
        found.push(context.violation(
            "D22",
            route!["rules", index, "match"],
            format!(
                "Invalid ACL configuration: Source and/or destination prefixes have inconsistent IP versions: \
                     {first} {odd}"
            ),
            format!("Rule {name} matches IPv4 and IPv6 at once."),
        ));
        return;
    }
    // The rule sees real sources and public destinations (gateway reference 2.10).
    let ranges = |side: &Side<'_>| context.ranges.get(side.vpc);
    let real = ranges(source).and_then(|[real, _]| real.as_ref());
    let shown = ranges(target).and_then(|[_, shown]| shown.as_ref());
    for (field, list, side, held, public) in [("src", src, source, real, false), ("dst", dst, target, shown, true)] {
        let (Some(list), Some(held)) = (list, held) else {
            continue;
        };
        let wanted: Ranges = list.iter().collect();
        if !list.is_empty() && !held.is_empty() && !held.overlaps(&wanted) {
            let what = if public { "what the far side shows" } else { "the real addresses of the near side" };
            found.push(context.violation(
                "D22",
                route!["rules", index, "match", field],
                format!(
                    "Invalid ACL configuration: ACL rule '{name}' has a 'match' that does not match any traffic in \
                     the manifest: {}",
                    list.iter().take(8).map(ToString::to_string).collect::<Vec<_>>().join(" ")
                ),
                format!("The {field} of rule {name} lies outside {what} ({}).", side.vpc),
            ));
            return;
        }
    }
}

/// D22, scope: `scope: flow` (the default) needs a side whose every expose keeps flow state.
fn scope_rules(context: &Context<'_, '_>, acl: &Acl) -> Vec<Violation> {
    let readable = |s: &Side<'_>| s.exposes > 0 && s.faults.is_empty();
    let all_stateful = |s: &Side<'_>| s.views.iter().all(|v| v.mode.is_stateful());
    let sides = &context.peering.sides;
    if sides.len() != 2 || !sides.iter().all(readable) || sides.iter().any(all_stateful) {
        return Vec::new();
    }
    let flow = acl.rules.iter().enumerate().filter(|(_, r)| matches!(r.scope.as_str(), "" | "flow"));
    flow.map(|(index, rule)| {
        let name = label(rule, index);
        context.violation(
            "D22",
            route!["rules", index, "scope"],
            format!(
                "Invalid ACL configuration: ACL rule '{name}': At the moment, 'scope: flow' is only supported when \
                 all connections in the peering use masquerade or port forwarding"
            ),
            format!(
                "Rule {name} has scope flow{}, but the peering has connections without flow state; it must say \
                 scope: packet.",
                if rule.scope.is_empty() { " (the default)" } else { "" }
            ),
        )
    })
    .collect()
}

/// The scope rule of D22 on one peering alone.
pub(crate) fn scope_violations(peering: &Peering<'_>) -> Vec<Violation> {
    let Some(acl) = &peering.spec.acl else {
        return Vec::new();
    };
    scope_rules(&Context::new(&GatewayAgentSpec::default(), peering), acl)
}
