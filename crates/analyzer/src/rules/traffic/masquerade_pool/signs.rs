//! What on one gateway speaks for an exhausted pool, and for which peering.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::facts::{Gw, LogRef, Output, Traffic};
use crate::finding::Evidence;
use crate::parse::command::ShowTech;
use crate::parse::command::show_tech::{AllocatedPorts, FlowNatKind, MasqueradePool};
use crate::parse::log::Hit;
use crate::parse::log::literals::datapath;
use crate::rules::traffic::flow_table::Fill;
use crate::rules::traffic::peerings::{Direction, Peerings, vpcs_by_vni};
use crate::rules::traffic::share::{at_least_percent, is_recent, over_permille, packet_stat, repeated};
use crate::validate::nat::PORTS_PER_ADDRESS;
use crate::validate::prefix::Ranges;

/// Exhausted pools without a source VPC whose peering is searched for.
const SEARCHED: usize = 500;

/// Signs for one peering of a gateway, or for none in particular.
#[derive(Default)]
pub(super) struct Signs<'b> {
    /// The masqueraded direction; none if it cannot be told.
    pub(super) direction: Option<Direction<'b>>,
    pools: Vec<&'b MasqueradePool>,
    hits: Vec<&'b Hit>,
    /// Packets that `NAT: out of resources` counted.
    pub(super) counted: Option<u64>,
    /// The pair's or VPC's drops fit the counter.
    pub(super) fits: bool,
}

/// All that one gateway shows.
pub(super) struct Seen<'b> {
    tech: Option<&'b Output<ShowTech>>,
    log: Option<LogRef<'b>>,
    counter: Option<(u64, Evidence)>,
    delivered: u64,
    /// Masqueraded flow entries by the VNIs of their ends.
    flows: BTreeMap<(u32, u32), u64>,
    pub(super) signs: Vec<Signs<'b>>,
}

impl<'b> Seen<'b> {
    /// Reads a gateway; none if neither output nor log was captured.
    pub(super) fn of(gateway: &Gw<'_, 'b>, peerings: &Peerings<'b>, traffic: &Traffic<'b>) -> Option<Self> {
        let (tech, log) = (gateway.show_tech(), gateway.dataplane_log());
        if tech.is_none() && log.is_none() {
            return None;
        }
        let mut seen = Self { tech, log, counter: None, delivered: 0, flows: BTreeMap::new(), signs: Vec::new() };
        // v0.20 and v0.21 count here what a full flow table refuses.
        let flow_table =
            gateway.dataplane_release().before(0, 22, 0) && Fill::of(gateway).is_some_and(|fill| fill.reaches(90));
        if let Some(tech) = tech {
            let note = "packets of new flows that got no public address and port";
            seen.counter = packet_stat(tech, "NAT: out of resources", note).filter(|_| !flow_table);
            seen.delivered = packet_stat(tech, "Delivered", "").map_or(0, |(count, _)| count);
        }
        seen.count_flows();
        let mut known: BTreeMap<(&str, &str), Signs<'b>> = BTreeMap::new();
        let mut unknown = Signs::default();
        let names = vpcs_by_vni(gateway);
        let tables = tech.iter().filter_map(|tech| tech.value.masquerade.as_ref());
        let exhausted: Vec<_> = tables.flat_map(|table| &table.pools).filter(|pool| pool.exhausted()).collect();
        let private: Vec<(Direction<'b>, Ranges)> = if exhausted.iter().all(|pool| pool.source_vni.is_some()) {
            Vec::new()
        } else {
            peerings.masqueraded().map(|direction| (direction, direction.private(gateway))).collect()
        };
        let mut searched = 0;
        for pool in exhausted {
            searched += usize::from(pool.source_vni.is_none());
            let candidates = if searched > SEARCHED { &[] } else { private.as_slice() };
            slot(&mut known, &mut unknown, of_pool(pool, candidates, peerings, &names)).pools.push(pool);
        }
        if let Some(log) = log {
            for hit in log.current(&datapath::POOL_EXHAUSTED) {
                slot(&mut known, &mut unknown, of_line(log, hit, peerings, &names)).hits.push(hit);
            }
        }
        if let Some(count) = seen.counter.as_ref().map(|(count, _)| *count).filter(|count| *count > 0) {
            if let Some(direction) = of_counter(count, peerings, traffic) {
                let signs = slot(&mut known, &mut unknown, Some(direction));
                signs.counted = Some(count);
                signs.fits = true;
            } else if known.is_empty() {
                unknown.counted = Some(count);
            } else {
                // One counter for all pools: it belongs to each that is known to be exhausted.
                known.values_mut().for_each(|signs| signs.counted = Some(count));
            }
        }
        seen.signs = merged(known, unknown, peerings);
        Some(seen)
    }

