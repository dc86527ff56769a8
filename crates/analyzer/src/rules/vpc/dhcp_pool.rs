//! The address range of a DHCPSubnet is used up, or nearly.

use std::collections::BTreeSet;

use super::subnet::dhcp_keys;
use super::view::{address, is_leaving, is_whole};
use crate::facts::{Context, DHCPSubnet, Object, Quality};
use crate::finding::{Confidence, KeyKind, Severity};
use crate::model::Time;
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct DhcpPool;

static META: Meta = Meta {
    id: "dhcp-pool-exhausted",
    reference: &["DHCP-601"],
    title: "The DHCP range of a subnet is used up",
    severities: &[Severity::Error, Severity::Warning],
    needs: &[Source::DhcpSubnets],
    uses: &[Source::CaptureTime],
    explanation: "\
Counts the addresses between `startIP` and `endIP` of each DHCPSubnet that are taken: leases that are static or not \
expired at the capture, addresses reserved in `static`, and the gateway; each address once. 90 % is a warning, 100 % an \
error. Leases with `discover: true` (offered, kept for a minute) count too, and are named.

## Why it matters
With a full range the next server gets no address, and a server that was off loses its own to another.

## Not a fault
Expired leases of machines that are gone.

## What to do
Widen `dhcp.range` of the VPC subnet, shorten `leaseTimeSeconds` where machines come and go, or find out who takes the \
addresses.",
    explains: &[Relation { effects: &["DHCP-605", "DHCP-607"], join: &[KeyKind::DhcpSubnet] }],
    order: Order::Vpc,
};

impl Rule for DhcpPool {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for subnet in cx.list::<DHCPSubnet>() {
            if is_leaving(subnet) || !is_whole(cx, subnet) {
                continue;
            }
            let Some(pool) = Pool::of(cx, subnet) else { continue };
            if pool.percent(pool.taken.len()) >= 90 {
                report(cx, out, subnet, &pool);
            } else if pool.percent(pool.taken.len().saturating_add(pool.undated)) >= 90 {
                out.not_checked(subnet.subject(), Source::CaptureTime);
            } else {
                out.pass();
            }
        }
    }
}

/// Use of a range.
struct Pool {
    /// Addresses in the range.
    size: u64,
    /// Addresses that are taken.
    taken: BTreeSet<u32>,
    /// Leases that count, of these offers that were not taken up, and static ones.
    leases: usize,
    offers: usize,
    fixed: usize,
    /// Leases of which the capture does not tell whether they are over.
    undated: usize,
}

impl Pool {
    fn of(cx: &Context<'_>, subnet: &Object<DHCPSubnet>) -> Option<Self> {
        let (start, end) = (address(&subnet.spec.start_ip)?, address(&subnet.spec.end_ip)?);
        if start > end {
            return None;
        }
        let inside = |text: &str| address(text).filter(|ip| (start..=end).contains(ip));
        let mut pool = Self {
            size: u64::from(end.saturating_sub(start)).saturating_add(1),
            taken: BTreeSet::new(),
            leases: 0,
            offers: 0,
            fixed: 0,
            undated: 0,
        };
        let reserved = subnet.spec.static_.values().filter_map(|lease| inside(&lease.ip));
        pool.taken.extend(reserved.chain(inside(&subnet.spec.gateway)));
        pool.fixed = pool.taken.len();
        for lease in subnet.status.allocated.values() {
            let Some(ip) = inside(&lease.ip) else { continue };
            let runs = match lease.expiry {
                None | Some(Time::Never | Time::Future) => Some(true),
                Some(time) => cx.age(time).map(|age| age.seconds < 0),
            };
            match runs {
                Some(true) => {
                    pool.taken.insert(ip);
                    pool.leases += 1;
                    pool.offers += usize::from(lease.discover);
                }
                Some(false) => {}
                None => pool.undated += 1,
            }
        }
        Some(pool)
    }

    fn percent(&self, taken: usize) -> u64 {
        let taken = u64::try_from(taken).unwrap_or(u64::MAX);
        taken.saturating_mul(100).checked_div(self.size).unwrap_or(0)
    }
}

