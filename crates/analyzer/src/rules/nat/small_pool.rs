//! A masquerade pool that will be too small.

use crate::facts::{Context, GatewayPeering, field_path};
use crate::finding::Severity;
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::validate::nat::pools;

/// See the metadata.
#[derive(Debug)]
pub(super) struct SmallPool;

static META: Meta = Meta {
    id: "masquerade-pool-small",
    reference: &["GW-NAT-SMALLPOOL"],
    title: "A masquerade pool has few addresses for its hosts",
    severities: &[Severity::Info],
    needs: &[Source::GatewayPeerings],
    uses: &[Source::VpcInfos, Source::Vpcs],
    explanation:
        "Divides the private addresses of a masquerading expose by its public ones. More than 4096 leave less \
than about 16 connections per host (64 512 ports per public address, protocol and destination VPC).

## Why it matters
When the ports run out, new connections are dropped (`NAT: out of resources`). This is a forecast: few subnets are \
full of hosts.

## Not a fault
The ratio alone is no fault; the rule on exhausted pools tells when it happens.

## What to do
Add public addresses (`as`) before the VPC grows.",
    explains: &[],
    order: Order::Nat,
};

impl Rule for SmallPool {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let subnets = cx.vpc_subnets();
        for peering in cx.list::<GatewayPeering>().iter().filter(|p| p.has_whole_spec(cx.truncated())) {
            for pool in pools(&peering.spec, &|vpc, name| subnets.get(vpc, name)) {
                let Some(private) = pool.private else {
                    out.not_checked(peering.subject(), Source::VpcInfos);
                    continue;
                };
                if !pool.is_small() {
                    out.pass();
                    continue;
                }
                let (name, vpc) = (peering.name(), &pool.vpc);
                let per_host = pool.flows.checked_div(private).unwrap_or(0);
                let mut ips = pool.route.clone();
                ips.pop();
                ips.push("ips".to_owned());
                let finding = out
                    .finding(
                        Severity::Info,
                        peering.subject().part(field_path(&pool.route)),
                        format!(
                            "{vpc} masquerades {private} addresses behind {} in peering {name}: about {per_host} \
                             connections per host and protocol",
                            pool.public
                        ),
                    )
                    .detail(
                        "Each public address has 64512 ports per protocol and destination VPC. If they run out, new \
                         connections are dropped as \"NAT: out of resources\".",
                    )
                    .evidence(peering.spec_evidence(&pool.route, format!("{} public addresses", pool.public)))
                    .evidence(peering.spec_evidence(&ips, format!("{private} private addresses")))
                    .run(
                        "Add public addresses before it grows.",
                        format!("kubectl edit gatewaypeering {name} -n {}", peering.meta.namespace),
                    )
                    .keys(peering.keys());
                out.report(finding);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::SmallPool;
    use crate::testing::said;

    const PEERING: &str = "GatewayPeering/vpc-02--vpc-03";

    fn pool(cidr: &str, public: &str) -> World {
        World::healthy().small().set(PEERING, "/spec/peering/vpc-02/expose/0/ips", json!([{ "cidr": cidr }])).set(
            PEERING,
            "/spec/peering/vpc-02/expose/0/as",
            json!([{ "cidr": public }]),
        )
    }

    #[test]
    fn a_16_behind_one_address() {
        let said = said(&SmallPool, &pool("10.64.0.0/16", "192.0.2.1/32"));
        assert_eq!(said.lines(), ["info GatewayPeering/vpc-02--vpc-03 (peering.vpc-02.expose[0].as)"]);
        assert!(said.findings[0].title.contains("65536 addresses behind 1"), "{}", said.findings[0].title);
        assert!(said.findings[0].evidence.iter().all(|e| e.line.is_some()));
    }

    #[test]
    fn enough_addresses_are_healthy() {
        for world in
            [pool("10.64.0.0/20", "192.0.2.1/32"), pool("10.64.0.0/16", "192.0.2.0/28"), World::older().small()]
        {
            let said = said(&SmallPool, &world);
            assert!(said.lines().is_empty() && said.passed > 0, "{said:?}");
        }
    }

    #[test]
    fn an_unknown_subnet_is_not_checked() {
        let world = World::healthy()
            .small()
            .set(PEERING, "/spec/peering/vpc-02/expose/0/ips", json!([{"vpcSubnet": "subnet-01"}]))
            .without("VPCInfo")
            .without("VPC");
        let said = said(&SmallPool, &world);
        assert_eq!(said.not_checked.len(), 1, "{:?}", said.not_checked);
    }
}
