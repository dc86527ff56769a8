//! What differs between an object and its copy in a GatewayAgent, beside defaults and order (gateway
//! reference 1.2, 1.4, 1.6).

use crate::model::gateway::{
    AgentVpc, Expose, GatewayInterface, GatewaySpec, GroupMembership, PeeringSpec, VpcInfoSpec, VpcInfoStatus,
};
use crate::model::parse_duration;

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// Route in the object, from its root.
    pub(super) object: Vec<String>,
    /// Route in the copy, from the copy's root.
    pub(super) copy: Vec<String>,
}

impl Difference {
    fn spec(route: &[&str]) -> Self {
        let copy: Vec<String> = route.iter().map(|step| (*step).to_owned()).collect();
        let object = std::iter::once("spec".to_owned()).chain(copy.iter().cloned()).collect();
        Self { object, copy }
    }
}

/// A Gateway's spec and its copy.
pub(super) fn of_gateway(object: &GatewaySpec, copy: &GatewaySpec) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |same: bool, route: &[&str]| {
        if !same {
            found.push(Difference::spec(route));
        }
    };
    compare(object.protocol_ip == copy.protocol_ip, &["protocolIP"]);
    compare(object.vtep_ip == copy.vtep_ip, &["vtepIP"]);
    compare(object.vtep_mac.eq_ignore_ascii_case(&copy.vtep_mac), &["vtepMAC"]);
    compare(object.vtep_mtu == copy.vtep_mtu, &["vtepMTU"]);
    compare(object.asn == copy.asn, &["asn"]);
    compare(workers(object) == workers(copy), &["workers"]);
    let capacity = |spec: &GatewaySpec| spec.flow_table_capacity.unwrap_or(0);
    compare(capacity(object) == capacity(copy), &["flowTableCapacity"]);
    let names = object.interfaces.keys().chain(copy.interfaces.keys().filter(|n| !object.interfaces.contains_key(*n)));
    for name in names {
        let (mine, theirs) = (object.interfaces.get(name), copy.interfaces.get(name));
        compare(mine.map(sorted_ips) == theirs.map(sorted_ips), &["interfaces", name]);
    }
    compare(neighbors(object) == neighbors(copy), &["neighbors"]);
    compare(groups(object) == groups(copy), &["groups"]);
    compare(or(&object.logs.default, "info") == or(&copy.logs.default, "info"), &["logs", "default"]);
    compare(object.logs.rate_limit == copy.logs.rate_limit, &["logs", "rateLimit"]);
    let tags = |spec: &GatewaySpec| {
        let mut tags = spec.logs.tags.clone();
        tags.entry("all".to_owned()).or_insert_with(|| "info".to_owned());
        tags
    };
    compare(tags(object) == tags(copy), &["logs", "tags"]);
    found
}

/// A VPCInfo and its copy.
pub(super) fn of_vpc(spec: &VpcInfoSpec, status: &VpcInfoStatus, copy: &AgentVpc) -> Vec<Difference> {
    let mut found = Vec::new();
    if spec.vni != copy.vni {
        found.push(Difference::spec(&["vni"]));
    }
    if spec.subnets != copy.subnets {
        found.push(Difference::spec(&["subnets"]));
    }
    // Without an id the VPCInfo is not ready, which is another finding.
    if !status.internal_id.is_empty() && status.internal_id != copy.internal_id {
        let at = |route: &[&str]| route.iter().map(|step| (*step).to_owned()).collect();
        found.push(Difference { object: at(&["status", "internalID"]), copy: at(&["internalID"]) });
    }
    found
}

/// A GatewayPeering's spec and its copy.
pub(super) fn of_peering(object: &PeeringSpec, copy: &PeeringSpec) -> Vec<Difference> {
    let (object, copy) = (defaulted(object), defaulted(copy));
    let mut found = Vec::new();
    if object.gateway_group != copy.gateway_group {
        found.push(Difference::spec(&["gatewayGroup"]));
    }
    let names = object.peering.keys().chain(copy.peering.keys().filter(|n| !object.peering.contains_key(*n)));
    for name in names {
        if object.peering.get(name) != copy.peering.get(name) {
            found.push(Difference::spec(&["peering", name]));
        }
    }
    if object.acl != copy.acl {
        found.push(Difference::spec(&["acl"]));
    }
    found
}

fn or<'s>(text: &'s str, default: &'s str) -> &'s str {
    if text.is_empty() { default } else { text }
}

fn workers(spec: &GatewaySpec) -> u32 {
    if spec.workers == 0 { 4 } else { spec.workers }
}

fn sorted_ips(interface: &GatewayInterface) -> GatewayInterface {
    let mut interface = interface.clone();
    interface.ips.sort();
    interface
}

fn neighbors(spec: &GatewaySpec) -> Vec<(&str, u32, &str)> {
    let mut list: Vec<_> = spec.neighbors.iter().map(|n| (n.ip.as_str(), n.asn, n.source.as_str())).collect();
    list.sort_unstable();
    list
}