    fn count_flows(&mut self) {
        let table = self.tech.and_then(|tech| tech.value.flows.as_ref());
        for flow in table.iter().flat_map(|table| &table.flows) {
            let masqueraded = flow
                .nat
                .as_ref()
                .is_some_and(|nat| matches!(nat.kind, FlowNatKind::Masquerade | FlowNatKind::NatState));
            if let (true, Some(from), Some(to)) = (masqueraded, flow.source_vni, flow.destination_vni) {
                let count = self.flows.entry((from, to)).or_default();
                *count = count.saturating_add(1);
            }
        }
    }

    /// True if the pool is known to be exhausted at the capture.
    pub(super) fn is_exhausted(&self, signs: &Signs<'_>) -> bool {
        !signs.pools.is_empty()
    }

    /// True if traffic suffers: a relevant share of packets, or new flows refused right now.
    pub(super) fn is_error(&self, gateway: &Gw<'_, '_>, signs: &Signs<'_>) -> bool {
        let recent = signs.hits.last().is_some_and(|last| is_recent(gateway, last) != Some(false));
        match (&self.counter, signs.counted) {
            (Some(_), Some(count)) => over_permille(count, self.delivered) || recent,
            // The counter is that of another pool, or zero: nobody was refused yet.
            (Some(_), None) => recent,
            (None, _) => true,
        }
    }

    /// Proof, most direct first.
    pub(super) fn evidence(&self, gateway: &str, signs: &Signs<'_>) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        for (pool, tech) in signs.pools.iter().flat_map(|pool| self.tech.map(|tech| (pool, tech))).take(3) {
            let full = pool.regions.iter().flat_map(|region| &region.allocated).find_map(|ip| match ip.ports {
                AllocatedPorts::All(span) => Some((ip.address.value, span)),
                _ => None,
            });
            if let Some((address, span)) = full {
                let note = format!(
                    "{gateway}: {address} has no {} port left, and no address of the pool is unused",
                    pool.protocol.value
                );
                evidence.push(
                    tech.evidence(span, note).field("Masquerade NAT allocator table").value("[all ports allocated]"),
                );
                evidence.push(tech.evidence(pool.span, "the pool: VPCs by VNI, and its private addresses"));
            }
        }
        if signs.counted.is_some() {
            evidence.extend(self.counter.as_ref().map(|(_, proof)| proof.clone()));
        }
        if let Some(log) = self.log {
            evidence.extend(repeated(log, &signs.hits, "a new flow was refused"));
        }
        evidence
    }

    /// Before v0.25.0 a freed port stays marked until its block of 256 is free: a pool can be exhausted with
    /// few live flows (gateway reference 2.9). Gives flows and what the pool should hold.
    pub(super) fn unreturned(&self, gateway: &Gw<'_, 'b>, signs: &Signs<'b>) -> Option<(u64, u128)> {
        let direction = signs.direction?;
        let tech = &self.tech?.value;
        if !gateway.dataplane_release().before(0, 25, 0) || (tech.masquerade.is_some() && signs.pools.is_empty()) {
            // A pool with free ports at the capture was exhausted by a burst that is over.
            return None;
        }
        let views = direction.masquerade_views(gateway);
        let public = Ranges::union(views.iter().map(|view| &view.public.effective));
        let capacity = public.size().saturating_mul(PORTS_PER_ADDRESS);
        let table = tech.flows.as_ref()?;
        let vpcs = &gateway.agent()?.spec.vpcs;
        let vni = |name: &str| vpcs.get(name).map(|vpc| vpc.vni);
        let entries = if table.whole() {
            let (from, to) = (vni(direction.from)?, vni(direction.to)?);
            let count = |ends: (u32, u32)| self.flows.get(&ends).copied().unwrap_or(0);
            count((from, to)).saturating_add(count((to, from)))
        } else {
            table.entries?.value
        };
        let flows = entries / 2;
        (capacity > 0 && u128::from(flows).saturating_mul(2) < capacity).then_some((flows, capacity))
    }
}

