//! A VPC subnet overlaps with a network that the fabric itself uses.

use super::view::{is_leaving, is_whole, prefix};
use crate::facts::{Agent, Context, Fabricator, Object, VPC};
use crate::finding::{Evidence, Key, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};
use crate::validate::prefix::Prefix;

/// See the metadata.
#[derive(Debug)]
pub(super) struct Reserved;

static META: Meta = Meta {
    id: "vpc-overlaps-reserved-network",
    reference: &["VPC-512"],
    title: "A VPC subnet overlaps with a network of the fabric",
    severities: &[Severity::Error],
    needs: &[Source::Vpcs],
    uses: &[Source::Fabricator, Source::Agents],
    explanation: "\
Compares the subnets of all VPCs with the networks that the fabric uses itself: links, VTEPs, protocol addresses, \
management, pods and services of the control node. They are read from the Fabricator, and where it is not captured from an \
Agent.

## Why it matters
Addresses of both collide: servers do not reach the fabric's services, or the switches lose each other.

## Not a fault
A VPC subnet next to these networks, or a network that neither the Fabricator nor an Agent names.

## What to do
Give the VPC another subnet.",
    explains: &[],
    order: Order::Vpc,
};

/// A network that is in use.
struct Network<'b> {
    what: &'static str,
    prefix: Prefix,
    evidence: Box<dyn Fn() -> Evidence + 'b>,
}

impl Rule for Reserved {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let networks = networks(cx);
        if networks.is_empty() {
            out.not_checked_at_all(Source::Fabricator);
            return;
        }
        for vpc in cx.list::<VPC>().iter().filter(|vpc| is_whole(cx, *vpc) && !is_leaving(*vpc)) {
            for (name, subnet) in &vpc.spec.subnets {
                let Some(mine) = prefix(&subnet.subnet) else { continue };
                match networks.iter().find(|network| network.prefix.overlaps(&mine)) {
                    Some(network) => report(out, vpc, name, &mine, network),
                    None => out.pass(),
                }
            }
        }
    }
}

fn networks<'b>(cx: &Context<'b>) -> Vec<Network<'b>> {
    let fabricator = cx.list::<Fabricator>().iter().find(|fabricator| is_whole(cx, *fabricator));
    let mut found = Vec::new();
    if let Some(fabricator) = fabricator {
        for (what, part, field) in [
            ("fabric links", "fabric", "fabricSubnet"),
            ("VTEPs", "fabric", "vtepSubnet"),
            ("protocol addresses", "fabric", "protocolSubnet"),
            ("management", "control", "managementSubnet"),
            ("pods of the control node", "control", "kubeClusterSubnet"),
            ("services of the control node", "control", "kubeServiceSubnet"),
        ] {
            let route = ["spec", "config", part, field];
            let value = fabricator.at(&route).and_then(|node| prefix(node.text()?));
            let evidence = move || fabricator.evidence(&route, format!("network of {what}"));
            found.extend(value.map(|prefix| Network { what, prefix, evidence: Box::new(evidence) }));
        }
    }
    if found.is_empty()
        && let Some(agent) = cx.list::<Agent>().iter().find(|agent| is_whole(cx, *agent))
    {
        for (what, field) in
            [("fabric links", "fabricSubnet"), ("VTEPs", "vtepSubnet"), ("protocol addresses", "protocolSubnet")]
        {
            let route = ["spec", "config", field];
            let value = agent.at(&route).and_then(|node| prefix(node.text()?));
            let evidence = move || agent.evidence(&route, format!("network of {what}"));
            found.extend(value.map(|prefix| Network { what, prefix, evidence: Box::new(evidence) }));
        }
    }
    found
}

fn report(out: &mut Outcome, vpc: &Object<VPC>, name: &str, mine: &Prefix, network: &Network<'_>) {
    out.report(
        out.finding(
            Severity::Error,
            vpc.subject().part(name),
            format!(
                "Subnet {mine} of {}/{name} overlaps with the network of {} ({})",
                vpc.name(),
                network.what,
                network.prefix
            ),
        )
        .detail("The fabric uses these addresses itself; servers of the VPC collide with them.")
        .evidence(vpc.evidence(&["spec", "subnets", name, "subnet"], "prefix of the subnet"))
        .evidence((network.evidence)())
        .run("Give the VPC another subnet.", format!("kubectl edit vpc {} -n {}", vpc.name(), vpc.meta.namespace))
        .key(Key::Vpc(vpc.meta.name.clone())),
    );
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Reserved;
    use crate::testing::said;

    fn with(subnet: &str) -> World {
        World::healthy().small().set("VPC/vpc-02", "/spec/subnets/subnet-01/subnet", subnet)
    }

    #[test]
    fn reserved_networks() {
        for subnet in
            ["172.30.1.0/24", "172.30.12.0/24", "172.30.8.0/24", "172.30.200.0/24", "172.28.5.0/24", "172.29.0.0/16"]
        {
            let said = said(&Reserved, &with(subnet));
            assert_eq!(said.lines(), ["error VPC/vpc-02 (subnet-01)"], "{subnet}");
            assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some(subnet));
            assert!(said.findings[0].evidence[1].line.is_some());
        }
        let agents = with("172.30.12.0/24").without("Fabricator");
        assert_eq!(said(&Reserved, &agents).lines(), ["error VPC/vpc-02 (subnet-01)"]);
    }

    #[test]
    fn own_networks() {
        for world in [World::healthy().small(), World::older().small(), with("172.31.0.0/24")] {
            let said = said(&Reserved, &world);
            assert!(said.lines().is_empty() && said.passed == 4, "{said:?}");
        }
        let blind = with("172.30.1.0/24").without("Fabricator").without("Agent");
        assert_eq!(said(&Reserved, &blind).not_checked, ["Fabricator object"]);
    }
}