fn groups(spec: &GatewaySpec) -> Vec<(&str, u32)> {
    let mut list: Vec<_> =
        spec.groups.iter().map(|GroupMembership { name, priority }| (name.as_str(), *priority)).collect();
    if list.is_empty() {
        list.push(("default", 0));
    }
    list.sort_unstable();
    list
}

/// The spec as the defaulter and the dataplane read it.
fn defaulted(spec: &PeeringSpec) -> PeeringSpec {
    let mut spec = spec.clone();
    spec.gateway_group = or(&spec.gateway_group, "default").to_owned();
    for side in spec.peering.values_mut() {
        side.expose.iter_mut().for_each(default_timeouts);
    }
    let empty = spec.acl.as_ref().is_some_and(|acl| acl.rules.is_empty() && acl.default.is_empty());
    if empty {
        spec.acl = None;
    }
    if let Some(acl) = &mut spec.acl {
        acl.default = or(&acl.default, "deny-unless-exposed").to_owned();
        for rule in &mut acl.rules {
            rule.scope = or(&rule.scope, "flow").to_owned();
        }
    }
    spec
}

fn default_timeouts(expose: &mut Expose) {
    let Some(nat) = &mut expose.nat else { return };
    let timeouts = [
        nat.masquerade.as_mut().map(|masquerade| &mut masquerade.idle_timeout),
        nat.port_forward.as_mut().map(|forward| &mut forward.idle_timeout),
    ];
    for timeout in timeouts.into_iter().flatten() {
        let text = timeout.take().unwrap_or_else(|| "2m0s".to_owned());
        *timeout = Some(parse_duration(&text).map_or(text, |nanoseconds| nanoseconds.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn gateway(change: impl FnOnce(&mut Value)) -> GatewaySpec {
        let mut value = json!({
            "asn": 65534, "protocolIP": "172.30.8.21/32", "vtepIP": "172.30.12.21/32", "vtepMAC": "ca:fe:ba:be:00:21",
            "workers": 4, "groups": [{"name": "default"}, {"name": "edge", "priority": 10}],
            "interfaces": {"enp2s1": {"ips": ["172.30.128.40/31", "10.0.0.1/31"], "mtu": 9100}},
            "neighbors": [{"asn": 65100, "ip": "172.30.128.41", "source": "enp2s1"}],
            "logs": {"default": "info", "tags": {"all": "info"}},
        });
        change(&mut value);
        serde_json::from_value(value).unwrap()
    }

    fn routes(found: &[Difference]) -> Vec<String> {
        found.iter().map(|difference| difference.object.join(".")).collect()
    }

    #[test]
    fn defaults_and_order_are_no_difference() {
        let copy = gateway(|_| {});
        for change in [
            (|_| {}) as fn(&mut Value),
            |v| v["groups"] = json!([{"name": "edge", "priority": 10}, {"name": "default", "priority": 0}]),
            |v| v["workers"] = json!(0),
            |v| v["logs"] = json!({}),
            |v| v["flowTableCapacity"] = json!(0),
            |v| v["interfaces"]["enp2s1"]["ips"] = json!(["10.0.0.1/31", "172.30.128.40/31"]),
            |v| v["vtepMAC"] = json!("CA:FE:BA:BE:00:21"),
        ] {
            assert_eq!(of_gateway(&gateway(change), &copy), vec![]);
        }
    }

    #[test]
    fn changed_fields_are_named() {
        let copy = gateway(|_| {});
        let mine = gateway(|v| {
            v["asn"] = json!(65533);
            v["interfaces"]["enp2s2"] = json!({"ips": ["10.0.0.3/31"]});
            v["groups"][1]["priority"] = json!(20);
        });
        assert_eq!(routes(&of_gateway(&mine, &copy)), ["spec.asn", "spec.interfaces.enp2s2", "spec.groups"]);
    }

    #[test]
    fn peerings_compare_as_the_dataplane_reads_them() {
        let spec = |text: &str| -> PeeringSpec { serde_json::from_str(text).unwrap() };
        let stored = spec(
            r#"{"peering": {"a": {"expose": [{"ips": [{"cidr": "10.0.0.0/24"}], "as": [{"cidr": "10.9.0.0/31"}],
                "nat": {"masquerade": {"idleTimeout": "2m"}}}]}, "b": {}}, "acl": {}}"#,
        );
        let copy = spec(
            r#"{"gatewayGroup": "default", "peering": {"b": {}, "a": {"expose": [{"ips": [{"cidr": "10.0.0.0/24"}],
                "as": [{"cidr": "10.9.0.0/31"}], "nat": {"masquerade": {}}}]}}}"#,
        );
        assert_eq!(of_peering(&stored, &copy), vec![]);
        let other = spec(r#"{"gatewayGroup": "edge", "peering": {"b": {}, "c": {}}, "acl": {"default": "deny"}}"#);
        assert_eq!(
            routes(&of_peering(&other, &copy)),
            ["spec.gatewayGroup", "spec.peering.c", "spec.peering.a", "spec.acl"]
        );
    }
}
