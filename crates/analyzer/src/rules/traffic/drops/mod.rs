//! A gateway drops packets of VPCs.

mod reason;

use self::reason::{Attribution, Reason};
use super::access::inspect_access;
use super::commands;
use super::peerings::{Direction, Peerings};
use super::share::{at_least_percent, for_gateway, percent};
use crate::facts::{Context, Counter, CounterSource, Gw, Traffic};
use crate::finding::{Confidence, Finding, Key, KeyKind, Severity};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};
use crate::validate::expose::Mode;

/// See the metadata.
#[derive(Debug)]
pub(super) struct Drops;

/// Fewer drops than this are a note.
const FEW: u64 = 100;
/// Seconds after the dataplane's start in which sessions of before end.
const SETTLING: i64 = 600;

static META: Meta = Meta {
    id: "gateway-drops",
    reference: &["GW-DROPS", "S17", "S19", "S21"],
    title: "A gateway drops packets",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::GatewayAgents],
    uses: &[
        Source::GatewayMetrics,
        Source::ShowTech,
        Source::Gateways,
        Source::GatewayPeerings,
        Source::Fabricator,
        Source::Nodes,
        Source::Pods,
        Source::Expectation,
        Source::CaptureTime,
    ],
    explanation: "\
Compares the dropped packets `d` with the delivered ones `p` of each direction in `status.state.peerings`: at least 100
drops and 1 % are a warning, 20 % an error, less a note. Drops of a VPC that no direction accounts for had no known
destination. Before dataplane v0.25.0 the drops of directions are unknown, then the VPC counts. The reason is the row of
`Packet stats` that holds at least 90 % of the gateway's drops.

## Why it matters

Drops often come from a wrong peering or an exhausted NAT pool. `d: 0` excludes loss on the gateway only, not on the way to
it or behind it.

## Not a fault

Few drops on pairs open to the outside (port scans), right after a restart or a failover, packets that an access list
denies, sessions made anew by a rollback. Counters of a gateway without heartbeat are old.

## What to do

Follow the reason; then look at the rest of the path with `kubectl fabric inspect access` and mind that this command does
not look at gateway peerings.",
    explains: &[
        Relation { effects: &["GW-CTR-ONEWAY"], join: &[KeyKind::Pair] },
        // Where the drops of directions are unknown.
        Relation { effects: &["GW-CTR-ONEWAY"], join: &[KeyKind::SourceVpc] },
    ],
    order: Order::Drops,
};

impl Rule for Drops {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gateway in cx.gateways() {
            let traffic = gateway.traffic();
            match traffic.from {
                Some(CounterSource::Status | CounterSource::Both) => judge(&gateway, &traffic, out),
                // Metrics without a status are judged by the rule on metrics.
                Some(CounterSource::Metrics) => {}
                None => out.not_checked(gateway.agent_subject(), Source::GatewayAgents),
            }
        }
    }
}

/// Judges all counters of one gateway, wherever they stand.
pub(in crate::rules) fn judge<'b>(gateway: &Gw<'_, 'b>, traffic: &Traffic<'b>, out: &mut Outcome) {
    let peerings = Peerings::of(gateway);
    let losses = losses(traffic, &peerings);
    let all = traffic.vpcs.values().fold(0_u64, |sum, counter| sum.saturating_add(counter.drops));
    let pairs = traffic.pairs.values().fold(0_u64, |sum, counter| sum.saturating_add(counter.drops));
    let attribution = if losses.is_empty() { None } else { Attribution::of(gateway, all.max(pairs)) };
    if losses.is_empty() {
        out.pass();
    }
    for loss in &losses {
        let finding = loss.finding(gateway, attribution.as_ref(), traffic, &peerings, out);
        out.report(finding);
    }
    note_expected(gateway, traffic, &peerings, out);
}

