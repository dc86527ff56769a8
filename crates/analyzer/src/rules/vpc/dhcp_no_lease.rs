//! An attached server has no DHCP lease.

use super::leaseless::{Leaseless, find};
use super::subnet::dhcp_keys;
use super::view::{Wiring, listed};
use crate::facts::{Context, Pod};
use crate::finding::{Confidence, Evidence, Key, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct NoLease;

static META: Meta = Meta {
    id: "server-without-dhcp-lease",
    reference: &["DHCP-605"],
    title: "An attached server has no DHCP lease",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[Source::VpcAttachments, Source::Vpcs, Source::DhcpSubnets, Source::Agents],
    uses: &[Source::Connections, Source::CaptureTime, Source::DhcpdLog, Source::Pods],
    explanation: "\
Looks for a lease of every server that is attached to a VPC subnet with DHCP, whose link is up for more than 10 minutes. \
The server is known by the host name and chassis id that its LLDP tells.

## Why it matters
The server has no address in the VPC, unless it is configured by hand.

## Not a fault
- a server that never asks: the log of `fabric-dhcpd` shows requests, and none of this server (`info`)
- a server without LLDP, a relay to another DHCP server, HostBGP
- an attachment younger than 10 minutes

## What to do
Look at the server's DHCP client and at the VLAN of its interface.",
    explains: &[],
    order: Order::Vpc,
};

impl Rule for NoLease {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let found = find(cx, &mut out.passed);
        if found.is_empty() {
            return;
        }
        let pods: Vec<Key> = cx
            .list::<Pod>()
            .iter()
            .filter(|pod| pod.meta.namespace == "fab" && pod.name().starts_with("fabric-dhcpd"))
            .map(|pod| Key::Pod(pod.meta.namespace.clone(), pod.meta.name.clone()))
            .collect();
        for one in found {
            report(out, &one, &pods);
        }
    }
}

fn report(out: &mut Outcome, one: &Leaseless<'_>, pods: &[Key]) {
    let (server, subnet) = (one.server, &one.attachment.spec.subnet);
    let hostnames: Vec<&str> = one.hostnames.iter().map(String::as_str).collect();
    // A server that never asks is configured by hand.
    let (severity, asks) = match one.asks {
        Some(false) => {
            (Severity::Info, "The log of fabric-dhcpd shows no request of it: it may be configured by hand.")
        }
        Some(true) => (Severity::Warning, "The log of fabric-dhcpd shows that it asks."),
        None => (Severity::Warning, "Unless it is configured by hand it has no address."),
    };
    let links: Vec<String> = one.up.iter().map(|(link, _)| link.words()).collect();
    let seen: Vec<Evidence> = one
        .up
        .iter()
        .take(2)
        .flat_map(|(link, port)| {
            [
                port.evidence(&["oper"], format!("link {} is up", link.words())),
                port.evidence(&["lldpNeighbors", "0", "sysName"], "the host name of the server"),
            ]
        })
        .collect();
    let mut finding = out
        .finding(severity, one.subnet.subject().part(server), format!("{server} has no DHCP lease in {subnet}"))
        .confidence(Confidence::Possible)
        .detail(format!(
            "{server} is attached to {subnet}, which has DHCP, and its link is up ({}); no lease is that of {}. {asks}",
            listed(&links),
            hostnames.join(" or ")
        ))
        .evidence(one.subnet.key_evidence(&["status", "allocated"], format!("no lease of {server} among these")))
        .evidence(one.attachment.evidence(&["spec", "subnet"], "the subnet that it is attached to"))
        .evidences(seen)
        .step(format!("Look at the DHCP client of {server} and at the VLAN of its interface."))
        .run(
            "See which leases there are.",
            format!("kubectl get dhcpsubnet {} -n {} -o yaml", one.subnet.name(), one.subnet.meta.namespace),
        )
        .key(Key::Server(server.to_owned()))
        .keys(dhcp_keys(one.subnet.name(), &one.subnet.spec.subnet))
        .keys(Wiring::attachment_keys(one.attachment));
    for pod in pods {
        finding = finding.yield_to(pod.clone());
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::NoLease;
    use crate::testing::said;

    const SUBNET: &str = "DHCPSubnet/vpc-03--subnet-01";

    fn without_lease() -> World {
        World::healthy().small().unset(SUBNET, "/status/allocated/0c:20:bf:49:6a:d5")
    }

    #[test]
    fn no_lease() {
        let said = said(&NoLease, &without_lease());
        assert_eq!(said.lines(), ["warning DHCPSubnet/vpc-03--subnet-01 (server-03)"]);
        assert_eq!(said.findings[0].evidence[0].field.as_deref(), Some("status.allocated"));
        assert!(said.findings[0].evidence[0].line.is_some());
        assert_eq!(said.passed, 5);
        let unread = crate::testing::said(&NoLease, &without_lease().without_logs());
        assert_eq!(unread.lines(), ["warning DHCPSubnet/vpc-03--subnet-01 (server-03)"]);
    }

    #[test]
    fn configured_by_hand() {
        let pod = without_lease()
            .logs
            .keys()
            .find(|(_, pod, _)| pod.starts_with("fabric-dhcpd-"))
            .map(|(_, pod, _)| pod.clone())
            .expect("the pod");
        let others = "Oct  6 09:01:00.208 INF Handling type=REQUEST mac=0c:20:9f:f8:d5:ea hostname=server-06 vrf=vpc-02 circuitID=vlan1002\n";
        let said = said(&NoLease, &without_lease().log(&pod, "fabric-dhcpd", others));
        assert_eq!(said.lines(), ["info DHCPSubnet/vpc-03--subnet-01 (server-03)"]);
    }

    #[test]
    fn with_leases_or_unknown() {
        for world in [
            World::healthy().small(),
            World::older().small(),
            without_lease().set("Agent/leaf-01", "/status/state/interfaces/E1~13/oper", "down"),
            without_lease().set("Agent/leaf-01", "/status/state/interfaces/E1~13/change", "2026-10-06T09:35:00Z"),
            without_lease().set("Agent/leaf-01", "/status/state/interfaces/E1~13/lldpNeighbors", serde_json::json!([])),
            without_lease().set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:20:00Z"),
            without_lease().set("VPC/vpc-03", "/spec/subnets/subnet-01/dhcp/enable", false),
            without_lease().set("VPC/vpc-03", "/spec/subnets/subnet-01/dhcp/relay", "10.20.9.9/32"),
            without_lease().set("VPC/vpc-03", "/spec/subnets/subnet-01/hostBGP", true),
            without_lease().set(
                "VPCAttachment/vpc-03--server-03",
                "/metadata/creationTimestamp",
                "2026-10-06T09:35:00Z",
            ),
        ] {
            assert_eq!(said(&NoLease, &world).lines(), Vec::<String>::new());
        }
        assert_eq!(said(&NoLease, &without_lease().without("VPC")).not_checked, ["VPC objects"]);
    }
}
