//! An external never learns the public prefix of a peering.

use crate::facts::{Context, External, GatewayPeering, IPv4Namespace, Object, external_of};
use crate::finding::{KeyKind, Severity};
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};
use crate::validate::expose::expose_route;
use crate::validate::prefix::Prefix;

/// See the metadata.
#[derive(Debug)]
pub(super) struct ExternalWithoutExport;

static META: Meta = Meta {
    id: "nat-prefix-not-exported-to-external",
    reference: &["GW-EXT-NOEXPORT"],
    title: "An external never learns the public prefix of a gateway peering",
    severities: &[Severity::Error],
    needs: &[Source::GatewayPeerings, Source::Externals, Source::Ipv4Namespaces],
    uses: &[Source::Fabricator, Source::Deployments],
    explanation:
        "For peerings of a VPC with `ext.<name>`, on a fabric before v0.111: are the `as` prefixes of the VPC's \
side inside the subnets of the External's IPv4Namespace?

## Why it matters
Those releases export to an external only what lies in the External's IPv4Namespace. The gateway translates to an \
address that the external never hears of, so no answer comes back.

## Not a fault
A static External (no BGP), a side without NAT, fabric v0.111 or later.

## What to do
Upgrade, or choose `as` prefixes inside the namespace.",
    explains: &[Relation { effects: &["GW-CTR-ONEWAY", "GW-CTR-ZERO"], join: &[KeyKind::Peering] }],
    order: Order::Configuration,
};

impl Rule for ExternalWithoutExport {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let release = cx.fabric_release();
        for peering in cx.list::<GatewayPeering>().iter().filter(|p| p.has_whole_spec(cx.truncated())) {
            let Some((a, b)) = peering.sides() else { continue };
            let (vpc, external) = match (external_of(a), external_of(b)) {
                (Some(external), None) => (b, external),
                (None, Some(external)) => (a, external),
                _ => continue,
            };
            let public = public_prefixes(peering, vpc);
            if public.is_empty() || release.since(0, 111, 0) {
                out.pass();
                continue;
            }
            let Some(object) = cx.find::<External>(external) else {
                out.not_checked(peering.subject(), Source::Externals);
                continue;
            };
            if object.spec.static_.is_some() {
                out.pass();
                continue;
            }
            let namespace = match object.spec.ipv4_namespace.as_str() {
                "" => "default",
                named => named,
            };
            let Some(namespace) = cx.find::<IPv4Namespace>(namespace) else {
                out.not_checked(peering.subject(), Source::Ipv4Namespaces);
                continue;
            };
            if release.unknown() {
                out.cannot_tell(peering.subject(), "release of the fabric");
                continue;
            }
            judge(out, peering, (vpc, external), &public, namespace);
        }
    }
}

fn judge(
    out: &mut Outcome,
    peering: &Object<GatewayPeering>,
    (vpc, external): (&str, &str),
    public: &[(Prefix, Vec<String>)],
    namespace: &Object<IPv4Namespace>,
) {
    let subnets: Option<Vec<Prefix>> = namespace.spec.subnets.iter().map(|text| Prefix::parse(text)).collect();
    // Nothing is said against a namespace that cannot be read.
    let Some(subnets) = subnets.filter(|subnets| !subnets.is_empty()) else {
        out.cannot_tell(peering.subject(), format!("subnets of IPv4Namespace {}", namespace.name()));
        return;
    };
    let outside: Vec<&(Prefix, Vec<String>)> =
        public.iter().filter(|(prefix, _)| !subnets.iter().any(|subnet| subnet.contains(prefix))).collect();
    if outside.is_empty() {
        out.pass();
        return;
    }
    let list: Vec<String> = outside.iter().map(|(prefix, _)| prefix.to_string()).collect();
    let (list, space) = (list.join(", "), namespace.name());
    let finding = out
        .finding(Severity::Error, peering.subject(), format!("External {external} never learns {list} of {vpc}"))
        .detail(format!(
            "The gateway translates {vpc} to {list}. A fabric before v0.111 exports to an external only prefixes of \
             its IPv4Namespace, {space}, and these are outside of it: answers find no way back."
        ))
        .evidences(outside.iter().map(|(_, route)| peering.spec_evidence(route, format!("outside of {space}"))))
        .evidence(namespace.key_evidence(&["spec", "subnets"], format!("the subnets of {space}")))
        .step("Upgrade the fabric to v0.111 or later, or choose public prefixes inside the namespace.")
        .run("See the namespace.", format!("kubectl get ipv4namespace {space} -n {} -o yaml", namespace.meta.namespace))
        .keys(peering.keys());
    out.report(finding);
}

/// The public prefixes of a side with their routes below `spec`.
fn public_prefixes(peering: &Object<GatewayPeering>, vpc: &str) -> Vec<(Prefix, Vec<String>)> {
    let mut found = Vec::new();
    let exposes = peering.spec.peering.get(vpc).into_iter().flat_map(|side| side.expose.iter().enumerate());
    for (index, expose) in exposes.filter(|(_, expose)| expose.nat.is_some()) {
        for (entry, address) in expose.as_.iter().enumerate() {
            if let Some(prefix) = Prefix::parse(&address.cidr) {
                let mut route = expose_route(&[], vpc, index);
                route.extend(["as".to_owned(), entry.to_string(), "cidr".to_owned()]);
                found.push((prefix, route));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::ExternalWithoutExport;
    use crate::testing::said;

    const PEERING: &str = "GatewayPeering/vpc-04--external-01";

    fn fabric(version: &str) -> World {
        let world = World::healthy().small();
        let name =
            world.objects.iter().find(|o| hh_worlds::kind(o) == "Fabricator").map(|o| hh_worlds::name(o).to_owned());
        let path = format!("Fabricator/{}", name.expect("a Fabricator"));
        ["controller", "api", "agent"]
            .into_iter()
            .fold(world, |world, part| world.set(&path, &format!("/status/versions/fabric/{part}"), version))
    }

    #[test]
    fn a_pool_outside_of_the_namespace() {
        let said = said(&ExternalWithoutExport, &fabric("v0.108.2"));
        assert_eq!(said.lines(), ["error GatewayPeering/vpc-04--external-01"]);
        let evidence = &said.findings[0].evidence[0];
        assert_eq!(evidence.value.as_deref(), Some("198.51.100.16/30"));
        assert_eq!(evidence.field.as_deref(), Some("spec.peering.vpc-04.expose[0].as[0].cidr"));
        assert!(evidence.line.is_some());
    }

    #[test]
    fn look_alikes_are_healthy() {
        let inside = json!([{"cidr": "10.20.200.0/30"}]);
        for world in [
            fabric("v0.111.0"),
            fabric("v0.129.4"),
            fabric("v0.108.2").set(PEERING, "/spec/peering/vpc-04/expose/0/as", inside),
            fabric("v0.108.2").set("External/external-01", "/spec/static", json!({"prefixes": ["0.0.0.0/0"]})),
            fabric("v0.108.2").set(
                PEERING,
                "/spec/peering/vpc-04/expose/0",
                json!({"ips": [{"cidr": "10.20.4.0/24"}]}),
            ),
        ] {
            let said = said(&ExternalWithoutExport, &world);
            assert!(said.lines().is_empty(), "{:?}", said.findings);
        }
    }

    #[test]
    fn without_namespaces_it_is_not_checked() {
        let said = said(&ExternalWithoutExport, &fabric("v0.108.2").without("IPv4Namespace"));
        assert_eq!(said.not_checked, ["IPv4Namespace objects"]);
    }
}