/// What a loss is about.
#[derive(Clone, Copy)]
enum Scope<'t> {
    /// One direction.
    Pair(&'t str, &'t str),
    /// A source VPC: the drops of directions are unknown.
    Vpc(&'t str),
    /// A source VPC, without the drops of its directions: their destination is not known.
    Unresolved(&'t str),
}

struct Loss<'t, 'b> {
    scope: Scope<'t>,
    drops: u64,
    packets: u64,
    counter: &'t Counter<'b>,
    direction: Option<Direction<'b>>,
}

/// Every direction or VPC with drops.
fn losses<'t, 'b>(traffic: &'t Traffic<'b>, peerings: &Peerings<'b>) -> Vec<Loss<'t, 'b>> {
    let mut losses = Vec::new();
    if traffic.pair_drops_known {
        for ((from, to), counter) in traffic.pairs.iter().filter(|(_, counter)| counter.drops > 0) {
            losses.push(Loss {
                scope: Scope::Pair(from, to),
                drops: counter.drops,
                packets: counter.packets,
                counter,
                direction: peerings.between(from, to),
            });
        }
    }
    for (vpc, counter) in traffic.vpcs.iter().filter(|(_, counter)| counter.drops > 0) {
        let (scope, drops) = match traffic.unresolved_drops(vpc) {
            Some(0) => continue,
            Some(unresolved) => (Scope::Unresolved(vpc), unresolved),
            None => (Scope::Vpc(vpc), counter.drops),
        };
        losses.push(Loss { scope, drops, packets: counter.packets, counter, direction: peerings.any_from(vpc) });
    }
    losses
}

impl<'b> Loss<'_, 'b> {
    fn finding(
        &self,
        gateway: &Gw<'_, 'b>,
        attribution: Option<&Attribution>,
        traffic: &Traffic<'b>,
        peerings: &Peerings<'b>,
        out: &Outcome,
    ) -> Finding {
        let name = gateway.name();
        let all = self.packets.saturating_add(self.drops);
        let by_share = match self.drops {
            drops if drops < FEW => Severity::Info,
            drops if at_least_percent(drops, all, 20) => Severity::Error,
            drops if at_least_percent(drops, all, 1) => Severity::Warning,
            _ => Severity::Info,
        };
        let excuse =
            if by_share == Severity::Info { None } else { self.excuse(gateway, attribution, by_share, peerings) };
        let severity = for_gateway(gateway, if excuse.is_some() { Severity::Info } else { by_share });
        let share = percent(self.drops, all);
        let (part, what) = match self.scope {
            Scope::Pair(from, to) => (format!("{from}->{to}"), format!("{share} of the packets from {from} to {to}")),
            Scope::Vpc(vpc) => (vpc.to_owned(), format!("{share} of the packets from {vpc}")),
            Scope::Unresolved(vpc) => {
                (vpc.to_owned(), format!("{share} of the packets from {vpc}: their destination is in no peering"))
            }
        };
        let confidence = if attribution.is_some() { Confidence::Certain } else { Confidence::Likely };
        let mut finding = out
            .finding(
                severity,
                gateway.agent_subject().part(part),
                format!("{name} drops {what} ({} packets)", self.drops),
            )
            .confidence(confidence)
            .detail(self.detail(attribution, excuse))
            .evidences(self.counter.drops_evidence("packets dropped since the dataplane's start"))
            .evidences(self.counter.packets_evidence("packets delivered since then"))
            .evidences(attribution.map(|attribution| attribution.evidence.clone()))
            .key(gateway.key());
        finding = match traffic.from {
            Some(CounterSource::Both) => finding.reference("GW-METRICS-DROPS"),
            Some(CounterSource::Metrics) => finding.reference("GW-DROPS"),
            _ => finding,
        };
        finding = self.keyed(finding, name);
        finding = self.steps(finding, gateway, attribution);
        match self.direction {
            Some(direction) => inspect_access(finding, gateway, direction),
            None => finding,
        }
    }

    /// Why drops of this share are no fault.
    fn excuse(
        &self,
        gateway: &Gw<'_, '_>,
        attribution: Option<&Attribution>,
        by_share: Severity,
        peerings: &Peerings<'_>,
    ) -> Option<&'static str> {
        if gateway.live() == Some(false) {
            return Some("The gateway sends no heartbeat: the counters are its last known ones.");
        }
        let reason = attribution.map(|attribution| attribution.reason);
        if reason == Some(Reason::Acl) {
            return Some("The drops are what the access list asks for.");
        }
        if reason.is_none() && self.may_be_policy(gateway) {
            return Some(
                "The peering has an access list that denies; whether the drops are its doing is in Packet stats, which \
                 are not captured.",
            );
        }
        if reason == Some(Reason::NotPortForwarded) && self.is_open_to_the_outside(peerings) {
            return Some("Public addresses are scanned all the time.");
        }
        let sessions = matches!(reason, Some(Reason::Filtered) | None);
        if reason == Some(Reason::Filtered) && rolled_back(gateway) {
            return Some("The newest configuration was rolled back: sessions were made anew by that.");
        }
        let started = gateway.dataplane_started().and_then(|started| gateway.cx().age(started));
        if sessions && by_share < Severity::Error && started.is_some_and(|age| age.under(SETTLING)) {
            return Some("The dataplane was started minutes ago: packets of earlier sessions are dropped.");
        }
        if reason == Some(Reason::Filtered) && by_share < Severity::Error && took_over(gateway) {
            return Some("The gateway took over from a dead one: packets of earlier sessions are dropped.");
        }
        None
    }

    /// True if an access list could be the reason and nothing tells whether it is.
    fn may_be_policy(&self, gateway: &Gw<'_, '_>) -> bool {
        let told = gateway.show_tech().is_some_and(|tech| tech.value.packet_stats.is_some());
        let acl = self.direction.and_then(|direction| direction.spec.acl.as_ref());
        !told && acl.is_some_and(|acl| acl.default == "deny" || acl.rules.iter().any(|rule| rule.action == "deny"))
    }

    /// True for a direction from an external, or a VPC-wide loss of one.
    fn is_open_to_the_outside(&self, peerings: &Peerings<'_>) -> bool {
        let from = match self.scope {
            Scope::Pair(from, _) | Scope::Vpc(from) | Scope::Unresolved(from) => from,
        };
        from.starts_with("ext.")
            && peerings.any_from(from).is_some()
            && self
                .direction
                .is_none_or(|direction| direction.reaches(Mode::PortForward) || direction.reaches(Mode::Masquerade))
    }

    fn detail(&self, attribution: Option<&Attribution>, excuse: Option<&str>) -> String {
        let mut detail = match (attribution, self.scope) {
            (Some(attribution), Scope::Pair(..) | Scope::Vpc(_)) => attribution.words(),
            (Some(attribution), Scope::Unresolved(_)) if attribution.reason != Reason::Filtered => attribution.words(),
            (_, Scope::Unresolved(_)) => {
                "No peering of the VPC exposes the addresses that they went to: an expose or a \
                 peering is missing, or the hosts use wrong addresses."
                    .to_owned()
            }
            (None, _) => "Which result of Packet stats they belong to cannot be told.".to_owned(),
        };
        if let Some(excuse) = excuse {
            detail.push(' ');
            detail.push_str(excuse);
        }
        detail
    }

    fn keyed(&self, finding: Finding, gateway: &str) -> Finding {
        match self.scope {
            Scope::Pair(from, to) => finding
                .key(Key::Pair(gateway.into(), from.into(), to.into()))
                .key(Key::Vpc(from.into()))
                .key(Key::Vpc(to.into()))
                .keys(self.direction.map(|direction| Key::Peering(direction.peering.into()))),
            Scope::Vpc(vpc) => finding.key(Key::SourceVpc(gateway.into(), vpc.into())).key(Key::Vpc(vpc.into())),
            Scope::Unresolved(vpc) => finding.key(Key::Vpc(vpc.into())),
        }
    }

    fn steps(&self, finding: Finding, gateway: &Gw<'_, '_>, attribution: Option<&Attribution>) -> Finding {
        let list = "kubectl get gatewaypeerings -A -o yaml";
        // Of a VPC any of its peerings can be the one.
        let pair = self.direction.filter(|_| matches!(self.scope, Scope::Pair(..)));
        let peering = pair.map_or(list.to_owned(), |direction| {
            let subject = direction.subject(gateway.cx());
            format!("kubectl get gatewaypeering -n {} {} -o yaml", subject.namespace, subject.name)
        });
        match (self.scope, attribution.map(|attribution| attribution.reason)) {
            (Scope::Unresolved(_), _) => finding.run("Compare the addresses that the hosts use with the exposes", list),
            (_, Some(Reason::Filtered | Reason::Acl | Reason::NotPortForwarded | Reason::Pool)) => {
                finding.run("Compare the traffic with the peering", peering)
            }
            (_, Some(Reason::FabricSide)) => {
                finding.run("Look which next hops are not resolved", commands::dataplane_cli(gateway, "show tech"))
            }
            _ => finding.run(
                "Read the packet statistics twice, a minute apart, while it happens",
                commands::dataplane_cli(gateway, "show tech"),
            ),
        }
    }
}

