//! A masquerade pool has no public address and port left.

mod signs;

use std::collections::BTreeMap;

use self::signs::{Seen, Signs};
use super::commands;
use super::peerings::{Direction, Peerings};
use super::share::for_gateway;
use crate::facts::{Context, Gw, Traffic};
use crate::finding::{Confidence, Evidence, Key, KeyKind, Severity, Step, Subject};
use crate::model::gateway::Expose;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};
use crate::validate::nat::PORTS_PER_ADDRESS;
use crate::validate::prefix::Ranges;

/// See the metadata.
#[derive(Debug)]
pub(super) struct MasqueradePoolExhausted;

static META: Meta = Meta {
    id: "masquerade-pool-exhausted",
    reference: &["GW-NAT-POOL", "S19"],
    title: "A masquerade pool is exhausted",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[],
    uses: &[
        Source::ShowTech,
        Source::DataplaneLog,
        Source::GatewayAgents,
        Source::GatewayPeerings,
        Source::GatewayMetrics,
        Source::Gateways,
        Source::Fabricator,
        Source::Nodes,
        Source::Pods,
        Source::CaptureTime,
    ],
    explanation: "\
Reads three witnesses of a gateway: `NAT: out of resources` of `Packet stats`, pools of the masquerade allocator table in
which every public address says `[all ports allocated]` and none is unused, and log lines with `no free IP available`,
`failed to allocate port block` or `no free port`. The peering is the one that the pool's heading or the line names, or
whose direction has at least 90 % of the counted drops.

## Why it matters

Each public address has 64,512 ports per protocol, and every connection keeps one until its idle timeout is over. When
none is left, new connections are dropped while existing ones go on: users see that some connections fail.

## Not a fault

`session creation denied` (a packet from the side that may not begin). No log line proves nothing for dataplane
v0.20.0 to v0.25.0, which write none. v0.20 and v0.21 count a full flow table in the same row.

## What to do

Add public addresses (`as`) to the expose, or shorten its `idleTimeout`. Before v0.25.0 freed ports stay marked until
their block of 256 is free; then upgrade, and restart the dataplane meanwhile.",
    explains: &[
        Relation { effects: &["GW-DROPS"], join: &[KeyKind::Pair] },
        // Where the drops of directions are unknown, and for metrics.
        Relation { effects: &["GW-DROPS", "GW-METRICS-DROPS"], join: &[KeyKind::SourceVpc] },
    ],
    order: Order::Nat,
};

impl Rule for MasqueradePoolExhausted {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        // The same pool on several gateways is one finding.
        let mut cases: BTreeMap<Subject, Case> = BTreeMap::new();
        for gateway in cx.gateways() {
            let peerings = Peerings::of(&gateway);
            let traffic = gateway.traffic();
            let Some(seen) = Seen::of(&gateway, &peerings, &traffic) else {
                if peerings.masqueraded().next().is_some() {
                    out.not_checked(gateway.agent_subject(), Source::ShowTech);
                }
                continue;
            };
            if seen.signs.is_empty() {
                out.pass();
            }
            for signs in &seen.signs {
                let subject =
                    signs.direction.map_or_else(|| gateway.agent_subject(), |direction| direction.subject(cx));
                cases.entry(subject).or_default().add(&gateway, &peerings, &traffic, &seen, signs);
            }
        }
        for (subject, case) in cases {
            case.report(subject, out);
        }
    }
}

/// One exhausted pool, on one gateway or several.
#[derive(Default)]
struct Case {
    severity: Option<Severity>,
    confidence: Option<Confidence>,
    exhausted: bool,
    /// Packets dropped, and on which gateways.
    drops: u64,
    gateways: Vec<String>,
    evidence: Vec<Evidence>,
    pool: Option<PoolWords>,
    unreturned: Option<(u64, u128)>,
    keys: Vec<Key>,
}

/// What of a pool is told in words; the same on all gateways.
struct PoolWords {
    from: String,
    to: String,
    size: String,
    idle: String,
    evidence: Vec<Evidence>,
}