fn report(cx: &Context<'_>, out: &mut Outcome, subnet: &Object<DHCPSubnet>, pool: &Pool) {
    let (spec, taken) = (&subnet.spec, pool.taken.len());
    let full = u64::try_from(taken).is_ok_and(|taken| taken >= pool.size);
    let severity = if full { Severity::Error } else { Severity::Warning };
    let (name, size) = (subnet.name(), pool.size);
    let title = if full {
        format!("The DHCP range of {name} is used up: all {size} addresses are taken")
    } else {
        format!("The DHCP range of {name} is nearly used up: {taken} of {size} addresses are taken")
    };
    let offers = match pool.offers {
        0 => String::new(),
        count => {
            format!(" {count} of the leases are offers that are not acknowledged yet; these lapse after a minute.")
        }
    };
    // A lease may have ended between the newest time in the bundle and the capture.
    let certain = cx.clock().quality == Quality::Exact || pool.fixed >= taken;
    let mut finding = out
        .finding(severity, subnet.subject(), title)
        .confidence(if certain { Confidence::Certain } else { Confidence::Likely })
        .detail(format!(
            "Range {} to {}: {} leases, {} reserved addresses (static leases and a gateway in the range).{offers} {}",
            spec.start_ip,
            spec.end_ip,
            pool.leases,
            pool.fixed,
            if full {
                "A further server gets no address."
            } else {
                "A few more servers, and further ones get no address."
            }
        ))
        .evidence(subnet.evidence(&["spec", "startIP"], "first address of the range"))
        .evidence(subnet.evidence(&["spec", "endIP"], "last address of the range"));
    if pool.leases > 0 {
        let note = format!("{} leases that are not expired", pool.leases);
        finding = finding.evidence(subnet.key_evidence(&["status", "allocated"], note));
    }
    if !spec.static_.is_empty() {
        finding = finding.evidence(subnet.key_evidence(&["spec", "static"], "reserved addresses"));
    }
    finding = match spec.subnet.split_once('/') {
        Some((vpc, part)) => finding.run(
            format!("Widen `spec.subnets.{part}.dhcp.range` of the VPC, or shorten the lease time."),
            format!("kubectl edit vpc {vpc} -n {}", subnet.meta.namespace),
        ),
        None => finding.step("Widen the DHCP range of the management network in the Fabricator."),
    };
    finding = finding.run(
        "See who holds the addresses.",
        format!("kubectl get dhcpsubnet {name} -n {} -o yaml", subnet.meta.namespace),
    );
    out.report(finding.keys(dhcp_keys(subnet.name(), &spec.subnet)));
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::DhcpPool;
    use crate::testing::{said, said_of_files};

    const SUBNET: &str = "DHCPSubnet/vpc-01--subnet-01";

    /// A range of ten addresses with leases of these last bytes and this end.
    fn world(last: std::ops::RangeInclusive<u8>, expiry: &str) -> World {
        let leases: serde_json::Map<String, serde_json::Value> = last
            .map(|n| {
                (
                    format!("0c:20:00:00:00:{n:02x}"),
                    json!({"expiry": expiry, "hostname": "", "ip": format!("10.20.1.{n}")}),
                )
            })
            .collect();
        World::healthy().small().set(SUBNET, "/spec/endIP", "10.20.1.19").set(SUBNET, "/status/allocated", leases)
    }

    const LATER: &str = "2026-10-06T10:04:18Z";
    const OVER: &str = "2026-10-06T09:04:18Z";

    #[test]
    fn a_full_range() {
        let said = said(&DhcpPool, &world(10..=19, LATER));
        assert_eq!(said.lines(), ["error DHCPSubnet/vpc-01--subnet-01"]);
        let evidence = &said.findings[0].evidence;
        assert_eq!(
            (evidence[1].field.as_deref(), evidence[1].value.as_deref()),
            (Some("spec.endIP"), Some("10.20.1.19"))
        );
        assert!(evidence.iter().all(|evidence| evidence.line.is_some()));
        assert!(said.findings[0].title.contains("all 10 addresses"), "{}", said.findings[0].title);
    }

    #[test]
    fn nearly_full() {
        assert_eq!(said(&DhcpPool, &world(10..=18, LATER)).lines(), ["warning DHCPSubnet/vpc-01--subnet-01"]);
        // An offer counts, an address of a static lease that is in use counts once, the gateway of the range too.
        let offered =
            world(10..=17, LATER).set(SUBNET, "/spec/static", json!({"0c:20:00:00:00:0a": {"ip": "10.20.1.10"}})).set(
                SUBNET,
                "/status/allocated/0c:20:00:00:00:99",
                json!({"ip": "10.20.1.18", "expiry": LATER, "discover": true}),
            );
        let nearly = said(&DhcpPool, &offered);
        assert_eq!(nearly.lines(), ["warning DHCPSubnet/vpc-01--subnet-01"]);
        assert!(nearly.findings[0].detail.contains("1 of the leases are offers"), "{}", nearly.findings[0].detail);
        let gateway = world(10..=18, LATER).set(SUBNET, "/spec/gateway", "10.20.1.19");
        assert_eq!(said(&DhcpPool, &gateway).lines(), ["error DHCPSubnet/vpc-01--subnet-01"]);
        let fixed = world(10..=18, OVER).set(SUBNET, "/status/allocated/0c:20:00:00:00:0a/expiry", json!(null));
        assert_eq!(said(&DhcpPool, &fixed).lines(), Vec::<String>::new());
    }

    #[test]
    fn room_left() {
        for world in [
            World::healthy().small(),
            World::older().small(),
            world(10..=17, LATER),
            world(10..=19, OVER),
            // Addresses outside of the range take nothing from it.
            world(30..=60, LATER),
        ] {
            let said = said(&DhcpPool, &world);
            assert!(said.lines().is_empty() && said.passed == 5, "{said:?}");
        }
    }

    #[test]
    fn without_a_clock() {
        let of = |expiry| {
            let object = world(10..=19, expiry).object(SUBNET).to_string().into_bytes();
            said_of_files(&DhcpPool, [("subnet.json".to_owned(), object)].into_iter().collect())
        };
        assert_eq!(of(LATER).lines(), Vec::<String>::new());
        assert_eq!(of(LATER).not_checked.len(), 1, "{:?}", of(LATER).not_checked);
        assert_eq!(
            said(&DhcpPool, &World::healthy().small().without("DHCPSubnet")).not_checked,
            ["DHCPSubnet objects"]
        );
    }
}