/// The signs to add to.
fn slot<'s, 'b>(
    known: &'s mut BTreeMap<(&'b str, &'b str), Signs<'b>>,
    unknown: &'s mut Signs<'b>,
    direction: Option<Direction<'b>>,
) -> &'s mut Signs<'b> {
    match direction {
        Some(direction) => {
            let signs = known.entry((direction.from, direction.to)).or_default();
            signs.direction = Some(direction);
            signs
        }
        None => unknown,
    }
}

/// What no line names belongs to the only peering that can be meant, where there is only one.
fn merged<'b>(
    known: BTreeMap<(&'b str, &'b str), Signs<'b>>,
    mut unknown: Signs<'b>,
    peerings: &Peerings<'b>,
) -> Vec<Signs<'b>> {
    let told = !unknown.pools.is_empty() || !unknown.hits.is_empty();
    let mut all: Vec<Signs<'b>> = known.into_values().collect();
    if !told && unknown.counted.is_none() {
        return all;
    }
    if let [signs] = all.as_mut_slice() {
        signs.pools.extend(unknown.pools);
        signs.hits.extend(unknown.hits);
        signs.counted = signs.counted.or(unknown.counted);
        return all;
    }
    if all.is_empty() && told {
        let mut masqueraded = peerings.masqueraded();
        unknown.direction = masqueraded.next().filter(|_| masqueraded.next().is_none());
    }
    all.push(unknown);
    all
}

/// The masqueraded direction that a pool's heading names: up to v0.24 by destination and private range.
fn of_pool<'b>(
    pool: &MasqueradePool,
    candidates: &[(Direction<'b>, Ranges)],
    peerings: &Peerings<'b>,
    names: &BTreeMap<u32, &'b str>,
) -> Option<Direction<'b>> {
    let to = *names.get(&pool.dest_vni.value)?;
    if let Some(source) = &pool.source_vni {
        return peerings.between(names.get(&source.value)?, to);
    }
    let first = pool.private.as_ref()?.value.0;
    let mut fitting = candidates.iter().filter(|(direction, ranges)| direction.to == to && holds(ranges, first));
    fitting.next().filter(|_| fitting.next().is_none()).map(|(direction, _)| *direction)
}

fn holds(ranges: &Ranges, address: IpAddr) -> bool {
    let (v4, point) = match address {
        IpAddr::V4(v4) => (true, u128::from(u32::from(v4))),
        IpAddr::V6(v6) => (false, u128::from(v6)),
    };
    ranges.family(v4).iter().any(|(low, high)| *low <= point && point <= *high)
}

/// The direction that a log line names: `flow VNI(200),… towards VPC VNI(300)`.
fn of_line<'b>(
    log: LogRef<'_>,
    hit: &Hit,
    peerings: &Peerings<'b>,
    names: &BTreeMap<u32, &'b str>,
) -> Option<Direction<'b>> {
    let name = |field: &str| {
        let text = hit.field(log.text(), field)?;
        let (_, rest) = text.split_once("VNI(")?;
        names.get(&rest.split_once(')')?.0.trim().parse::<u32>().ok()?).copied()
    };
    peerings.between(name("flow")?, name("vpc")?)
}

/// The masqueraded direction whose drops are at least 90 % of the counter. Where drops of directions are
/// unknown: the only one from a VPC whose drops are that.
fn of_counter<'b>(count: u64, peerings: &Peerings<'b>, traffic: &Traffic<'_>) -> Option<Direction<'b>> {
    let vpc_drops = |vpc: &str| traffic.vpcs.get(vpc).map_or(0, |counter| counter.drops);
    let mut fitting = peerings.masqueraded().filter(|direction| {
        let drops = if traffic.pair_drops_known {
            traffic.pair(direction.from, direction.to).map_or(0, |counter| counter.drops)
        } else {
            vpc_drops(direction.from)
        };
        at_least_percent(drops, count, 90)
    });
    fitting.next().filter(|_| fitting.next().is_none())
}