impl Case {
    fn add<'b>(
        &mut self,
        gateway: &Gw<'_, 'b>,
        peerings: &Peerings<'b>,
        traffic: &Traffic<'b>,
        seen: &Seen<'b>,
        signs: &Signs<'b>,
    ) {
        let name = gateway.name();
        let severity = if seen.is_error(gateway, signs) { Severity::Error } else { Severity::Warning };
        let severity = for_gateway(gateway, severity);
        self.severity = Some(self.severity.map_or(severity, |known| known.max(severity)));
        let exhausted = seen.is_exhausted(signs);
        let confidence = if exhausted || (signs.fits && traffic.pair_drops_known) || signs.counted.is_none() {
            Confidence::Certain
        } else {
            Confidence::Likely
        };
        self.confidence = Some(self.confidence.map_or(confidence, |known| known.max(confidence)));
        self.exhausted |= exhausted;
        self.drops = self.drops.saturating_add(signs.counted.unwrap_or(0));
        self.gateways.push(name.to_owned());
        self.evidence.extend(seen.evidence(name, signs));
        self.unreturned = self.unreturned.or_else(|| seen.unreturned(gateway, signs));
        self.keys.push(gateway.key());
        match signs.direction {
            Some(direction) => {
                let counter = traffic.pair(direction.from, direction.to).filter(|_| traffic.pair_drops_known);
                let counter = counter.or_else(|| traffic.vpcs.get(direction.from)).filter(|counter| counter.drops > 0);
                if let Some(counter) = counter {
                    let note = format!("packets from {} that {name} dropped", direction.from);
                    self.evidence.extend(counter.drops_evidence(&note));
                }
                self.keys.push(Key::Peering(direction.peering.to_owned()));
                self.keys.extend(pair_keys(name, direction));
                self.pool.get_or_insert_with(|| PoolWords::of(gateway, direction));
            }
            // Any masqueraded direction with drops can be the one.
            None => {
                let dropped = |direction: &Direction<'_>| {
                    let pair = traffic.pair(direction.from, direction.to).filter(|_| traffic.pair_drops_known);
                    pair.or_else(|| traffic.vpcs.get(direction.from)).is_some_and(|counter| counter.drops > 0)
                };
                self.keys
                    .extend(peerings.masqueraded().filter(dropped).flat_map(|direction| pair_keys(name, direction)));
            }
        }
    }

    fn report(self, subject: Subject, out: &mut Outcome) {
        let gateways = self.gateways.join(" and ");
        let state = if self.exhausted { "is exhausted" } else { "was exhausted" };
        let drops = match (self.drops, &self.pool) {
            (0, _) => String::new(),
            (drops, Some(pool)) => format!(": {drops} packets from {} to {} dropped", pool.from, pool.to),
            (drops, None) => format!(": {drops} packets dropped"),
        };
        let title = match &self.pool {
            Some(_) => format!("the masquerade pool of {} {state} on {gateways}{drops}", subject.name),
            None => format!("a masquerade pool of {gateways} {state}{drops}"),
        };
        let (detail, steps) = self.advice(&subject);
        let severity = self.severity.unwrap_or(Severity::Warning);
        let mut finding = out
            .finding(severity, subject, title)
            .confidence(self.confidence.unwrap_or(Confidence::Likely))
            .detail(detail)
            .evidences(self.evidence)
            .keys(self.keys);
        finding.evidence.extend(self.pool.into_iter().flat_map(|pool| pool.evidence));
        finding.next_steps.extend(steps);
        out.report(finding);
    }

    /// What it means, and what to do.
    fn advice(&self, subject: &Subject) -> (String, Vec<Step>) {
        let mut steps = Vec::new();
        let mut step = |text: String, command: Option<String>| steps.push(Step { text, command });
        let mut detail = match &self.pool {
            Some(pool) => format!(
                "New connections from {} to {} get no public port and are dropped; existing ones go on. The pool has {}, \
                 and a connection keeps its port until it was idle for {}.",
                pool.from, pool.to, pool.size, pool.idle
            ),
            None => {
                "New connections of a masqueraded VPC get no public port and are dropped; existing ones go on. Which \
                     peering it is cannot be told from the counters."
                    .to_owned()
            }
        };
        let edit = commands::edit("gatewaypeering", &subject.namespace, &subject.name);
        if let Some((flows, capacity)) = self.unreturned {
            detail.push_str(&format!(
                " Yet at most {flows} flows live where {capacity} ports are: {} freed ports were not returned (a known \
                 defect before dataplane v0.25.0, which keeps a port until its block of 256 is free).",
                if self.exhausted { "most likely" } else { "probably" }
            ));
            for gateway in &self.gateways {
                step(
                    "Restart the dataplane: that frees the ports, and breaks its sessions once".into(),
                    Some(commands::restart_dataplane(gateway)),
                );
            }
            step("Upgrade the dataplane to v0.25.0 or later".into(), None);
            step("More public addresses only delay it".into(), self.pool.is_some().then_some(edit));
        } else if self.pool.is_some() {
            step(
                "Add public addresses to `as` of the masquerade expose, or shorten its idleTimeout".into(),
                Some(edit),
            );
        } else {
            let list = "kubectl get gatewaypeerings -A -o yaml".to_owned();
            step("Find the masquerade peering with the most connections per public address".into(), Some(list));
        }
        (detail, steps)
    }
}

fn pair_keys(gateway: &str, direction: Direction<'_>) -> [Key; 4] {
    let Direction { from, to, .. } = direction;
    [
        Key::Pair(gateway.into(), from.into(), to.into()),
        Key::SourceVpc(gateway.into(), from.into()),
        Key::Vpc(from.into()),
        Key::Vpc(to.into()),
    ]
}

impl PoolWords {
    fn of(gateway: &Gw<'_, '_>, direction: Direction<'_>) -> Self {
        let views = direction.masquerade_views(gateway);
        let public = Ranges::union(views.iter().map(|view| &view.public.effective)).size();
        let size = match public {
            0 => "an unknown number of public addresses".to_owned(),
            1 => format!("one public address ({PORTS_PER_ADDRESS} ports per protocol)"),
            many => format!("{many} public addresses ({} ports per protocol)", many.saturating_mul(PORTS_PER_ADDRESS)),
        };
        let exposes = direction.spec.peering.get(direction.from).into_iter().flat_map(|side| &side.expose);
        let idle = exposes.filter_map(idle_timeout).next();
        let mut evidence = Vec::new();
        for view in views.iter().take(3) {
            if let Some(entry) = view.public.entries.first() {
                let route = view.entry_route(&[], &view.public, Some(entry));
                evidence.extend(direction.evidence(gateway, &route, "public addresses of the pool"));
            }
            let mut route = view.route(&[]);
            route.extend(["nat", "masquerade", "idleTimeout"].map(str::to_owned));
            evidence.extend(direction.evidence(gateway, &route, "how long an idle connection keeps its port"));
        }
        Self {
            from: direction.from.to_owned(),
            to: direction.to.to_owned(),
            size,
            idle: idle.unwrap_or("the default, 2m").to_owned(),
            evidence,
        }
    }
}

fn idle_timeout(expose: &Expose) -> Option<&str> {
    let nat = expose.nat.as_ref()?;
    nat.masquerade.as_ref().or(nat.stateful.as_ref())?.idle_timeout.as_deref()
}

#[cfg(test)]
mod tests;