/// The newest row of the configuration history is a return to an older configuration.
fn rolled_back(gateway: &Gw<'_, '_>) -> bool {
    let history = gateway.show_tech().and_then(|tech| tech.value.history.as_ref());
    history.and_then(|rows| rows.last()).is_some_and(|row| row.rollback)
}

/// A gateway that is preferred in one of its groups is dead.
fn took_over(gateway: &Gw<'_, '_>) -> bool {
    let cx = gateway.cx();
    gateway.groups().iter().any(|(group, rank)| {
        cx.group(group).iter().take(*rank).any(|member| {
            cx.gateway(&member.gateway).is_some_and(|other| other.live() == Some(false) || !other.deaths().is_empty())
        })
    })
}

/// Where traffic is expected and nothing of it was dropped: a note that this excludes the gateway only.
fn note_expected<'b>(gateway: &Gw<'_, 'b>, traffic: &Traffic<'b>, peerings: &Peerings<'b>, out: &mut Outcome) {
    for (from, to) in gateway.cx().expectations() {
        let Some(direction) = peerings.between(from, to) else { continue };
        let Some(pair) = traffic.pair(from, to).filter(|pair| pair.packets > 0) else { continue };
        let counter = if traffic.pair_drops_known { Some(pair) } else { traffic.vpcs.get(from) };
        let Some(counter) = counter.filter(|counter| counter.drops == 0) else { continue };
        let name = gateway.name();
        let finding = out
            .finding(
                Severity::Info,
                gateway.agent_subject().part(format!("{from}->{to}")),
                format!("{name} delivered {} packets from {from} to {to} and dropped none", pair.packets),
            )
            .detail("This excludes loss on the gateway only, not on the way to it or behind it.")
            .evidences(pair.packets_evidence("packets delivered"))
            .evidences(counter.drops_evidence("packets dropped"))
            .key(gateway.key())
            .key(Key::Pair(name.into(), from.clone(), to.clone()));
        out.report(inspect_access(finding, gateway, direction));
    }
}

#[cfg(test)]
mod tests;
