//! Kinds that `kubectl` prints as tables or descriptions, with the names it accepts for them.

/// A kind with its names.
#[derive(Debug, PartialEq, Eq)]
pub struct KindInfo {
    /// Kind.
    pub kind: &'static str,
    /// API version.
    pub api_version: &'static str,
    /// Plural.
    pub plural: &'static str,
    /// Short names.
    pub shorts: &'static [&'static str],
}

const fn k(
    kind: &'static str,
    api_version: &'static str,
    plural: &'static str,
    shorts: &'static [&'static str],
) -> KindInfo {
    KindInfo { kind, api_version, plural, shorts }
}

const AGENT: &str = "agent.githedgehog.com/v1beta1";
const APPS: &str = "apps/v1";
const FABRICATOR: &str = "fabricator.githedgehog.com/v1beta1";
const GATEWAY: &str = "gateway.githedgehog.com/v1alpha1";
const VPC: &str = "vpc.githedgehog.com/v1beta1";
const WIRING: &str = "wiring.githedgehog.com/v1beta1";

/// All of them (fabric reference 1.1, gateway reference 1).
pub(super) static KINDS: &[KindInfo] = &[
    k("Agent", AGENT, "agents", &["ag"]),
    k("Catalog", AGENT, "catalogs", &[]),
    k("Switch", WIRING, "switches", &["sw"]),
    k("SwitchGroup", WIRING, "switchgroups", &["sg"]),
    k("SwitchProfile", WIRING, "switchprofiles", &["sp"]),
    k("Server", WIRING, "servers", &["srv"]),
    k("ServerProfile", WIRING, "serverprofiles", &[]),
    k("Connection", WIRING, "connections", &["conn"]),
    k("VLANNamespace", WIRING, "vlannamespaces", &["vlanns"]),
    k("IPv4Namespace", VPC, "ipv4namespaces", &["ipns"]),
    k("VPC", VPC, "vpcs", &[]),
    k("VPCAttachment", VPC, "vpcattachments", &["vpcattach"]),
    k("VPCPeering", VPC, "vpcpeerings", &["vpcpeer"]),
    k("External", VPC, "externals", &["ext"]),
    k("ExternalAttachment", VPC, "externalattachments", &["extattach"]),
    k("ExternalPeering", VPC, "externalpeerings", &["extpeering", "extpeer"]),
    k("DHCPSubnet", "dhcp.githedgehog.com/v1beta1", "dhcpsubnets", &["dhcp"]),
    k("Gateway", GATEWAY, "gateways", &["gw"]),
    k("GatewayGroup", GATEWAY, "gatewaygroups", &["gwgr"]),
    k("GatewayPeering", GATEWAY, "gatewaypeerings", &["gwpeer"]),
    k("Peering", GATEWAY, "peerings", &[]),
    k("VPCInfo", GATEWAY, "vpcinfos", &["gwvpc"]),
    k("GatewayAgent", "gwint.githedgehog.com/v1alpha1", "gatewayagents", &["gwag"]),
    k("Fabricator", FABRICATOR, "fabricators", &["fab"]),
    k("ControlNode", FABRICATOR, "controlnodes", &[]),
    k("FabNode", FABRICATOR, "fabnodes", &["fn"]),
    k("Pod", "v1", "pods", &["po"]),
    k("Node", "v1", "nodes", &["no"]),
    k("Event", "v1", "events", &["ev"]),
    k("Namespace", "v1", "namespaces", &["ns"]),
    k("ConfigMap", "v1", "configmaps", &["cm"]),
    k("Secret", "v1", "secrets", &[]),
    k("DaemonSet", APPS, "daemonsets", &["ds"]),
    k("Deployment", APPS, "deployments", &["deploy"]),
    k("ReplicaSet", APPS, "replicasets", &["rs"]),
    k("StatefulSet", APPS, "statefulsets", &["sts"]),
    k("CustomResourceDefinition", "apiextensions.k8s.io/v1", "customresourcedefinitions", &["crd", "crds"]),
];

impl KindInfo {
    /// The API group; empty for core kinds.
    fn group(&self) -> &'static str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// True for the plural, the singular or the kind, in any case.
    fn is_named(&self, word: &str) -> bool {
        word.eq_ignore_ascii_case(self.plural) || word.eq_ignore_ascii_case(self.kind)
    }
}

/// The kind of that exact name.
pub(super) fn by_kind(kind: &str) -> Option<&'static KindInfo> {
    KINDS.iter().find(|info| info.kind == kind)
}

/// The kind that a word of a command or a name prefix means: plural, singular, short name, each with
/// an optional `.group` or `.version.group`.
pub(super) fn by_resource(word: &str) -> Option<&'static KindInfo> {
    let (name, group) = word.split_once('.').unwrap_or((word, ""));
    KINDS.iter().find(|info| {
        let named = info.is_named(name)
            || (group.is_empty() && info.shorts.iter().any(|short| name.eq_ignore_ascii_case(short)));
        let grouped = group.is_empty()
            || group.eq_ignore_ascii_case(info.group())
            || group.split_once('.').is_some_and(|(_, tail)| tail.eq_ignore_ascii_case(info.group()));
        named && grouped
    })
}

/// The kind that a file name hints at: its first part that is the plural or singular of a kind.
pub(super) fn by_file_name(path: &str) -> Option<&'static KindInfo> {
    let name = path.rsplit(['/', '\\', '!']).next().unwrap_or(path);
    if let Some(info) = name.strip_suffix(".txt").and_then(by_resource) {
        return Some(info);
    }
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .find_map(|part| KINDS.iter().find(|info| info.is_named(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_commands() {
        for (word, kind) in [
            ("agents", "Agent"),
            ("ag", "Agent"),
            ("switch.wiring.githedgehog.com", "Switch"),
            ("agents.agent.githedgehog.com", "Agent"),
            ("agents.v1beta1.agent.githedgehog.com", "Agent"),
            ("deployment.apps", "Deployment"),
            ("po", "Pod"),
            ("gatewayagent", "GatewayAgent"),
        ] {
            assert_eq!(by_resource(word).map(|info| info.kind), Some(kind), "{word}");
        }
        for word in ["gateways.networking.istio.io", "agent.example.com", "pod.apps", "jobs", ""] {
            assert_eq!(by_resource(word), None, "{word}");
        }
    }

    #[test]
    fn file_names() {
        for (path, kind) in [
            ("a/agents.txt", Some("Agent")),
            ("gatewayagents-wide.txt", Some("GatewayAgent")),
            ("x.zip!/pods-fab.txt", Some("Pod")),
            ("agents.agent.githedgehog.com.txt", Some("Agent")),
            ("output.txt", None),
            ("agents/output.txt", None),
        ] {
            assert_eq!(by_file_name(path).map(|info| info.kind), kind, "{path}");
        }
    }
}
